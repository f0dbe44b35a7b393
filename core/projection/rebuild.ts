import * as E from "fp-ts/Either";
import { pipe } from "fp-ts/function";
import * as O from "fp-ts/Option";
import * as RTE from "fp-ts/ReaderTaskEither";
import { foldPage } from "./advance";
import type { Row } from "./columns";
import { finish, isOvertaken } from "./finish-rebuild";
import { type Found, find, goalOf, nextGeneration, summaryOf } from "./found";
import { noVersion, type StreamId, type StreamVersion } from "./identifiers";
import { loop } from "./loop";
import type { KnownRebuild, ProjectionEnvironment, StoredRebuild, Superseded } from "./ports";
import { emptySummary, isSuspended, type Summary } from "./summary";
import { commit, type Progress, type Step } from "./use-case";

// A rebuild folds a stream from its first event, beside its live rows. It writes entries of a generation of its own, which
// nobody reads, and keeps its progress page by page, so that any later attempt goes on from there. When the fold has come
// to the version of the summary, it takes the summary's place in one conditional write. Only then does it go on to the end
// of the stream, as every projection does, so that each change is published once the summary shows it.

const superseded: Superseded = { _tag: "Superseded" };

/** Begins a rebuild, in place of one that may be under way: the rows of that are removed with the others. */
export const begin = <State>(
  streamId: StreamId,
  found: Found<State>,
  before: O.Option<StoredRebuild<State>>,
): Step<State, KnownRebuild<State>> =>
  pipe(
    RTE.ask<ProjectionEnvironment<State>>(),
    RTE.flatMapTaskEither(({ rebuilds, projectionVersion }) =>
      rebuilds.save(
        pipe(
          before,
          O.map(({ row }) => row),
        ),
        {
          folded: emptySummary(streamId, projectionVersion, nextGeneration(found, before)),
          replacedAt: O.none,
        },
      ),
    ),
    RTE.tapReaderIO(
      () =>
        ({ telemetry }: ProjectionEnvironment<State>) =>
          telemetry.rebuildBegun(streamId),
    ),
  );

/** A rebuild under way, and what it is to replace. */
interface Building<State> {
  readonly found: Found<State>;
  readonly row: Row;
  /** A version that is known to have been written. */
  readonly known: StreamVersion;
  /** The fold so far. */
  readonly folded: Summary<State>;
}

type Next<State> = E.Either<Building<State>, Progress>;

/** Shows readers that the summary stays as it is until the rebuild is done. */
const mark = <State>(building: Building<State>): Step<State, Building<State>> =>
  pipe(
    summaryOf(building.found),
    O.filter(
      (summary) =>
        summary.projectionVersion < building.folded.projectionVersion &&
        !summary.rebuilding &&
        !isSuspended(summary),
    ),
    O.match(
      () => RTE.right(building),
      (summary) => {
        const marked = { ...summary, rebuilding: true };
        return pipe(
          RTE.ask<ProjectionEnvironment<State>>(),
          RTE.flatMapTaskEither(({ readModel }) => readModel.commit(O.some(summary), marked)),
          RTE.map(() => ({ ...building, found: E.right(O.some(marked)) })),
        );
      },
    ),
  );

/** Looks again at what the rebuild is to replace, after somebody else has moved it. */
const lookAgain = <State>(building: Building<State>): Step<State, Next<State>> =>
  pipe(
    find<State>(building.folded.streamId),
    RTE.flatMap((found) => {
      const rebuild = { folded: building.folded, replacedAt: O.none };
      return pipe(
        summaryOf(found),
        O.exists((summary) => isOvertaken(rebuild, summary)),
      )
        ? RTE.left(superseded)
        : RTE.right(E.left({ ...building, found }));
    }),
  );

/** Ends a rebuild that has found neither a summary nor an event: there is no such stream, and no row is written for it. */
const endOfNothing = <State>({ folded, row }: Building<State>): Step<State, Next<State>> =>
  pipe(
    RTE.ask<ProjectionEnvironment<State>>(),
    RTE.flatMapTaskEither(({ rebuilds }) => rebuilds.end(folded.streamId, row)),
    RTE.map((): Next<State> => E.right("FINISHED")),
  );

/** Puts a summary in the place of what was found, and folds on to the end of the stream. */
const replaceBy = <State>(
  building: Building<State>,
  summary: Summary<State>,
): Step<State, Next<State>> =>
  pipe(
    commit(summaryOf(building.found), { summary, changes: [] }, O.getLeft(building.found)),
    RTE.tapReaderIO(
      () =>
        ({ telemetry }: ProjectionEnvironment<State>) =>
          telemetry.rebuilt(summary.streamId),
    ),
    RTE.flatMap(() =>
      finish(
        summary,
        { row: building.row, rebuild: { folded: summary, replacedAt: O.none } },
        building.known,
      ),
    ),
    RTE.map((progress): Next<State> => E.right(progress)),
    RTE.orElse((error) => (error._tag === "Superseded" ? lookAgain(building) : RTE.left(error))),
  );

