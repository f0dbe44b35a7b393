import * as E from "fp-ts/Either";
import { pipe } from "fp-ts/function";
import * as O from "fp-ts/Option";
import * as RTE from "fp-ts/ReaderTaskEither";
import * as RA from "fp-ts/ReadonlyArray";
import * as TE from "fp-ts/TaskEither";
import { type Change, type Fault, fold, type Summary } from "./fold";
import type { ProjectionPorts, Superseded, Unavailable } from "./ports";

/** Another projector kept moving the summary; or a later release than this one has written it. */
export interface GaveWay {
  readonly _tag: "Contended" | "Outdated";
}

export type ProjectionError = Unavailable | GaveWay;

/** A step of the projection: it may also find that somebody else was faster. */
export type Step<A> = RTE.ReaderTaskEither<ProjectionPorts, ProjectionError | Superseded, A>;

/** A use case as a whole. */
export type Result<A> = RTE.ReaderTaskEither<ProjectionPorts, ProjectionError, A>;

/** How often a use case begins anew, because another projector was faster, before it leaves the stream to the others. */
const attempts = 5;

/** Runs a use case from its loading on until it has lost no race. */
export const retryingLostRaces = <A>(step: Step<A>, attemptsLeft = attempts): Result<A> =>
  pipe(
    step,
    RTE.orElse((error): Result<A> => {
      if (error._tag !== "Superseded") return RTE.left(error);
      return attemptsLeft > 1
        ? retryingLostRaces(step, attemptsLeft - 1)
        : RTE.left({ _tag: "Contended" });
    }),
  );

/** Loads a stream's summary, and gives way where a later release has written it: its rows are not replaced by older ones. */
export const loadSummary =
  (streamId: string): Step<O.Option<Summary>> =>
  (ports) =>
    pipe(
      ports.readModel.load(streamId),
      TE.filterOrElseW(
        (loaded) => O.isNone(loaded) || loaded.value.projection <= ports.projection,
        (): GaveWay => ({ _tag: "Outdated" }),
      ),
    );

/** A summary with the changes that led to it. */
export interface Folded {
  readonly summary: Summary;
  readonly changes: ReadonlyArray<Change>;
}

/** The summary of a stream that stands still before its next event. */
const suspension = (summary: Summary, fault: Fault, since: string): Summary => ({
  ...summary,
  suspended: O.some({ version: summary.version + 1, since, ...fault }),
});

/** Holds a stream whose event table ends before a version that is known to have been written. */
export const suspendForMissing = (summary: Summary, known: number, since: string): Summary =>
  suspension(
    summary,
    {
      reason: "MISSING_EVENT",
      detail: `version ${known} has been written, but the event table ends at ${summary.version}`,
    },
    since,
  );

/** Folds what follows `from`, up to the first event that cannot be folded: the stream is suspended there. */
export const foldEvents =
  ({ digest, now }: Pick<ProjectionPorts, "digest" | "now">) =>
  (from: Summary, events: ReadonlyArray<unknown>): Folded =>
    events.reduce<Folded>(
      (folded, stored) =>
        O.isSome(folded.summary.suspended)
          ? folded
          : pipe(
              fold(digest)(folded.summary, stored),
              E.match(
                (fault) => ({
                  summary: suspension(folded.summary, fault, now()),
                  changes: folded.changes,
                }),
                ([summary, change]) => ({ summary, changes: RA.append(change)(folded.changes) }),
              ),
            ),
      { summary: from, changes: [] },
    );

/** Tells operators and subscribers. The ledger does not depend on either, so nothing here can fail it. */
export const announce =
  ({ summary, changes }: Folded): Step<void> =>
  ({ publisher, telemetry }) =>
    pipe(
      TE.fromIO(telemetry.folded(summary.streamId, changes.length)),
      TE.chainIOK(() =>
        O.isSome(summary.suspended)
          ? telemetry.suspended(summary.streamId, summary.suspended.value)
          : () => undefined,
      ),
      TE.chain(() =>
        pipe(
          changes,
          TE.traverseSeqArray((change) =>
            pipe(
              publisher.publish(change),
              TE.orElse(({ cause }) => TE.fromIO(telemetry.publishFailed(change, cause))),
            ),
          ),
        ),
      ),
      TE.map(() => undefined),
    );
