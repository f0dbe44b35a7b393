import * as t from "io-ts";
import { decodeEvents, type EventOf, type Upcaster } from "../projection/upcasting";
import { Amount, Currency } from "./money";

// Events are recorded requests: the write path keeps what was asked, and the fold decides about it.

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

/** Version 1 had no names: such an account goes by its id. */
const nameAfterId: Upcaster = (event) => ({
  ...event,
  data: { ...Object(event.data), name: event.streamId },
});

const MoneyData = t.intersection([t.type({ amount: Amount }), t.partial({ memo: Memo })]);

/** Every type of event of an account. A new one is added here first; the compiler and the tests name what else it takes. */
export const accountEvents = {
  AccountOpeningRequested: {
    data: t.type({ currency: Currency, name: AccountName }),
    upcasters: [nameAfterId],
  },
  DepositRequested: { data: MoneyData, upcasters: [] },
  WithdrawalRequested: { data: MoneyData, upcasters: [] },
  AccountClosingRequested: { data: t.type({}), upcasters: [] },
};

export type AccountEvent = EventOf<typeof accountEvents>;
export type AccountEventType = AccountEvent["type"];

/** Reads a stored event of any schema version that this release knows, or says in one line why it cannot be read. */
export const decodeAccountEvent = decodeEvents(accountEvents);
