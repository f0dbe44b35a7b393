import { createHash } from "node:crypto";
import fc from "fast-check";
import { type AccountEventType, accountEvents } from "../../../core/ledger/events";
import { currencyCodes } from "../../../core/ledger/money";
import type { Digest } from "../../../core/projection/hash-chain";
import type { StreamId, Version } from "../../../core/projection/identifiers";
import { schemaVersionOf } from "../../../core/projection/upcasting";

/** What somebody asked for: an event before it has its place in a stream. */
export interface Request {
  readonly type: AccountEventType;
  readonly schemaVersion: number;
  readonly data: Readonly<Record<string, unknown>>;
}

/** An event as the event table holds it. */
export interface StoredEvent extends Request {
  readonly streamId: StreamId;
  readonly version: Version;
  readonly commandId: string;
  readonly owner: string;
  readonly actor: string;
  readonly recordedAt: string;
}

const request = (type: AccountEventType, data: Request["data"]): Request => ({
  type,
  schemaVersion: schemaVersionOf(accountEvents[type]),
  data,
});

const money = (amount: number | bigint, memo: string | undefined) => ({
  amount: String(amount),
  ...(memo === undefined ? {} : { memo }),
});

export const opening = (currency = "EUR", name = "Savings"): Request =>
  request("AccountOpeningRequested", { currency, name });

export const deposit = (amount: number | bigint, memo?: string): Request =>
  request("DepositRequested", money(amount, memo));

export const withdrawal = (amount: number | bigint, memo?: string): Request =>
  request("WithdrawalRequested", money(amount, memo));

export const closing = (): Request => request("AccountClosingRequested", {});

/** The stream of most tests. */
export const savings = "savings" as StreamId;

/** The requests as the events of a stream, from version 1 on. */
export const storedIn = (streamId: string, ...requests: readonly Request[]): StoredEvent[] =>
  requests.map((asked, index) => ({
    streamId: streamId as StreamId,
    version: (index + 1) as Version,
    commandId: `command-${index + 1}`,
    owner: "alice",
    actor: "alice",
    recordedAt: new Date(Date.UTC(2026, 0, 1, 0, 0, index)).toISOString(),
    ...asked,
  }));

export const stored = (...requests: readonly Request[]): StoredEvent[] =>
  storedIn(savings, ...requests);

/** The event of some stream at a version, changed so that no release can read it. */
export const unreadable = (event: StoredEvent): unknown => ({ ...event, type: "Misspelt" });

const smallAmount = fc.bigInt({ min: 1n, max: 3n });
// Small amounts let balances return to zero, so that closings are posted, too.
const anyAmount = fc.oneof(
  { weight: 4, arbitrary: smallAmount },
  { weight: 1, arbitrary: fc.bigInt({ min: 1n, max: 10n ** 18n - 1n }) },
);
const anyMemo = fc.option(fc.string({ maxLength: 20 }), { nil: undefined });

/** How requests of each type are drawn, and how often. A new type of event does not compile until it is drawn here. */
const drawn: Readonly<
  Record<AccountEventType, { readonly weight: number; readonly arbitrary: fc.Arbitrary<Request> }>
> = {
  AccountOpeningRequested: {
    weight: 1,
    arbitrary: fc.constantFrom(...currencyCodes).map((code) => opening(code)),
  },
  DepositRequested: {
    weight: 4,
    arbitrary: fc.tuple(anyAmount, anyMemo).map(([amount, memo]) => deposit(amount, memo)),
  },
  WithdrawalRequested: {
    weight: 4,
    arbitrary: fc.tuple(anyAmount, anyMemo).map(([amount, memo]) => withdrawal(amount, memo)),
  },
  AccountClosingRequested: { weight: 2, arbitrary: fc.constant(closing()) },
};

export const anyRequest: fc.Arbitrary<Request> = fc.oneof(...Object.values(drawn));

/** Any requests at all, though mostly such that begin with an opening, as the write path has them. */
export const anyRequests = (maxLength = 20): fc.Arbitrary<Request[]> =>
  fc.oneof(
    {
      weight: 9,
      arbitrary: fc
        .array(anyRequest, { maxLength: maxLength - 1 })
        .map((all) => [opening(), ...all]),
    },
    { weight: 1, arbitrary: fc.array(anyRequest, { minLength: 1, maxLength }) },
  );

export const sha256: Digest = (text) => createHash("sha256").update(text).digest("hex");
