import * as E from "fp-ts/Either";
import type { ReaderTaskEither } from "fp-ts/ReaderTaskEither";

/**
 * Repeats a step, each time with the Left of the time before, until it answers Right: fp-ts's `tailRec` for
 * `ReaderTaskEither`, in constant memory.
 */
export const loop =
  <Env, Failure, Position, Result>(
    step: (position: Position) => ReaderTaskEither<Env, Failure, E.Either<Position, Result>>,
  ) =>
  (start: Position): ReaderTaskEither<Env, Failure, Result> =>
  (env) =>
  async () => {
    for (let position = start; ; ) {
      const answer = await step(position)(env)();
      if (E.isLeft(answer)) return answer;
      if (E.isRight(answer.right)) return E.right(answer.right.right);
      position = answer.right.left;
    }
  };
