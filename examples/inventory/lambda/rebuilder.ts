import { rebuilderOf } from "../../../lambda/adapters/rebuilder";
import { inventory } from "../article";

/** The function behind the rebuild queue. */
export const createHandler = rebuilderOf(inventory);
