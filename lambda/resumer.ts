import { ledger } from "../core/ledger";
import { resumerOf } from "./adapters/resumer";

/** The function behind the mutation `resumeStream`. */
export const createHandler = resumerOf(ledger);