/**
 * Ends a rebuild at an event that cannot be folded. Where it has not come to the version of the summary, the summary stays
 * what readers see, suspended before that event; the rebuild goes on from there when the stream is resumed.
 */
const suspendAt = <State>(
  building: Building<State>,
  suspended: Summary<State>,
): Step<State, Next<State>> =>
  pipe(
    summaryOf(building.found),
    O.match(
      () => replaceBy(building, suspended),
      (summary) => {
        const next = { ...summary, suspension: suspended.suspension, rebuilding: false };
        return pipe(
          commit(O.some(summary), { summary: next, changes: [] }),
          RTE.map((): Next<State> => E.right("FINISHED")),
          RTE.orElse((error) =>
            error._tag === "Superseded" ? lookAgain(building) : RTE.left(error),
          ),
        );
      },
    ),
  );

/** Reads the page after the fold, and nothing beyond the goal. */
const readPage = <State>(
  folded: Summary<State>,
  goal: O.Option<StreamVersion>,
): Step<State, ReadonlyArray<unknown>> =>
  pipe(
    RTE.ask<ProjectionEnvironment<State>>(),
    RTE.flatMapTaskEither(({ events }) => events.readAfter(folded.streamId, folded.version)),
    RTE.map((page) => (O.isSome(goal) ? page.slice(0, goal.value - folded.version) : page)),
  );

/** Folds one page on the way to the goal, and stores that. */
const foldOn = <State>(
  building: Building<State>,
  goal: O.Option<StreamVersion>,
): Step<State, Next<State>> =>
  pipe(
    RTE.ask<ProjectionEnvironment<State>>(),
    RTE.bindTo("environment"),
    RTE.bind("page", () => readPage(building.folded, goal)),
    RTE.flatMap(({ environment, page }): Step<State, Next<State>> => {
      const known = E.isRight(building.found) && O.isSome(goal) ? goal.value : noVersion;
      return pipe(
        foldPage(environment, building.folded, page, known),
        O.match(
          // The end of the stream, where the summary says nothing of a later version that could be believed.
          () => replace(building),
          ({ summary, changes }) =>
            pipe(
              RTE.fromTaskEither(environment.readModel.saveEntries(changes)),
              RTE.flatMap(() =>
                isSuspended(summary)
                  ? suspendAt({ ...building, folded: { ...summary, suspension: O.none } }, summary)
                  : pipe(
                      RTE.fromTaskEither(
                        environment.rebuilds.save(O.some(building.row), {
                          folded: summary,
                          replacedAt: O.none,
                        }),
                      ),
                      RTE.map(
                        ({ row }): Next<State> =>
                          environment.hasTime()
                            ? E.left({ ...building, row, folded: summary })
                            : E.right("UNFINISHED"),
                      ),
                    ),
              ),
            ),
        ),
      );
    }),
  );

/**
 * Replaces what was found by the fold, which has come to its version. The event that suspended the stream is tried first:
 * where it still cannot be folded, the stream is not resumed in between.
 */
const replace = <State>(building: Building<State>): Step<State, Next<State>> =>
  pipe(
    summaryOf(building.found),
    O.flatMap(({ suspension }) => suspension),
    O.match(
      (): Step<State, Summary<State>> => RTE.right(building.folded),
      ({ version }) =>
        pipe(
          RTE.ask<ProjectionEnvironment<State>>(),
          RTE.bindTo("environment"),
          RTE.bind("page", () => readPage(building.folded, O.none)),
          RTE.map(({ environment, page }) =>
            pipe(
              foldPage(environment, building.folded, page.slice(0, 1), version),
              O.filter(({ summary }) => isSuspended(summary)),
              O.match(
                () => building.folded,
                ({ summary }) => summary,
              ),
            ),
          ),
        ),
    ),
    RTE.flatMap((summary) =>
      summary.version === noVersion &&
      !isSuspended(summary) &&
      E.isRight(building.found) &&
      O.isNone(building.found.right)
        ? endOfNothing(building)
        : replaceBy(building, summary),
    ),
  );

/** Folds a stream whose rebuild has begun, for as long as there is time, and replaces its summary. */
export const build = <State>(
  found: Found<State>,
  { row, rebuild: { folded } }: KnownRebuild<State>,
  known: StreamVersion,
): Step<State, Progress> =>
  pipe(
    mark({ found, row, folded, known }),
    RTE.flatMap(
      loop((building): Step<State, Next<State>> => {
        const goal = goalOf(building.found);
        return O.isSome(goal) && building.folded.version >= goal.value
          ? replace(building)
          : foldOn(building, goal);
      }),
    ),
  );
