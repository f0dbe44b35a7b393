import * as E from "fp-ts/Either";
import { pipe } from "fp-ts/function";
import * as O from "fp-ts/Option";
import * as RTE from "fp-ts/ReaderTaskEither";
import * as TE from "fp-ts/TaskEither";
import { type Delivered, foldNext } from "./advance";
import type { StreamVersion, Version } from "./identifiers";
import { loop } from "./loop";
import type { ProjectionEnvironment } from "./ports";
import { isSuspended, type Summary } from "./summary";
import type { Step } from "./use-case";

/** The versions whose changes are to be published: those between two that are included. */
interface Due {
  readonly first: Version;
  readonly last: Version;
  readonly includes: (version: Version) => boolean;
}

const between = (first: number, last: number): Due => ({
  first: first as Version,
  last: last as Version,
  includes: (version) => first <= version && version <= last,
});

/** Folds on from an earlier summary, page by page, and publishes the changes that are due. */
const foldAndPublish = <State>(
  from: Summary<State>,
  { last, includes }: Due,
  run: ReadonlyArray<Delivered>,
): Step<State, void> =>
  pipe(
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
                        ({ changes }) => changes.filter(({ version }) => includes(version)),
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

/** Publishes the changes of folded events once more: those that are due, which are in the run or in the event table. */
const publishDue = <State>(
  summary: Summary<State>,
  due: Due,
  run: ReadonlyArray<Delivered>,
): Step<State, void> =>
  due.last < due.first
    ? RTE.right(undefined)
    : pipe(
        RTE.ask<ProjectionEnvironment<State>>(),
        RTE.flatMapTaskEither(({ readModel, rewind }) =>
          pipe(
            readModel.undosFrom(summary, due.first),
            TE.map(O.flatMap((undos) => rewind(summary, due.first, undos))),
          ),
        ),
        RTE.flatMap(
          O.match(
            () => RTE.right(undefined),
            (before) => foldAndPublish(before, due, run),
          ),
        ),
      );

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
  const versions = folded.map(({ version }) => version);
  const due = {
    ...between(Math.min(...versions), Math.max(...versions)),
    includes: (version: Version) => versions.includes(version),
  };
  return publishDue(summary, due, folded);
};

/** At least as many events as one page of the event table has: all that one commit may have folded. */
const mostInCommit = 100;

/** The version before the last changes of a stream. */
const beforeLast = ({ version }: Summary<unknown>): number => Math.max(0, version - mostInCommit);

/**
 * Publishes the last changes of a stream, for whoever folded them may have died before it did; before them, those from a
 * version up to another, if there are any.
 */
export const publishLast = <State>(
  summary: Summary<State>,
  first: Version | undefined,
  last: StreamVersion,
): Step<State, void> =>
  pipe(
    publishUpTo(summary, first, Math.min(last, beforeLast(summary))),
    RTE.flatMap(() => publishDue(summary, between(beforeLast(summary) + 1, summary.version), [])),
  );

/** Publishes the changes of folded events from a version, if there is any, up to another. */
export const publishUpTo = <State>(
  summary: Summary<State>,
  first: Version | undefined,
  last: number,
): Step<State, void> =>
  first === undefined
    ? RTE.right(undefined)
    : publishDue(summary, between(first, Math.min(last, summary.version)), []);
