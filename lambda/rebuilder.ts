import { ledger } from "../core/ledger";
import { rebuilderOf } from "./adapters/rebuilder";

/** The function behind the rebuild queue. */
export const createHandler = rebuilderOf(ledger);
