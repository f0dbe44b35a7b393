import { pipe } from "fp-ts/function";
import * as O from "fp-ts/Option";
import type * as RT from "fp-ts/ReaderTask";
import * as RTE from "fp-ts/ReaderTaskEither";
import * as T from "fp-ts/Task";
import * as TE from "fp-ts/TaskEither";
import { bringUpToDate, loadRows } from "./bring-up-to-date";
import { summaryOf } from "./found";
import type { StreamId, StreamVersion, Version } from "./identifiers";
import type { ProjectionEnvironment, StoredRebuild } from "./ports";
import { publishLast, publishUpTo } from "./publish-again";
import { handOver, retrySuperseded, type Step, type UseCase } from "./use-case";

/** A request to bring a stream up to date, as it comes out of the queue. */
export interface RebuildRequest {
  readonly streamId: StreamId;
  /** A version that is known to have been written. */
  readonly known: StreamVersion;
  /** The first of those up to `known` that may be folded and not published, if there are any. */
  readonly unpublishedFrom?: Version | undefined;
  /** Whether it has come before: whoever worked on it may have died before it published what it had folded. */
  readonly again: boolean;
}

/** Whether a request is done with, or is to come again after a while. */
export type Answer = "DONE" | "AGAIN";

/** The version at which a rebuild has replaced the summary, where it is only waiting to remove what it has replaced. */
const replacedAtVersion = (stored: O.Option<StoredRebuild<unknown>>): O.Option<StreamVersion> =>
  pipe(
    stored,
    O.flatMap(({ rebuild }) => rebuild),
    O.filter(({ replacedAt }) => O.isSome(replacedAt)),
    O.map(({ folded }) => folded.version),
  );

/**
 * Publishes what others may have left unpublished, of a stream whose rows this release writes, and answers with the first
 * version that is still to be published: where it has yet to rebuild the rows, the request comes again after that. Where a
 * rebuild is only waiting, whoever brought it there has published what it has folded since it replaced the summary.
 */
const publishLeft = <State>({
  streamId,
  known,
  unpublishedFrom,
  again,
}: RebuildRequest): UseCase<State, Version | undefined> =>
  !again && unpublishedFrom === undefined
    ? RTE.right(undefined)
    : retrySuperseded(
        pipe(
          loadRows<State>(streamId),
          RTE.bind("own", () =>
            RTE.asks(({ projectionVersion }: ProjectionEnvironment<State>) => projectionVersion),
          ),
          RTE.flatMap(({ found, stored, own }) => {
            const waitingSince = replacedAtVersion(stored);
            return pipe(
              summaryOf(found),
              O.filter(({ projectionVersion }) => projectionVersion === own),
              O.match(
                (): Step<State, Version | undefined> => RTE.right(unpublishedFrom),
                (summary) =>
                  pipe(
                    waitingSince,
                    O.match(
                      () =>
                        again
                          ? publishLast(summary, unpublishedFrom, known)
                          : publishUpTo(summary, unpublishedFrom, known),
                      (version) => publishUpTo(summary, unpublishedFrom, Math.min(known, version)),
                    ),
                    RTE.map(() => undefined),
                  ),
              ),
            );
          }),
        ),
      );

/** Works on a request of the rebuild queue for as long as there is time. It never fails. */
export const answerRequest =
  <State>(request: RebuildRequest): RT.ReaderTask<ProjectionEnvironment<State>, Answer> =>
  (environment) => {
    const { streamId, known } = request;
    return pipe(
      environment,
      pipe(
        publishLeft<State>(request),
        RTE.flatMap((unpublishedFrom) =>
          pipe(
            bringUpToDate<State>(streamId, known),
            RTE.flatMap(
              (progress): UseCase<State, Answer> =>
                progress === "UNFINISHED"
                  ? // A new request: the old one's count of attempts is for those that fail.
                    pipe(
                      handOver<State>(streamId, known, unpublishedFrom),
                      RTE.map(() => "DONE"),
                    )
                  : RTE.right(progress === "LATER" ? "AGAIN" : "DONE"),
            ),
          ),
        ),
      ),
      TE.getOrElse((error) =>
        error._tag === "Outdated"
          ? // The later release is being deployed, or was taken back: whoever can work on it will.
            pipe(
              T.fromIO(environment.telemetry.streamOfLaterRelease(streamId)),
              T.map((): Answer => "AGAIN"),
            )
          : pipe(
              T.fromIO(environment.telemetry.streamFailed(streamId, error)),
              T.map((): Answer => "AGAIN"),
            ),
      ),
    );
  };
