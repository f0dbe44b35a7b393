import type { Item } from "./conditions";

/** What an account must be after each of its events, from version 1 on. */
export interface Truth {
  readonly balance: bigint;
  readonly posted: boolean;
  /** All deposits and all withdrawals that were posted so far. */
  readonly deposited: bigint;
  readonly withdrawn: bigint;
}

export const noMoney: Truth = { balance: 0n, posted: false, deposited: 0n, withdrawn: 0n };

/** The rules of the ledger a second time, and naively: nothing here comes from the core. */
export const truthOf = (log: ReadonlyArray<Item>): ReadonlyArray<Truth> => {
  let state: "none" | "open" | "closed" = "none";
  let deposited = 0n;
  let withdrawn = 0n;
  return log.map(({ type, data }) => {
    const amount = BigInt(String((data as Item).amount ?? "0"));
    let posted = false;
    if (type === "AccountOpeningRequested") {
      posted = state === "none";
      if (posted) state = "open";
    } else if (state === "open" && type === "DepositRequested") {
      posted = true;
      deposited += amount;
    } else if (state === "open" && type === "WithdrawalRequested") {
      posted = amount <= deposited - withdrawn;
      if (posted) withdrawn += amount;
    } else if (state === "open" && type === "AccountClosingRequested") {
      posted = deposited === withdrawn;
      if (posted) state = "closed";
    }
    return { balance: deposited - withdrawn, posted, deposited, withdrawn };
  });
};
