import * as E from "fp-ts/Either";
import { pipe } from "fp-ts/function";
import * as O from "fp-ts/Option";
import * as RTE from "fp-ts/ReaderTaskEither";
import * as TE from "fp-ts/TaskEither";
import { type Folded, foldEvents, suspendForMissing } from "./fold-events";
import { noVersion, type StreamId, type StreamVersion } from "./identifiers";
import { loop } from "./loop";
import type { ProjectionEnvironment, Superseded, UnreadableSummary } from "./ports";
import { emptySummary, isSuspended, type Summary } from "./summary";
import { commit, loadSummary, retrySuperseded, type Step, type UseCase } from "./use-case";

// A rebuild folds a stream from its first event beside the live projection. The old summary stays readable until it is
// replaced in one step, under the same condition that guards every other move of a summary.

/** How often a rebuild continues although others have moved the summary, before it starts from the beginning. */
const maxContinuations = 4;

const versionOf = (summary: O.Option<Summary<unknown>>): StreamVersion =>
  pipe(
    summary,
    O.match(
      () => noVersion,
      ({ version }) => version,
    ),
  );

const later = (a: StreamVersion, b: StreamVersion): StreamVersion => (a > b ? a : b);

const after = (version: StreamVersion, folded: Folded<unknown>) =>
  folded.changes.filter((change) => change.version > version);

/** Folds to the end of the stream, or until it is suspended. Keeps the changes after version `published`. */
const foldToTheEnd = <State>(
  from: Folded<State>,
  published: StreamVersion,
): Step<State, Folded<State>> =>
  pipe(
    from,
    loop(
      ({ summary, changes }): Step<State, E.Either<Folded<State>, Folded<State>>> =>
        isSuspended(summary)
          ? RTE.right(E.right({ summary, changes }))
          : pipe(
              RTE.ask<ProjectionEnvironment<State>>(),
              RTE.flatMapTaskEither((environment) =>
                pipe(
                  environment.events.readAfter(summary.streamId, summary.version),
                  TE.map((events) => foldEvents(environment, summary, events)),
                  TE.tap((page) => environment.readModel.saveEntries(page.changes)),
                  TE.map((page) =>
                    page.summary === summary
                      ? E.right({ summary, changes })
                      : E.left({
                          summary: page.summary,
                          changes: [...changes, ...after(published, page)],
                        }),
                  ),
                ),
              ),
            ),
    ),
  );

/** The summary to replace the old one. If a rebuild is suspended before it caught up, the last state stays readable. */
const replacement = <State>(
  old: O.Option<Summary<State>>,
  rebuilt: Summary<State>,
): Summary<State> =>
  pipe(
    old,
    O.filter(({ version }) => rebuilt.version < version),
    O.match(
      () => rebuilt,
      (readable) => ({ ...readable, suspension: rebuilt.suspension }),
    ),
  );

/** A rebuild under way. */
interface Rebuild<State> {
  readonly folded: Folded<State>;
  /** The summary that is to be replaced. */
  readonly old: O.Option<Summary<State>>;
  /** The row in its place, where it cannot be read. */
  readonly unreadable: O.Option<UnreadableSummary>;
  /** A version that is known to have been written. */
  readonly known: StreamVersion;
  readonly continuations: number;
}

type Progress<State> = E.Either<Rebuild<State>, void>;

const done: Progress<never> = E.right(undefined);

/** Continues a rebuild after another projector has moved the summary. */
const continueBeside = <State>(
  { folded, old, known, continuations }: Rebuild<State>,
  superseded: Superseded,
): Step<State, Progress<State>> =>
  continuations === 0
    ? RTE.left(superseded)
    : pipe(
        loadSummary<State>(folded.summary.streamId),
        RTE.flatMap((moved): Step<State, Progress<State>> => {
          const mayResume = O.exists(isSuspended)(old);
          // Only a rebuild that began on a suspended stream may resume it. Others start again, and find it suspended.
          return O.exists(isSuspended)(moved) && !mayResume
            ? RTE.left(superseded)
            : RTE.right(
                E.left({
                  // Read the event that suspended it again: it may have been repaired by now.
                  folded: { ...folded, summary: { ...folded.summary, suspension: O.none } },
                  old: moved,
                  unreadable: O.none,
                  known: later(known, versionOf(moved)),
                  continuations: continuations - 1,
                }),
              );
        }),
      );

/** Replaces the old summary by the rebuilt one. */
const replace = <State>(rebuild: Rebuild<State>): Step<State, Progress<State>> =>
  pipe(
    RTE.ask<ProjectionEnvironment<State>>(),
    RTE.flatMap(({ now }): Step<State, Progress<State>> => {
      const { folded, old, known } = rebuild;
      const complete =
        !isSuspended(folded.summary) && folded.summary.version < known
          ? suspendForMissing(folded.summary, known, now())
          : folded.summary;
      const summary = replacement(old, complete);
      // There is no such stream: write no summary for it.
      if (O.isNone(old) && summary.version === 0 && !isSuspended(summary)) return RTE.right(done);
      return pipe(
        commit(old, { summary, changes: after(versionOf(old), folded) }, rebuild.unreadable),
        RTE.map(
          (): Progress<State> =>
            // Events delivered during the suspension are not delivered again: read on to the stream's present end.
            O.exists(isSuspended)(old) && !isSuspended(summary)
              ? E.left({
                  folded: { summary, changes: [] },
                  old: O.some(summary),
                  unreadable: O.none,
                  known,
                  continuations: maxContinuations,
                })
              : done,
        ),
        RTE.orElse((error) =>
          error._tag === "Superseded" ? continueBeside(rebuild, error) : RTE.left(error),
        ),
      );
    }),
  );

/** Folds a stream from its first event and replaces its summary. `known` is a version that is known to have been written. */
export const rebuildLoaded = <State>(
  streamId: StreamId,
  old: O.Option<Summary<State>>,
  known: StreamVersion,
  unreadable: O.Option<UnreadableSummary> = O.none,
): Step<State, void> =>
  pipe(
    RTE.ask<ProjectionEnvironment<State>>(),
    RTE.map(
      ({ projectionVersion }): Rebuild<State> => ({
        folded: { summary: emptySummary(streamId, projectionVersion), changes: [] },
        old,
        unreadable,
        known: later(known, versionOf(old)),
        continuations: maxContinuations,
      }),
    ),
    RTE.flatMap(
      loop((rebuild) =>
        pipe(
          foldToTheEnd(rebuild.folded, versionOf(rebuild.old)),
          RTE.flatMap((folded) => replace({ ...rebuild, folded })),
        ),
      ),
    ),
  );

/** Rebuilds a stream on demand: to restore lost or damaged rows, or to replace rows before the stream's next event does. */
export const rebuildStream = <State>(streamId: StreamId): UseCase<State, void> =>
  retrySuperseded(
    pipe(
      loadSummary<State>(streamId),
      RTE.matchE(
        (error): Step<State, void> =>
          error._tag === "UnreadableSummary"
            ? rebuildLoaded<State>(streamId, O.none, noVersion, O.some(error))
            : RTE.left(error),
        (loaded) => rebuildLoaded(streamId, loaded, noVersion),
      ),
    ),
  );
