import * as t from "io-ts";
import { matcher, textPattern } from "../projection/text";
import { decodeEvents, type EventOf, type Upcaster } from "../projection/upcasting";
import { Amount, Currency } from "./money";

// Events are recorded requests: the write path stores what was asked, and the fold decides it.

interface MemoBrand {
  readonly Memo: unique symbol;
}

/** The maximum length of a memo in characters. */
export const memoLength = 140;

export const memoPattern = textPattern(0, memoLength);

const wholeMemo = matcher(memoPattern);

/** A note of at most `memoLength` characters. */
export const Memo = t.brand(
  t.string,
  (memo): memo is t.Branded<string, MemoBrand> => wholeMemo.test(memo),
  "Memo",
);
export type Memo = t.TypeOf<typeof Memo>;

interface AccountNameBrand {
  readonly AccountName: unique symbol;
}

/** The maximum length of an account's name in characters. */
export const accountNameLength = 64;

export const accountNamePattern = textPattern(1, accountNameLength);

const wholeAccountName = matcher(accountNamePattern);

/** The display name of an account: 1 to `accountNameLength` characters. */
export const AccountName = t.brand(
  t.string,
  (name): name is t.Branded<string, AccountNameBrand> => wholeAccountName.test(name),
  "AccountName",
);
export type AccountName = t.TypeOf<typeof AccountName>;

/** Version 1 had no names: such an account goes by its id. */
const nameAfterId: Upcaster = (event) => ({
  ...event,
  data: { ...Object(event.data), name: event.streamId },
});

const MoneyData = t.intersection([t.type({ amount: Amount }), t.partial({ memo: Memo })]);

/** Every type of event of an account. Add a new one here first: the compiler and the tests name the other places. */
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

/** Upcasts and decodes a stored event of any schema version up to the current one. Left has the reason in one line. */
export const decodeAccountEvent = decodeEvents(accountEvents);
