import * as E from "fp-ts/Either";
import { pipe } from "fp-ts/function";
import * as O from "fp-ts/Option";
import * as RTE from "fp-ts/ReaderTaskEither";
import * as TE from "fp-ts/TaskEither";
import { type Folded, foldEvents, suspendForMissing } from "./fold-events";
import { noVersion, type StreamId, type StreamVersion, type Version } from "./identifiers";
import { loop } from "./loop";
import type { ProjectionEnvironment } from "./ports";
import { rebuildLoaded } from "./rebuild-stream";
import { emptySummary, isSuspended, type Summary } from "./summary";
import {
  commit,
  loadSummary,
  reportSuspension,
  retrySuperseded,
  type Step,
  type UseCase,
} from "./use-case";

// The projection is gated by version, never by the order of delivery. Events may arrive twice, late, out of order or at
// several projectors: a summary only ever moves from the version it was loaded at to the fold of more events.

/** One event of a stream as it was delivered. */
export interface Delivered {
  readonly version: Version;
  readonly stored: unknown;
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

/** How far to fold: to a version that is known to have been written, or on from there to the end of the stream. */
export interface Goal {
  readonly known: StreamVersion;
  readonly toTheEnd: boolean;
}

/** Folds the events after `from`: the delivered ones if they are complete, else a page of the event table. */
const foldNext = <State>(
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
        TE.map((events) => {
          if (events.length > 0) return O.some(foldEvents(environment, from, events));
          return from.version < known
            ? O.some({
                summary: suspendForMissing(from, known, environment.now()),
                changes: [],
              })
            : O.none;
        }),
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
  { known, toTheEnd }: Goal,
): Step<State, void> =>
  pipe(
    position,
    loop(
      ({ loaded, from }): Step<State, E.Either<Position<State>, void>> =>
        isSuspended(from) || (from.version >= known && !toTheEnd)
          ? RTE.right(E.right(undefined))
          : pipe(
              foldNext(from, delivered, known),
              RTE.flatMap(
                O.match(
                  () => RTE.right(E.right(undefined)),
                  (folded) =>
                    pipe(
                      save(loaded, folded),
                      RTE.map(() =>
                        E.left({ loaded: O.some(folded.summary), from: folded.summary }),
                      ),
                    ),
                ),
              ),
            ),
    ),
  );

const projectLoaded = <State>(
  streamId: StreamId,
  loaded: O.Option<Summary<State>>,
  delivered: ReadonlyArray<Delivered>,
): Step<State, void> =>
  pipe(
    RTE.ask<ProjectionEnvironment<State>>(),
    RTE.flatMap(({ projectionVersion }) => {
      const known = delivered.reduce<StreamVersion>(
        (highest, { version }) => (version > highest ? version : highest),
        noVersion,
      );
      const from = pipe(
        loaded,
        O.getOrElse((): Summary<State> => emptySummary(streamId, projectionVersion)),
      );
      if (isSuspended(from)) return reportSuspension(from);
      return from.projectionVersion < projectionVersion
        ? rebuildLoaded(streamId, loaded, known)
        : advance({ loaded, from }, delivered, { known, toTheEnd: false });
    }),
  );

/** Moves a stream's summary at least to the last delivered event. The summary of a suspended stream does not move. */
export const projectStream = <State>(
  streamId: StreamId,
  delivered: ReadonlyArray<Delivered>,
): UseCase<State, void> =>
  retrySuperseded(
    pipe(
      loadSummary<State>(streamId),
      RTE.flatMap((loaded) => projectLoaded(streamId, loaded, delivered)),
    ),
  );
