import * as E from "fp-ts/Either";
import { pipe } from "fp-ts/function";
import * as O from "fp-ts/Option";
import * as RTE from "fp-ts/ReaderTaskEither";
import * as T from "fp-ts/Task";
import * as TE from "fp-ts/TaskEither";
import type { Folded } from "./fold-events";
import type { StreamId } from "./identifiers";
import { loop } from "./loop";
import type { ProjectionEnvironment, Superseded, Unavailable } from "./ports";
import type { Summary } from "./summary";

/** The stream was left to other projectors: they kept moving its summary, or a later release has written its rows. */
export interface Overtaken {
  readonly _tag: "Contended" | "Outdated";
}

export type ProjectionError = Unavailable | Overtaken;

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

/** How often a use case starts from the beginning, because it was superseded, before it leaves the stream to the others. */
const maxAttempts = 5;

/** Repeats a use case from its loading on until it is not superseded. */
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

/** Loads a stream's summary. One that a later release has written is not for this one to replace. */
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

/** Reports to operators what was committed, and publishes it to subscribers in the order of the events. */
export const announce = <State>({ summary, changes }: Folded<State>): Step<State, void> =>
  pipe(
    RTE.ask<ProjectionEnvironment<State>>(),
    RTE.tapIO(({ telemetry }) => telemetry.folded(summary.streamId, changes.length)),
    RTE.tapIO(({ telemetry }) =>
      pipe(
        summary.suspension,
        O.match(
          () => () => undefined,
          (suspension) => telemetry.suspended(summary.streamId, suspension),
        ),
      ),
    ),
    RTE.flatMapTask(({ publisher }) => T.traverseSeqArray(publisher.publish)(changes)),
    RTE.asUnit,
  );
