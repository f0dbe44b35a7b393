import { projectorOf } from "../../../lambda/adapters/projector";
import { inventory } from "../article";

/** The function behind the event table's stream. */
export const createHandler = projectorOf(inventory);
