import * as E from "fp-ts/Either";
import { pipe } from "fp-ts/function";
import * as O from "fp-ts/Option";
import * as RTE from "fp-ts/ReaderTaskEither";
import * as TE from "fp-ts/TaskEither";
import { type Delivered, foldNext } from "./advance";
import type { Version } from "./identifiers";
import { loop } from "./loop";
import type { ProjectionEnvironment } from "./ports";
import { isSuspended, type Summary } from "./summary";
import type { Step } from "./use-case";

/** Folds on from an earlier summary, page by page, and publishes the changes of some versions. */
const foldAndPublish = <State>(
  from: Summary<State>,
  versions: ReadonlyArray<Version>,
  run: ReadonlyArray<Delivered>,
): Step<State, void> => {
  const last = Math.max(...versions) as Version;
  return pipe(
    from,
    loop(
      (summary): Step<State, E.Either<Summary<State>, void>> =>
        summary.version >= last || isSuspended(summary)
          ? RTE.right(E.right(undefined))
          : pipe(
              foldNext(summary, run, last),
              RTE.flatMap((folded) =>
                pipe(
                  RTE.ask<ProjectionEnvironment<State>>(),
                  RTE.flatMapTask(({ publisher }) =>
                    pipe(
                      folded,
                      O.match(
                        () => [],
                        ({ changes }) =>
                          changes.filter(({ version }) => versions.includes(version)),
                      ),
                      publisher.publish,
                    ),
                  ),
                  RTE.map(() =>
                    pipe(
                      folded,
                      O.match(
                        () => E.right<Summary<State>, void>(undefined),
                        ({ summary }) => E.left(summary),
                      ),
                    ),
                  ),
                ),
              ),
            ),
    ),
  );
};

/** Publishes the changes of folded events once more: those of some versions, which are in the run or in the event table. */
const publishOf = <State>(
  summary: Summary<State>,
  versions: ReadonlyArray<Version>,
  run: ReadonlyArray<Delivered>,
): Step<State, void> => {
  const first = Math.min(...versions) as Version;
  return versions.length === 0
    ? RTE.right(undefined)
    : pipe(
        RTE.ask<ProjectionEnvironment<State>>(),
        RTE.flatMapTaskEither(({ readModel, rewind }) =>
          pipe(
            readModel.undosFrom(summary, first),
            TE.map(O.flatMap((undos) => rewind(summary, first, undos))),
          ),
        ),
        RTE.flatMap(
          O.match(
            () => RTE.right(undefined),
            (before) => foldAndPublish(before, versions, run),
          ),
        ),
      );
};

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
  return publishOf(
    summary,
    folded.map(({ version }) => version),
    folded,
  );
};

/** At least as many events as one page of the event table has: all that one commit may have folded. */
const mostInCommit = 100;

/** Publishes the last changes of a stream, for whoever folded them may have died before it did. */
export const publishLast = <State>(summary: Summary<State>): Step<State, void> =>
  publishOf(
    summary,
    Array.from(
      { length: Math.min(mostInCommit, summary.version) },
      (_, index) => (summary.version - index) as Version,
    ),
    [],
  );
