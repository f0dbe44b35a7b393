import * as E from "fp-ts/Either";
import { flow, pipe } from "fp-ts/function";
import * as t from "io-ts";
import { decodeWith } from "../projection/decoding";
import { AccountId, CommandId, Subject, Version } from "../projection/identifiers";
import { type UnreadableEvent, unreadable, upcast } from "../projection/upcasting";
import { Amount, Currency } from "./money";

// Events are recorded requests: the write path keeps what was asked, and the fold decides what came of it.

interface MemoBrand {
  readonly Memo: unique symbol;
}

/** How long a memo may be, in UTF-16 code units, as the templates count them. */
export const memoLength = 140;

/** A note of at most `memoLength` characters. */
export const Memo = t.brand(
  t.string,
  (memo): memo is t.Branded<string, MemoBrand> => memo.length <= memoLength,
  "Memo",
);
export type Memo = t.TypeOf<typeof Memo>;

interface AccountNameBrand {
  readonly AccountName: unique symbol;
}

/** How long an account's name may be, counted as a memo is. */
export const accountNameLength = 64;

/** What people call an account: 1 to `accountNameLength` characters. */
export const AccountName = t.brand(
  t.string,
  (name): name is t.Branded<string, AccountNameBrand> =>
    name.length >= 1 && name.length <= accountNameLength,
  "AccountName",
);
export type AccountName = t.TypeOf<typeof AccountName>;

interface TimestampBrand {
  readonly Timestamp: unique symbol;
}

/** A moment in UTC, ISO 8601, as the write path stamps it. */
export const Timestamp = t.brand(
  t.string,
  (text): text is t.Branded<string, TimestampBrand> =>
    /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/.test(text),
  "Timestamp",
);
export type Timestamp = t.TypeOf<typeof Timestamp>;

/** What every event carries: `owner` owns the stream, `actor` asked for this event. */
const Envelope = t.type({
  streamId: AccountId,
  version: Version,
  commandId: CommandId,
  owner: Subject,
  actor: Subject,
  recordedAt: Timestamp,
});

const Movement = t.intersection([t.type({ amount: Amount }), t.partial({ memo: Memo })]);

export const AccountOpeningRequested = t.intersection([
  Envelope,
  t.type({
    type: t.literal("AccountOpeningRequested"),
    schemaVersion: t.literal(2),
    data: t.type({ currency: Currency, name: AccountName }),
  }),
]);

export const DepositRequested = t.intersection([
  Envelope,
  t.type({ type: t.literal("DepositRequested"), schemaVersion: t.literal(1), data: Movement }),
]);

export const WithdrawalRequested = t.intersection([
  Envelope,
  t.type({ type: t.literal("WithdrawalRequested"), schemaVersion: t.literal(1), data: Movement }),
]);

export const AccountClosingRequested = t.intersection([
  Envelope,
  t.type({
    type: t.literal("AccountClosingRequested"),
    schemaVersion: t.literal(1),
    data: t.type({}),
  }),
]);

export const Event = t.union(
  [AccountOpeningRequested, DepositRequested, WithdrawalRequested, AccountClosingRequested],
  "Event",
);
export type Event = t.TypeOf<typeof Event>;

/** Reads a stored event of any schema version that this release knows, or says in one line why it cannot be read. */
export const decodeEvent = (stored: unknown): E.Either<UnreadableEvent, Event> =>
  pipe(stored, upcast, E.chain(flow(decodeWith(Event), E.mapLeft(unreadable))));
