import * as E from "fp-ts/Either";
import { pipe } from "fp-ts/function";
import * as O from "fp-ts/Option";
import * as t from "io-ts";
import { Account } from "../../core/ledger/account";
import { Balance } from "../../core/ledger/money";
import { decodeWith } from "../../core/projection/decoding";
import { type Change, type Summary, Suspension } from "../../core/projection/fold";

// The read model's rows: an account's summary and its entries lie under one partition key, the entries in the order of
// their versions. The templates in vtl/query read the same rows.

export const partition = (streamId: string) => `account:${streamId}`;

/** Ten digits hold every version, and make the order of the texts that of the numbers. */
export const entryKey = (version: number) => `entry:${version.toString().padStart(10, "0")}`;

export const summaryKey = (streamId: string) => ({ pk: partition(streamId), sk: "summary" });

/** Where suspended streams are listed, one row each. */
export const suspensionKey = (streamId: string) => ({ pk: "suspended", sk: streamId });

const SummaryRow = t.intersection([
  t.type({
    accountId: t.string,
    version: t.number,
    projection: t.number,
    chainHead: t.string,
  }),
  t.partial({
    openedAt: t.string,
    openingHash: t.string,
    changedAt: t.string,
    suspended: Suspension,
  }),
]);

export const summaryRow = (summary: Summary): Record<string, unknown> => ({
  ...summaryKey(summary.streamId),
  accountId: summary.streamId,
  version: summary.version,
  projection: summary.projection,
  chainHead: summary.chainHead,
  lastEntry: entryKey(summary.version),
  openedAt: O.toUndefined(summary.openedAt),
  openingHash: O.toUndefined(summary.openingHash),
  changedAt: O.toUndefined(summary.changedAt),
  processing: O.isSome(summary.suspended) ? "SUSPENDED" : "CURRENT",
  suspended: O.toUndefined(summary.suspended),
  ...(O.isSome(summary.account) ? Account.encode(summary.account.value) : {}),
});

/** An account's own columns are there from its opening on, and not before. */
const accountIn = (row: unknown): E.Either<string, O.Option<Account>> =>
  t.type({ owner: t.string }).is(row)
    ? pipe(row, decodeWith(Account), E.map(O.some))
    : E.right(O.none);

/** Reads a summary's row, or says in one line what is wrong with it. */
export const summaryFrom = (row: unknown): E.Either<string, Summary> =>
  pipe(
    E.Do,
    E.apS("columns", decodeWith(SummaryRow)(row)),
    E.apS("account", accountIn(row)),
    E.map(({ columns, account }) => ({
      streamId: columns.accountId,
      version: columns.version,
      projection: columns.projection,
      chainHead: columns.chainHead,
      account,
      openedAt: O.fromNullable(columns.openedAt),
      openingHash: O.fromNullable(columns.openingHash),
      changedAt: O.fromNullable(columns.changedAt),
      suspended: O.fromNullable(columns.suspended),
    })),
  );

const balanceAfter = (change: Change): string =>
  pipe(
    change.account,
    O.match(
      () => "0",
      ({ balance }) => Balance.encode(balance),
    ),
  );

/** An entry names no owner: only summaries have their place in the index by owner. */
export const entryRow = (change: Change): Record<string, unknown> => ({
  pk: partition(change.streamId),
  sk: entryKey(change.version),
  version: change.version,
  projection: change.projection,
  type: change.type,
  commandId: change.commandId,
  actor: change.actor,
  recordedAt: change.recordedAt,
  amount: pipe(change.amount, O.map(String), O.toUndefined),
  memo: O.toUndefined(change.memo),
  outcome: change.outcome,
  reason: O.toUndefined(change.reason),
  balance: balanceAfter(change),
  hash: change.hash,
});

export const suspensionRow = (
  streamId: string,
  suspension: Suspension,
): Record<string, unknown> => ({
  ...suspensionKey(streamId),
  accountId: streamId,
  ...suspension,
});
