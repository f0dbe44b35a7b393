import { pipe } from "fp-ts/function";
import * as O from "fp-ts/Option";
import * as RTE from "fp-ts/ReaderTaskEither";
import * as TE from "fp-ts/TaskEither";
import { type Delivered, foldNext } from "./advance";
import type { Version } from "./identifiers";
import type { ProjectionEnvironment } from "./ports";
import type { Summary } from "./summary";
import type { Step } from "./use-case";

/**
 * Publishes the changes of events that are delivered although they have been folded. Whoever folded them may have died before
 * it published them, or before it answered for the batch. Subscribers recognise a change that comes twice by its version.
 *
 * Events that very many others have followed are left out: see `ReadModel.undosFrom`.
 */
export const publishAgain = <State>(
  summary: Summary<State>,
  delivered: ReadonlyArray<Delivered>,
): Step<State, void> => {
  const folded = delivered.filter(({ version }) => version <= summary.version);
  const versions = new Set(folded.map(({ version }) => version));
  const first = Math.min(...versions) as Version;
  return folded.length === 0
    ? RTE.right(undefined)
    : pipe(
        RTE.ask<ProjectionEnvironment<State>>(),
        RTE.bindTo("environment"),
        RTE.bind("from", ({ environment: { readModel, rewind } }) =>
          RTE.fromTaskEither(
            pipe(
              readModel.undosFrom(summary, first),
              TE.map(O.flatMap((undos) => rewind(summary, first, undos))),
            ),
          ),
        ),
        RTE.flatMap(({ environment, from }) =>
          pipe(
            from,
            O.match(
              () => RTE.right(undefined),
              (before) =>
                pipe(
                  foldNext(before, folded, summary.version),
                  RTE.map(
                    O.match(
                      () => [],
                      ({ changes }) => changes.filter(({ version }) => versions.has(version)),
                    ),
                  ),
                  RTE.flatMapTask(environment.publisher.publish),
                ),
            ),
          ),
        ),
      );
};
