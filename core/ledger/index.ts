import type { Domain } from "../projection/domain";
import { type Account, accountColumns, decide, evolve, type Movement } from "./account";
import { accountEntry } from "./entry";
import { type AccountEvent, decodeAccountEvent } from "./events";

/** The ledger: a domain of accounts. */
export const ledger: Domain<AccountEvent, Account, Movement> = {
  name: "account",
  projectionVersion: 1,
  decode: decodeAccountEvent,
  decide,
  evolve,
  state: accountColumns,
  entry: accountEntry,
};
