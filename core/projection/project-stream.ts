import { pipe } from "fp-ts/function";
import * as O from "fp-ts/Option";
import * as RTE from "fp-ts/ReaderTaskEither";
import * as TE from "fp-ts/TaskEither";
import { emptySummary, type Summary } from "./fold";
import {
  announce,
  type Folded,
  foldEvents,
  loadSummary,
  type Result,
  retryingLostRaces,
  type Step,
  suspendForMissing,
} from "./fold-events";
import { rebuildLoaded } from "./rebuild-stream";

// The projection is gated by version, never by the order of delivery: whatever arrives twice, late, out of order or
// beside another projector, a summary only ever moves from the version it was loaded at to the fold of more events.

/** One event of a stream as it was delivered. */
export interface Delivered {
  readonly version: number;
  readonly stored: unknown;
}

/** What was delivered after `version`, if nothing is missing in it. */
const runAfter = (
  version: number,
  delivered: ReadonlyArray<Delivered>,
): O.Option<ReadonlyArray<unknown>> => {
  const later = delivered.filter((event) => event.version > version);
  const run = [...new Map(later.map((event) => [event.version, event.stored]))];
  run.sort(([a], [b]) => a - b);
  return run.at(-1)?.[0] === version + run.length
    ? O.some(run.map(([, stored]) => stored))
    : O.none;
};

/** How far to go: to a version that is known to have been written, or on from there to the end of the stream. */
export interface Goal {
  readonly known: number;
  readonly toTheEnd: boolean;
}

/** Folds what follows `from`: from the delivery where that is complete, from the event table where it is not. */
const foldNext =
  (from: Summary, delivered: ReadonlyArray<Delivered>, known: number): Step<O.Option<Folded>> =>
  (ports) =>
    pipe(
      runAfter(from.version, delivered),
      O.match(() => ports.events.readAfter(from.streamId, from.version), TE.right),
      TE.map((events) => {
        if (events.length > 0) return O.some(foldEvents(ports)(from, events));
        return from.version < known
          ? O.some({ summary: suspendForMissing(from, known, ports.now()), changes: [] })
          : O.none;
      }),
    );

/** Moves a summary towards its goal, page by page, so that a crash loses no more than a page's work. */
export const advance =
  (
    loaded: O.Option<Summary>,
    from: Summary,
    delivered: ReadonlyArray<Delivered>,
    goal: Goal,
  ): Step<void> =>
  (ports) =>
    O.isSome(from.suspended) || (from.version >= goal.known && !goal.toTheEnd)
      ? TE.right(undefined)
      : pipe(
          foldNext(from, delivered, goal.known)(ports),
          TE.chain(
            O.match(
              () => TE.right(undefined),
              (folded) =>
                pipe(
                  // The order makes a crash harmless: entries can be written again, and nothing counts as folded
                  // before the summary has moved.
                  ports.readModel.saveEntries(folded.changes),
                  TE.chain(() => ports.readModel.commit(loaded, folded.summary)),
                  TE.chainW(() => announce(folded)(ports)),
                  TE.chain(() =>
                    advance(O.some(folded.summary), folded.summary, delivered, goal)(ports),
                  ),
                ),
            ),
          ),
        );

const projectLoaded =
  (streamId: string, loaded: O.Option<Summary>, delivered: ReadonlyArray<Delivered>): Step<void> =>
  (ports) => {
    const summary = O.getOrElse(() => emptySummary(streamId, ports.projection))(loaded);
    const known = Math.max(...delivered.map(({ version }) => version));
    if (O.isSome(summary.suspended)) return TE.right(undefined);
    return summary.projection < ports.projection
      ? rebuildLoaded(streamId, loaded, known)(ports)
      : advance(loaded, summary, delivered, { known, toTheEnd: false })(ports);
  };

/** Brings a stream's summary up to the events that were delivered, at the least. A suspended stream stays where it is. */
export const projectStream = (
  streamId: string,
  delivered: ReadonlyArray<Delivered>,
): Result<void> =>
  retryingLostRaces(
    pipe(
      loadSummary(streamId),
      RTE.chain((loaded) => projectLoaded(streamId, loaded, delivered)),
    ),
  );
