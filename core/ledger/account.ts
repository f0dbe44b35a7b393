import { pipe } from "fp-ts/function";
import * as O from "fp-ts/Option";
import * as t from "io-ts";
import { Subject } from "../projection/identifiers";
import { AccountName, type Event } from "./events";
import { Balance, Currency } from "./money";

/**
 * An account as its events have left it. Strict, because it lies in one row with other columns: a codec that kept those
 * would have the account write them back, version included.
 */
export const Account = t.strict(
  {
    owner: Subject,
    name: AccountName,
    currency: Currency,
    balance: Balance,
    status: t.keyof({ OPEN: null, CLOSED: null }),
  },
  "Account",
);
export type Account = t.TypeOf<typeof Account>;

export const DeclineReason = t.keyof(
  {
    ACCOUNT_ALREADY_OPENED: null,
    ACCOUNT_NOT_OPENED: null,
    ACCOUNT_CLOSED: null,
    INSUFFICIENT_FUNDS: null,
    BALANCE_NOT_ZERO: null,
  },
  "DeclineReason",
);
export type DeclineReason = t.TypeOf<typeof DeclineReason>;

/** What came of a request: it was posted, and left the account so; or it was declined, and changed nothing. */
export type Decision =
  | { readonly outcome: "POSTED"; readonly account: Account }
  | { readonly outcome: "DECLINED"; readonly reason: DeclineReason };

const posted = (account: Account): Decision => ({ outcome: "POSTED", account });
const declined = (reason: DeclineReason): Decision => ({ outcome: "DECLINED", reason });

const decideWithoutAccount = (event: Event): Decision =>
  event.type === "AccountOpeningRequested"
    ? posted({
        owner: event.owner,
        name: event.data.name,
        currency: event.data.currency,
        balance: 0n,
        status: "OPEN",
      })
    : declined("ACCOUNT_NOT_OPENED");

const decideFor =
  (event: Event) =>
  (account: Account): Decision => {
    if (event.type === "AccountOpeningRequested") return declined("ACCOUNT_ALREADY_OPENED");
    if (account.status === "CLOSED") return declined("ACCOUNT_CLOSED");
    switch (event.type) {
      case "DepositRequested":
        return posted({ ...account, balance: account.balance + event.data.amount });
      case "WithdrawalRequested":
        return event.data.amount > account.balance
          ? declined("INSUFFICIENT_FUNDS")
          : posted({ ...account, balance: account.balance - event.data.amount });
      case "AccountClosingRequested":
        return account.balance > 0n
          ? declined("BALANCE_NOT_ZERO")
          : posted({ ...account, status: "CLOSED" });
    }
  };

/** Decides a recorded request from the events before it alone, so that a replay decides the same. */
export const decide =
  (event: Event) =>
  (account: O.Option<Account>): Decision =>
    pipe(
      account,
      O.match(() => decideWithoutAccount(event), decideFor(event)),
    );

/** The account after a decision. */
export const evolve =
  (decision: Decision) =>
  (account: O.Option<Account>): O.Option<Account> =>
    decision.outcome === "POSTED" ? O.some(decision.account) : account;
