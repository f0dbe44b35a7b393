import * as E from "fp-ts/Either";
import { pipe } from "fp-ts/function";
import * as O from "fp-ts/Option";
import * as RTE from "fp-ts/ReaderTaskEither";
import { advance, advanceUnlessSuspended } from "./advance";
import { finish, isOvertaken, isReplaced } from "./finish-rebuild";
import { type Found, find, summaryOf } from "./found";
import type { StreamId, StreamVersion } from "./identifiers";
import type { ProjectionEnvironment, Rebuild, StoredRebuild } from "./ports";
import { begin, build } from "./rebuild";
import { emptySummary, isSuspended, type Summary } from "./summary";
import {
  type Overtaken,
  type Progress,
  retrySuperseded,
  type Step,
  type UseCase,
} from "./use-case";

/** The rows that say how far a stream is. */
interface Rows<State> {
  readonly found: Found<State>;
  readonly stored: O.Option<StoredRebuild<State>>;
}

/** Loads the row of the rebuild first: where the summary is the one that it made, it has been replaced. */
export const loadRows = <State>(streamId: StreamId): Step<State, Rows<State>> =>
  pipe(
    RTE.ask<ProjectionEnvironment<State>>(),
    RTE.flatMapTaskEither(({ rebuilds }) => rebuilds.load(streamId)),
    RTE.bindTo("stored"),
    RTE.bind("found", () => find<State>(streamId)),
  );

const beginAndBuild = <State>(
  streamId: StreamId,
  { found, stored }: Rows<State>,
  known: StreamVersion,
): Step<State, Progress> =>
  pipe(
    begin(streamId, found, stored),
    RTE.flatMap((begun) => build(found, begun, known)),
  );

/** Whether the rows have to be rebuilt although nobody has begun to. */
const isOutdated =
  (projectionVersion: number) =>
  (found: Found<unknown>): boolean =>
    pipe(
      found,
      E.match(
        () => true,
        O.exists(
          (summary) => summary.projectionVersion < projectionVersion && !isSuspended(summary),
        ),
      ),
    );

/** Folds on a stream that no rebuild is under way of. */
const fold = <State>(
  streamId: StreamId,
  found: Found<State>,
  known: StreamVersion,
): Step<State, Progress> =>
  pipe(
    summaryOf(found),
    O.match(
      () =>
        pipe(
          RTE.ask<ProjectionEnvironment<State>>(),
          RTE.flatMap(({ projectionVersion, hasTime }) =>
            advance<State>(
              { loaded: O.none, from: emptySummary(streamId, projectionVersion) },
              [],
              {
                known,
                toTheEnd: true,
                mayGoOn: hasTime,
              },
            ),
          ),
        ),
      (summary) => advanceUnlessSuspended(summary, known),
    ),
  );

/** The summary, where it is the one that the rebuild has made. */
export const replacedIn = <State>(
  found: Found<State>,
  rebuild: Rebuild<State>,
): O.Option<Summary<State>> =>
  pipe(
    summaryOf(found),
    O.filter((summary) => isReplaced(rebuild, summary)),
  );

/** Does what the rows of a stream call for. */
const proceed = <State>(
  streamId: StreamId,
  rows: Rows<State>,
  known: StreamVersion,
): Step<State, Progress> =>
  pipe(
    RTE.ask<ProjectionEnvironment<State>>(),
    RTE.flatMap(({ projectionVersion }): Step<State, Progress> => {
      const { found, stored } = rows;
      if (O.isNone(stored)) {
        return isOutdated(projectionVersion)(found)
          ? beginAndBuild(streamId, rows, known)
          : fold(streamId, found, known);
      }
      const { rebuild } = stored.value;
      if (O.isNone(rebuild) || rebuild.value.folded.projectionVersion < projectionVersion) {
        return beginAndBuild(streamId, rows, known);
      }
      if (rebuild.value.folded.projectionVersion > projectionVersion) {
        return RTE.left<ProjectionEnvironment<State>, Overtaken>({ _tag: "Outdated" });
      }
      const replaced = replacedIn(found, rebuild.value);
      if (O.isSome(replaced)) {
        return finish(replaced.value, { row: stored.value.row, rebuild: rebuild.value }, known);
      }
      // The summary was loaded later than the rebuild's row: another rebuild may have taken its place meanwhile. Then this
      // one is superseded as soon as it writes that row.
      return pipe(
        summaryOf(found),
        O.exists((summary) => isOvertaken(rebuild.value, summary)),
      )
        ? beginAndBuild(streamId, rows, known)
        : build(found, { row: stored.value.row, rebuild: rebuild.value }, known);
    }),
  );

/**
 * Brings a stream up to date, or as far as there is time: goes on with its rebuild, begins one where the rows need it, and
 * folds to the end of the stream. `known` is a version that is known to have been written. Repeat it while it answers
 * UNFINISHED, and once more some time after it answers LATER.
 */
export const bringUpToDate = <State>(
  streamId: StreamId,
  known: StreamVersion,
): UseCase<State, Progress> =>
  retrySuperseded(
    pipe(
      loadRows<State>(streamId),
      RTE.flatMap((rows) => proceed(streamId, rows, known)),
    ),
  );
