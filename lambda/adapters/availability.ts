import * as TE from "fp-ts/TaskEither";
import type { Unavailable } from "../../core/projection/ports";

export const unavailable = (cause: unknown): Unavailable => ({ _tag: "Unavailable", cause });

/** A call to another service, which may not answer. */
export const call = <A>(request: () => Promise<A>): TE.TaskEither<Unavailable, A> =>
  TE.tryCatch(request, unavailable);
