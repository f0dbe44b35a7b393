import * as E from "fp-ts/Either";
import { pipe } from "fp-ts/function";
import * as O from "fp-ts/Option";
import * as RTE from "fp-ts/ReaderTaskEither";
import * as TE from "fp-ts/TaskEither";
import type { Folded } from "./fold-events";
import type { StreamId, StreamVersion, Version } from "./identifiers";
import { loop } from "./loop";
import type { ProjectionEnvironment, Superseded, Unavailable, UnreadableSummary } from "./ports";
import { isSuspended, type Summary, type Suspension } from "./summary";

/** The stream was left to other projectors: they kept moving its summary, or a later release has written its rows. */
export interface Overtaken {
  readonly _tag: "Contended" | "Outdated";
}

/**
 * How a use case ended that may take longer than there is time: all is done, it is to be called again at once, or once
 * more in a while.
 */
export type Progress = "FINISHED" | "UNFINISHED" | "LATER";

export type ProjectionError = Unavailable | UnreadableSummary | Overtaken;

/** A step of the projection. It can be superseded by another projector. */
export type Step<State, A> = RTE.ReaderTaskEither<
  ProjectionEnvironment<State>,
  ProjectionError | Superseded,
  A
>;

/** A use case as a whole. */
export type UseCase<State, A> = RTE.ReaderTaskEither<
  ProjectionEnvironment<State>,
  ProjectionError,
  A
>;

/** How often a superseded use case is tried before it leaves the stream to the other projectors. */
const maxAttempts = 5;

/** Repeats a use case, which loads the summary first, until it is not superseded. */
export const retrySuperseded = <State, A>(step: Step<State, A>): UseCase<State, A> =>
  pipe(
    1,
    loop((attempt: number) =>
      pipe(
        step,
        RTE.map(E.right),
        RTE.orElse(
          (error): UseCase<State, E.Either<number, A>> =>
            error._tag !== "Superseded"
              ? RTE.left(error)
              : attempt < maxAttempts
                ? RTE.right(E.left(attempt + 1))
                : RTE.left({ _tag: "Contended" }),
        ),
      ),
    ),
  );

/** Asks the rebuilder for what is left of a stream's work. */
export const handOver = <State>(
  streamId: StreamId,
  known: StreamVersion,
  unpublishedFrom?: Version,
): RTE.ReaderTaskEither<ProjectionEnvironment<State>, Unavailable, void> =>
  pipe(
    RTE.ask<ProjectionEnvironment<State>>(),
    RTE.flatMapTaskEither(({ rebuildQueue }) =>
      rebuildQueue.request(streamId, known, unpublishedFrom),
    ),
  );

/** Leaves to the rebuilder what there was no time for. */
export const orHandOver =
  <State>(streamId: StreamId, known: StreamVersion) =>
  <Failure>(
    work: RTE.ReaderTaskEither<ProjectionEnvironment<State>, Failure, Progress>,
  ): RTE.ReaderTaskEither<ProjectionEnvironment<State>, Failure | Unavailable, void> =>
    pipe(
      work,
      RTE.flatMap((progress) =>
        progress === "FINISHED"
          ? RTE.right<ProjectionEnvironment<State>, Failure | Unavailable, void>(undefined)
          : handOver<State>(streamId, known),
      ),
    );

/** Loads a stream's summary. Fails where a later release has written it, which this one must not replace. */
export const loadSummary = <State>(streamId: StreamId): Step<State, O.Option<Summary<State>>> =>
  pipe(
    RTE.ask<ProjectionEnvironment<State>>(),
    RTE.flatMapTaskEither(({ readModel, projectionVersion }) =>
      pipe(
        readModel.load(streamId),
        TE.filterOrElseW(
          O.match(
            () => true,
            (summary) => summary.projectionVersion <= projectionVersion,
          ),
          (): Overtaken => ({ _tag: "Outdated" }),
        ),
      ),
    ),
  );

/** Whether an earlier release has written a summary that this one cannot read: it may not know a new column yet. */
export const isOfEarlierRelease =
  (projectionVersion: number) =>
  ({ row }: UnreadableSummary): boolean =>
    typeof row.projectionVersion === "number" && row.projectionVersion < projectionVersion;

/** Reports a suspended stream to operators. */
export const reportSuspension = <State>({
  streamId,
  suspension,
}: Summary<State>): Step<State, void> =>
  pipe(
    RTE.ask<ProjectionEnvironment<State>>(),
    RTE.flatMapIO(({ telemetry }) =>
      pipe(
        suspension,
        O.match(
          () => () => undefined,
          (suspended) => telemetry.suspended(streamId, suspended),
        ),
      ),
    ),
  );

/** Reports to operators what was committed, and publishes it to subscribers in the order of the events. */
const announce = <State>({ summary, changes }: Folded<State>): Step<State, void> =>
  pipe(
    RTE.ask<ProjectionEnvironment<State>>(),
    RTE.tap(() => reportSuspension(summary)),
    RTE.flatMap(({ telemetry, publisher }) =>
      changes.length === 0
        ? RTE.right(undefined)
        : pipe(
            RTE.fromIO<void, ProjectionEnvironment<State>, ProjectionError | Superseded>(
              telemetry.folded(summary.streamId, changes.length),
            ),
            RTE.flatMapTask(() => publisher.publish(changes)),
          ),
    ),
  );

/** Suspended for the same event and reason, or not at all. When that was does not matter. */
const suspendedAlike = O.getEq<Suspension>({
  equals: (a, b) => a.version === b.version && a.reason === b.reason,
});

/** Whether a summary is the one that was written, or has moved on from there. */
const hasReached =
  (written: Summary<unknown>) =>
  (summary: Summary<unknown>): boolean =>
    summary.projectionVersion === written.projectionVersion &&
    summary.generation === written.generation &&
    ((summary.version > written.version && !isSuspended(written)) ||
      (summary.version === written.version &&
        // The hash chain's link stands for all that was folded.
        summary.chainHead === written.chainHead &&
        suspendedAlike.equals(summary.suspension, written.suspension)));

/**
 * Moves a summary, and announces what that commits. A commit that was not answered may have succeeded, and so may one that
 * was superseded: by itself, when the client sent it again. Nobody else announces it then, so the summary is read again. What
 * has been reached counts as committed. It may have been reached by another projector, which announces it, too: subscribers
 * recognise a change that comes twice by its version.
 */
export const commit = <State>(
  loaded: O.Option<Summary<State>>,
  folded: Folded<State>,
  /** The row to be replaced instead, where it cannot be read. */
  unreadable: O.Option<UnreadableSummary> = O.none,
): Step<State, void> =>
  pipe(
    RTE.ask<ProjectionEnvironment<State>>(),
    RTE.flatMapTaskEither(({ readModel }) =>
      pipe(
        unreadable,
        O.match(
          () => readModel.commit(loaded, folded.summary),
          (found) => readModel.replaceUnreadable(found, folded.summary),
        ),
        TE.orElse(
          (error): TE.TaskEither<Unavailable | Superseded, void> =>
            pipe(
              readModel.load(folded.summary.streamId),
              TE.mapLeft(() => error),
              TE.filterOrElse(O.exists(hasReached(folded.summary)), () => error),
              TE.asUnit,
            ),
        ),
      ),
    ),
    RTE.flatMap(() => announce(folded)),
  );
