import fc from "fast-check";
import { ledger } from "../../../core/ledger";
import type { Account, Movement } from "../../../core/ledger/account";
import type { AccountEvent } from "../../../core/ledger/events";
import { currencyCodes } from "../../../core/ledger/money";
import type { StoredEvent, Subject, Truth } from "../../simulation";

// The ledger, as the simulation and the laws take it.

/** Mostly small amounts, so that balances return to zero and closings are posted, too. */
const anyAmount = fc
  .oneof(
    { weight: 4, arbitrary: fc.bigInt({ min: 1n, max: 3n }) },
    { weight: 4, arbitrary: fc.bigInt({ min: 1n, max: 100n }) },
    { weight: 1, arbitrary: fc.bigInt({ min: 1n, max: 10n ** 18n - 1n }) },
  )
  .map(String);

const anyMemo = fc.option(fc.string({ unit: "grapheme", maxLength: 20 }), {
  nil: undefined,
  freq: 2,
});
const anyCurrency = fc.constantFrom(...currencyCodes);
const anyMoney = fc.record({ amount: anyAmount, memo: anyMemo });

interface NaiveData {
  readonly amount?: string;
  readonly memo?: string;
  readonly name?: string;
  readonly currency?: string;
}

/** The rules of the ledger a second time, and naively: nothing here comes from the core. */
const oracle = (log: ReadonlyArray<StoredEvent>): ReadonlyArray<Truth> => {
  let account: { name: unknown; currency: unknown; status: string } | undefined;
  let balance = 0n;
  const decide = ({ type, streamId, data }: StoredEvent): string | undefined => {
    const { amount, name = streamId, currency } = data as NaiveData;
    if (type === "AccountOpeningRequested") {
      if (account !== undefined) return "ACCOUNT_ALREADY_OPENED";
      account = { name, currency, status: "OPEN" };
      return undefined;
    }
    if (account === undefined) return "ACCOUNT_NOT_OPENED";
    if (account.status === "CLOSED") return "ACCOUNT_CLOSED";
    if (type === "DepositRequested") balance += BigInt(String(amount));
    if (type === "WithdrawalRequested") {
      if (balance - BigInt(String(amount)) < 0n) return "INSUFFICIENT_FUNDS";
      balance -= BigInt(String(amount));
    }
    if (type === "AccountClosingRequested") {
      if (balance !== 0n) return "BALANCE_NOT_ZERO";
      account = { ...account, status: "CLOSED" };
    }
    return undefined;
  };
  return log.map((event) => {
    const reason = decide(event);
    const { amount, memo } = event.data as NaiveData;
    return {
      reason,
      state: account && { ...account, balance: String(balance) },
      entry: {
        ...(amount === undefined ? {} : { amount }),
        ...(memo === undefined ? {} : { memo }),
        balance: String(balance),
      },
    };
  });
};

export const subject: Subject<AccountEvent, Account, Movement> = {
  domain: ledger,
  requests: {
    AccountOpeningRequested: {
      weight: 1,
      mayOpen: true,
      data: [
        // Clients of an earlier API knew no names.
        fc.record({ currency: anyCurrency }),
        fc.record({ currency: anyCurrency, name: fc.string({ minLength: 1, maxLength: 20 }) }),
      ],
    },
    DepositRequested: { weight: 6, mayOpen: false, data: [anyMoney] },
    WithdrawalRequested: { weight: 4, mayOpen: false, data: [anyMoney] },
    AccountClosingRequested: { weight: 2, mayOpen: false, data: [fc.constant({})] },
  },
  oracle,
  conserved: [
    {
      what: "balance",
      held: ({ balance }) => BigInt(String(balance)),
      moved: {
        AccountOpeningRequested: () => 0n,
        DepositRequested: ({ amount }) => BigInt(String(amount)),
        WithdrawalRequested: ({ amount }) => -BigInt(String(amount)),
        AccountClosingRequested: () => 0n,
      },
    },
  ],
};
