import { ledger } from "../core/ledger";
import { projectorOf } from "./adapters/projector";

/** The function behind the event table's stream. */
export const createHandler = projectorOf(ledger);
