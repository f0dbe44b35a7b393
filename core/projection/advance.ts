import * as E from "fp-ts/Either";
import { pipe } from "fp-ts/function";
import type { IO } from "fp-ts/IO";
import * as O from "fp-ts/Option";
import * as RTE from "fp-ts/ReaderTaskEither";
import * as TE from "fp-ts/TaskEither";
import { type Folded, foldEvents, suspendForMissing } from "./fold-events";
import type { StreamVersion, Version } from "./identifiers";
import { loop } from "./loop";
import type { ProjectionEnvironment } from "./ports";
import { isSuspended, type Summary } from "./summary";
import { commit, type Progress, reportSuspension, type Step } from "./use-case";

/** One event of a stream as it was delivered. */
export interface Delivered {
  readonly version: Version;
  readonly stored: unknown;
}

/** How far to fold. */
export interface Goal {
  /** A version that is known to have been written. */
  readonly known: StreamVersion;
  /** Whether to go on from there to the end of the stream. */
  readonly toTheEnd: boolean;
  /** Asked after every page. What is left then is left unfinished. */
  readonly mayGoOn: IO<boolean>;
}

/** The delivered events after `version`, in order; none if one of them is missing. */
const runAfter = (
  version: StreamVersion,
  delivered: ReadonlyArray<Delivered>,
): O.Option<ReadonlyArray<unknown>> => {
  const later = delivered.filter((event) => event.version > version);
  const run = [...new Map(later.map((event) => [event.version, event.stored]))];
  run.sort(([a], [b]) => a - b);
  return run.at(-1)?.[0] === version + run.length
    ? O.some(run.map(([, stored]) => stored))
    : O.none;
};

/** Folds the events after a summary; none where there are none. An event that must be there suspends the stream. */
export const foldPage = <State>(
  environment: Pick<ProjectionEnvironment<State>, "fold" | "now">,
  from: Summary<State>,
  events: ReadonlyArray<unknown>,
  known: StreamVersion,
): O.Option<Folded<State>> => {
  if (events.length > 0) return O.some(foldEvents(environment, from, events));
  return from.version < known
    ? O.some({ summary: suspendForMissing(from, known, environment.now()), changes: [] })
    : O.none;
};

/** Folds the events after `from`: the delivered ones if they are complete, else a page of the event table. */
export const foldNext = <State>(
  from: Summary<State>,
  delivered: ReadonlyArray<Delivered>,
  known: StreamVersion,
): Step<State, O.Option<Folded<State>>> =>
  pipe(
    RTE.ask<ProjectionEnvironment<State>>(),
    RTE.flatMapTaskEither((environment) =>
      pipe(
        runAfter(from.version, delivered),
        O.match(
          () => environment.events.readAfter(from.streamId, from.version),
          (run) => TE.right(run),
        ),
        TE.map((events) => foldPage(environment, from, events, known)),
      ),
    ),
  );

/**
 * Writes the entries, then the summary. This order makes a crash harmless: entries can be written again, and no event
 * counts as folded before the summary has moved.
 */
const save = <State>(loaded: O.Option<Summary<State>>, folded: Folded<State>): Step<State, void> =>
  pipe(
    RTE.ask<ProjectionEnvironment<State>>(),
    RTE.tapTaskEither(({ readModel }) => readModel.saveEntries(folded.changes)),
    RTE.flatMap(() => commit(loaded, folded)),
  );

/** The position in a stream: the summary as it is stored, and the one that the fold continues from. */
interface Position<State> {
  readonly loaded: O.Option<Summary<State>>;
  readonly from: Summary<State>;
}

/** Moves a summary towards its goal, page by page, so that a crash loses no more than a page's work. */
export const advance = <State>(
  position: Position<State>,
  delivered: ReadonlyArray<Delivered>,
  { known, toTheEnd, mayGoOn }: Goal,
): Step<State, Progress> => {
  const isDone = (summary: Summary<State>): boolean =>
    isSuspended(summary) || (summary.version >= known && !toTheEnd);
  return isDone(position.from)
    ? RTE.right("FINISHED")
    : pipe(
        position,
        loop(
          ({ loaded, from }): Step<State, E.Either<Position<State>, Progress>> =>
            pipe(
              foldNext(from, delivered, known),
              RTE.flatMap(
                O.match(
                  () => RTE.right(E.right<Position<State>, Progress>("FINISHED")),
                  (folded) =>
                    pipe(
                      save(loaded, folded),
                      RTE.map((): E.Either<Position<State>, Progress> => {
                        if (isDone(folded.summary)) return E.right("FINISHED");
                        return mayGoOn()
                          ? E.left({ loaded: O.some(folded.summary), from: folded.summary })
                          : E.right("UNFINISHED");
                      }),
                    ),
                ),
              ),
            ),
        ),
      );
};

/** Folds a summary on to the end of its stream, for as long as there is time. */
export const advanceToTheEnd = <State>(
  summary: Summary<State>,
  known: StreamVersion,
): Step<State, Progress> =>
  pipe(
    RTE.ask<ProjectionEnvironment<State>>(),
    RTE.flatMap(({ hasTime }) =>
      advance(
        {
          loaded: O.some(summary),
          from: { ...summary, suspension: O.none, rebuilding: false },
        },
        [],
        { known, toTheEnd: true, mayGoOn: hasTime },
      ),
    ),
  );

/** The same, unless the stream is suspended: that is reported, since whoever has suspended it may have died before. */
export const advanceUnlessSuspended = <State>(
  summary: Summary<State>,
  known: StreamVersion,
): Step<State, Progress> =>
  isSuspended(summary)
    ? pipe(
        reportSuspension(summary),
        RTE.map((): Progress => "FINISHED"),
      )
    : advanceToTheEnd(summary, known);
