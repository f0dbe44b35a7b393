import * as E from "fp-ts/Either";
import { pipe } from "fp-ts/function";
import * as O from "fp-ts/Option";
import * as RTE from "fp-ts/ReaderTaskEither";
import * as TE from "fp-ts/TaskEither";
import { advanceUnlessSuspended } from "./advance";
import type { Timestamp } from "./envelope";
import { canonicalForm } from "./hash-chain";
import type { StreamVersion } from "./identifiers";
import { loop } from "./loop";
import type { KnownRebuild, ProjectionEnvironment, Rebuild, Superseded } from "./ports";
import type { Summary } from "./summary";
import type { Progress, Step } from "./use-case";

// A rebuild whose summary has become the stream's. What remains is to fold on to the end of the stream, and to remove the
// rows that nobody reads any more.

/**
 * How long a reader may still be at the rows of the summary that was replaced, and a little more: AppSync ends a request after
 * 30 seconds. Less than the queue's visibility timeout, so that it is over when the message comes again.
 */
const readersGoneAfterMs = 45_000;

const millisecondsBetween = (earlier: Timestamp, later: Timestamp): number =>
  Date.parse(later) - Date.parse(earlier);

/** Whether the summary is the one that the rebuild has made. */
export const isReplaced = (
  { folded }: Rebuild<unknown>,
  { projectionVersion, generation }: Summary<unknown>,
): boolean => folded.projectionVersion === projectionVersion && folded.generation === generation;

/** Whether a rebuild that began later has replaced the summary, or the rebuild itself has by now. */
export const isOvertaken = (rebuild: Rebuild<unknown>, summary: Summary<unknown>): boolean =>
  summary.generation > rebuild.folded.generation || isReplaced(rebuild, summary);

/** Fails where another rebuild has begun: its rows, too, are not of the summary's generation. */
const stillMine = <State>(
  { streamId }: Summary<State>,
  { row: mine }: KnownRebuild<State>,
): Step<State, void> =>
  pipe(
    RTE.ask<ProjectionEnvironment<State>>(),
    RTE.flatMapTaskEither(({ rebuilds }) =>
      pipe(
        rebuilds.load(streamId),
        TE.filterOrElseW(
          O.exists(({ row }) => canonicalForm(row) === canonicalForm(mine)),
          (): Superseded => ({ _tag: "Superseded" }),
        ),
        TE.asUnit,
      ),
    ),
  );

/** Removes rows that are not of the summary's generation, page by page, and then the row of the rebuild. */
const removeOtherRows = <State>(
  summary: Summary<State>,
  stored: KnownRebuild<State>,
): Step<State, Progress> =>
  pipe(
    undefined,
    loop(
      (): Step<State, E.Either<undefined, Progress>> =>
        pipe(
          RTE.ask<ProjectionEnvironment<State>>(),
          RTE.bindTo("environment"),
          RTE.bindW("keys", ({ environment: { rebuilds } }) =>
            RTE.fromTaskEither(rebuilds.otherRows(summary)),
          ),
          // After they were read: a rebuild that has begun since then has written none of them.
          RTE.tap(() => stillMine(summary, stored)),
          RTE.flatMapTaskEither(({ environment: { rebuilds, hasTime }, keys }) =>
            keys.length === 0
              ? pipe(
                  rebuilds.end(summary.streamId, stored.row),
                  TE.map(() => E.right<undefined, Progress>("FINISHED")),
                )
              : pipe(
                  rebuilds.removeRows(summary.streamId, keys),
                  TE.map(() =>
                    hasTime()
                      ? E.left<undefined, Progress>(undefined)
                      : E.right<undefined, Progress>("UNFINISHED"),
                  ),
                ),
          ),
        ),
    ),
  );

/** Removes what the rebuild has replaced, once no reader can be at it any more. */
const cleanUp = <State>(
  summary: Summary<State>,
  stored: KnownRebuild<State>,
): Step<State, Progress> =>
  pipe(
    RTE.ask<ProjectionEnvironment<State>>(),
    RTE.flatMap(
      ({ now, rebuilds }): Step<State, Progress> =>
        pipe(
          stored.rebuild.replacedAt,
          O.match(
            () =>
              pipe(
                RTE.fromTaskEither(
                  rebuilds.save(O.some(stored.row), { folded: summary, replacedAt: O.some(now()) }),
                ),
                RTE.map((): Progress => "LATER"),
              ),
            (since) =>
              millisecondsBetween(since, now()) < readersGoneAfterMs
                ? RTE.right("LATER")
                : removeOtherRows(summary, stored),
          ),
        ),
    ),
  );

/** Folds on to the end of a stream whose summary was replaced, and removes what it has replaced. */
export const finish = <State>(
  summary: Summary<State>,
  stored: KnownRebuild<State>,
  known: StreamVersion,
): Step<State, Progress> =>
  pipe(
    // Events that were delivered while the stream was suspended or rebuilt are not delivered again.
    advanceUnlessSuspended(summary, known),
    RTE.flatMap((progress) =>
      progress === "FINISHED" ? cleanUp(summary, stored) : RTE.right(progress),
    ),
  );
