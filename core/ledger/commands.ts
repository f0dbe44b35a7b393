import * as t from "io-ts";
import { LaterCommand, OpeningCommand } from "../projection/command";
import { type AccountEventType, AccountName, Memo } from "./events";
import { Amount, Currency } from "./money";

/** The amount and the memo of a deposit or a withdrawal. A memo that is null counts as left out. */
const MoneyInput = t.intersection([
  t.type({ amount: Amount }),
  t.partial({ memo: t.union([Memo, t.null]) }),
]);

/**
 * The commands that a client may send, by the event that records them. The templates in vtl/command check the same
 * before they append; a test compares the two.
 */
export const accountCommands = {
  /** An account without a name goes by its id. */
  AccountOpeningRequested: t.intersection([
    OpeningCommand,
    t.type({ currency: Currency }),
    t.partial({ name: t.union([AccountName, t.null]) }),
  ]),
  DepositRequested: t.intersection([LaterCommand, MoneyInput]),
  WithdrawalRequested: t.intersection([LaterCommand, MoneyInput]),
  AccountClosingRequested: LaterCommand,
} satisfies Readonly<Record<AccountEventType, t.Mixed>>;
