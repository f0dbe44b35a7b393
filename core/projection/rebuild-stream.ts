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

// A rebuild folds a stream from its first event beside the live projection. The old summary serves its readers until
// it is replaced in one step, under the same condition that guards every other move of a summary.

/** How often a rebuild goes on beside a summary that others have moved, before it begins anew. */
const attempts = 5;

const versionOf = (summary: O.Option<Summary>): number =>
  O.isSome(summary) ? summary.value.version : 0;

const isSuspended = (summary: O.Option<Summary>): boolean =>
  O.isSome(summary) && O.isSome(summary.value.suspended);

/** Folds on to the end of the stream, or to where it is suspended; keeps the changes that come after `announced`. */
const rebuild =
  (from: Folded, announced: number): Step<Folded> =>
  (ports) =>
    O.isSome(from.summary.suspended)
      ? TE.right(from)
      : pipe(
          ports.events.readAfter(from.summary.streamId, from.summary.version),
          TE.chainW((events) => {
            if (events.length === 0) return TE.right(from);
            const { summary, changes } = foldEvents(ports)(from.summary, events);
            const news = changes.filter(({ version }) => version > announced);
            return pipe(
              ports.readModel.saveEntries(changes),
              TE.chainW(() =>
                rebuild({ summary, changes: [...from.changes, ...news] }, announced)(ports),
              ),
            );
          }),
        );

/** What the old summary is replaced by: where a rebuild is suspended before it caught up, the last balance stays readable. */
const replacement = (old: O.Option<Summary>, rebuilt: Summary): Summary =>
  O.isSome(old) && rebuilt.version < old.value.version
    ? { ...old.value, suspended: rebuilt.suspended }
    : rebuilt;

const rebuildFrom =
  (from: Folded, old: O.Option<Summary>, known: number, attemptsLeft: number): Step<void> =>
  (ports) =>
    pipe(
      rebuild(from, versionOf(old))(ports),
      TE.chain((caughtUp) => {
        const { summary } = caughtUp;
        const complete =
          O.isNone(summary.suspended) && summary.version < known
            ? suspendForMissing(summary, known, ports.now())
            : summary;
        const rebuilt = replacement(old, complete);
        // There is no such stream, and a summary would be an account that nobody has asked for.
        if (O.isNone(old) && rebuilt.version === 0 && O.isNone(rebuilt.suspended)) {
          return TE.right(undefined);
        }
        return pipe(
          ports.readModel.commit(old, rebuilt),
          TE.chainW(() =>
            announce({
              summary: rebuilt,
              changes: caughtUp.changes.filter(({ version }) => version > versionOf(old)),
            })(ports),
          ),
          TE.chain(() =>
            // What was delivered while the stream was suspended does not come again: read on to where it ends now.
            isSuspended(old) && O.isNone(rebuilt.suspended)
              ? rebuildFrom(
                  { summary: rebuilt, changes: [] },
                  O.some(rebuilt),
                  known,
                  attempts,
                )(ports)
              : TE.right(undefined),
          ),
          TE.orElse((error) =>
            error._tag === "Superseded" && attemptsLeft > 1
              ? goOn(caughtUp, old, known, attemptsLeft - 1)(ports)
              : TE.left(error),
          ),
        );
      }),
    );

/** Continues a rebuild beside which the summary has moved. */
const goOn =
  (
    { summary, changes }: Folded,
    old: O.Option<Summary>,
    known: number,
    attemptsLeft: number,
  ): Step<void> =>
  (ports) =>
    pipe(
      loadSummary(summary.streamId)(ports),
      TE.chain((moved) => {
        // Only who set out to resume a suspended stream may do so: the others begin anew, and find it suspended.
        if (isSuspended(moved) && !isSuspended(old)) return TE.left({ _tag: "Superseded" });
        return rebuildFrom(
          // What it was suspended by may have been mended by now: that event is read again.
          { summary: { ...summary, suspended: O.none }, changes },
          moved,
          Math.max(known, versionOf(moved)),
          attemptsLeft,
        )(ports);
      }),
    );

/** Folds a stream anew and replaces its summary, whose last event or a delivered one is known to have `known` as version. */
export const rebuildLoaded =
  (streamId: string, old: O.Option<Summary>, known: number): Step<void> =>
  (ports) =>
    rebuildFrom(
      { summary: emptySummary(streamId, ports.projection), changes: [] },
      old,
      Math.max(known, versionOf(old)),
      attempts,
    )(ports);

/** Folds a stream anew although nothing asks for it: to mend what was lost, or to replace rows ahead of their next event. */
export const rebuildStream = (streamId: string): Result<void> =>
  retryingLostRaces(
    pipe(
      loadSummary(streamId),
      RTE.chain((loaded) => rebuildLoaded(streamId, loaded, 0)),
    ),
  );
