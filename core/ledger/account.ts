import { pipe } from "fp-ts/function";
import * as O from "fp-ts/Option";
import * as t from "io-ts";
import { columns } from "../projection/columns";
import { type Decision, declined, posted } from "../projection/domain";
import { type AccountEvent, AccountName } from "./events";
import { type Amount, add, Balance, Currency, subtract, zero } from "./money";

export const AccountStatus = t.keyof({ OPEN: null, CLOSED: null }, "AccountStatus");

/** The columns of an account. */
export const accountColumns = columns({
  name: AccountName,
  currency: Currency,
  balance: Balance,
  status: AccountStatus,
});

/** An account as its events have left it. */
export interface Account {
  readonly name: AccountName;
  readonly currency: Currency;
  readonly balance: Balance;
  readonly status: t.TypeOf<typeof AccountStatus>;
}

/** What a posted request changes. A credit adds its amount to the balance, a debit subtracts it. */
export type Movement =
  | { readonly kind: "OPENING"; readonly account: Account }
  | { readonly kind: "CREDIT" | "DEBIT"; readonly amount: Amount; readonly balance: Balance }
  | { readonly kind: "CLOSING" };

export const declineReasons = [
  "ACCOUNT_ALREADY_OPENED",
  "ACCOUNT_NOT_OPENED",
  "ACCOUNT_CLOSED",
  "INSUFFICIENT_FUNDS",
  "BALANCE_NOT_ZERO",
] as const;
export type DeclineReason = (typeof declineReasons)[number];

const decline = (reason: DeclineReason): Decision<Movement> => declined(reason);

const credit = (amount: Amount, { balance }: Account): Decision<Movement> =>
  posted({ kind: "CREDIT", amount, balance: add(amount)(balance) });

const debit = (amount: Amount, account: Account): Decision<Movement> =>
  pipe(
    account.balance,
    subtract(amount),
    O.match(
      () => decline("INSUFFICIENT_FUNDS"),
      (balance) => posted({ kind: "DEBIT", amount, balance }),
    ),
  );

const close = ({ balance }: Account): Decision<Movement> =>
  balance > zero ? decline("BALANCE_NOT_ZERO") : posted({ kind: "CLOSING" });

const decideWithoutAccount = (event: AccountEvent): Decision<Movement> =>
  event.type === "AccountOpeningRequested"
    ? posted({
        kind: "OPENING",
        account: { ...event.data, balance: zero, status: "OPEN" },
      })
    : decline("ACCOUNT_NOT_OPENED");

const decideWithAccount =
  (event: AccountEvent) =>
  (account: Account): Decision<Movement> => {
    if (event.type === "AccountOpeningRequested") return decline("ACCOUNT_ALREADY_OPENED");
    if (account.status === "CLOSED") return decline("ACCOUNT_CLOSED");
    switch (event.type) {
      case "DepositRequested":
        return credit(event.data.amount, account);
      case "WithdrawalRequested":
        return debit(event.data.amount, account);
      case "AccountClosingRequested":
        return close(account);
    }
  };

/** Decides a recorded request from the account alone, so that a replay decides the same. */
export const decide =
  (event: AccountEvent) =>
  (account: O.Option<Account>): Decision<Movement> =>
    pipe(
      account,
      O.match(() => decideWithoutAccount(event), decideWithAccount(event)),
    );

const move =
  (movement: Exclude<Movement, { readonly kind: "OPENING" }>) =>
  (account: Account): Account => {
    switch (movement.kind) {
      case "CREDIT":
      case "DEBIT":
        return { ...account, balance: movement.balance };
      case "CLOSING":
        return { ...account, status: "CLOSED" };
    }
  };

/** The account after a movement. */
export const evolve =
  (movement: Movement) =>
  (account: O.Option<Account>): O.Option<Account> =>
    movement.kind === "OPENING" ? O.some(movement.account) : pipe(account, O.map(move(movement)));
