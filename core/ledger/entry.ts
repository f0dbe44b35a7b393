import { pipe } from "fp-ts/function";
import * as O from "fp-ts/Option";
import { columns, optional, writtenFrom } from "../projection/columns";
import type { Decided } from "../projection/domain";
import type { Account, Movement } from "./account";
import { type AccountEvent, Memo } from "./events";
import { Amount, Balance, zero } from "./money";

/** An account's own columns of an entry, which is a line of its statement. */
const entryColumns = columns({
  /** The amount that the balance moved by; for a declined request, the amount asked for. */
  amount: optional(Amount),
  memo: optional(Memo),
  /** The balance after the event; zero where no account has been opened. */
  balance: Balance,
});

/** The fields of a request that its entry shows. */
const askedBy = (event: AccountEvent): { readonly amount?: Amount; readonly memo?: Memo } => {
  switch (event.type) {
    case "DepositRequested":
    case "WithdrawalRequested":
      return event.data;
    // The account itself shows what these ask for.
    case "AccountOpeningRequested":
    case "AccountClosingRequested":
      return {};
  }
};

/** An entry is written from the movement that `evolve` applies, so that entries add up to the balance. */
export const accountEntry = pipe(
  entryColumns,
  writtenFrom(({ request, decision, state }: Decided<AccountEvent, Account, Movement>) => {
    const asked = askedBy(request);
    const moved =
      decision.outcome === "POSTED" && "amount" in decision.movement
        ? decision.movement.amount
        : asked.amount;
    return {
      amount: O.fromNullable(moved),
      memo: O.fromNullable(asked.memo),
      balance: pipe(
        state,
        O.match(
          () => zero,
          ({ balance }) => balance,
        ),
      ),
    };
  }),
);
