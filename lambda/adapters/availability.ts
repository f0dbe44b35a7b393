import * as TE from "fp-ts/TaskEither";
import type { Unavailable } from "../../core/projection/ports";

export const unavailable = (cause: unknown): Unavailable => ({ _tag: "Unavailable", cause });

/** Asks the world, which may not answer. */
export const asking = <A>(question: () => Promise<A>): TE.TaskEither<Unavailable, A> =>
  TE.tryCatch(question, unavailable);
