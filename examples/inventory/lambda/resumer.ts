import { resumerOf } from "../../../lambda/adapters/resumer";
import { inventory } from "../article";

/** The function behind the mutation `resumeStream`. */
export const createHandler = resumerOf(inventory);
