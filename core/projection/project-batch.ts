import { pipe } from "fp-ts/function";
import type { IO } from "fp-ts/IO";
import * as NEA from "fp-ts/NonEmptyArray";
import type * as RT from "fp-ts/ReaderTask";
import * as RA from "fp-ts/ReadonlyArray";
import * as R from "fp-ts/ReadonlyRecord";
import * as T from "fp-ts/Task";
import * as TE from "fp-ts/TaskEither";
import type { Delivered } from "./advance";
import type { StreamId } from "./identifiers";
import type { ProjectionEnvironment } from "./ports";
import { projectStream } from "./project-stream";

/** An event as it was delivered; `id` names the delivery, so that it can be asked for again. */
export interface Delivery extends Delivered {
  readonly id: string;
  readonly streamId: StreamId;
}

/** How many streams of a batch are worked on at a time: enough to hide the tables' latency, few enough not to flood them. */
export const maxConcurrentStreams = 16;

/** Projects one stream, and answers with the deliveries to be sent again: none, or all of them. */
const projectOne =
  <State>(deliveries: NEA.NonEmptyArray<Delivery>) =>
  (environment: ProjectionEnvironment<State>): T.Task<ReadonlyArray<string>> => {
    const { streamId } = NEA.head(deliveries);
    const left = (report: IO<void>) =>
      pipe(
        T.fromIO(report),
        T.map(() => []),
      );
    const again = (report: IO<void>) =>
      pipe(
        T.fromIO(report),
        T.map(() => deliveries.map(({ id }) => id)),
      );
    return pipe(
      environment,
      projectStream<State>(streamId, deliveries),
      TE.matchE(
        (error) => {
          switch (error._tag) {
            // Delivered again, it would fail again, and would keep the shard's other streams waiting. What makes the
            // stream readable again (a rebuild, or a later release) reads the events from their table: nothing is lost.
            case "UnreadableSummary":
              return left(environment.telemetry.summaryUnreadable(streamId, error.fault));
            case "Outdated":
              return left(environment.telemetry.streamOfLaterRelease(streamId));
            default:
              return again(environment.telemetry.streamFailed(streamId, error));
          }
        },
        () => T.of([]),
      ),
    );
  };

/**
 * Projects every stream of a batch independently, and answers with the deliveries to be sent again. It never fails: a
 * fault in one stream does not affect another.
 */
export const projectBatch =
  <State>(
    deliveries: ReadonlyArray<Delivery>,
  ): RT.ReaderTask<ProjectionEnvironment<State>, ReadonlyArray<string>> =>
  (environment) =>
    pipe(
      [...deliveries],
      // The prefix keeps any id of a stream from being a name of an object's own prototype.
      NEA.groupBy(({ streamId }) => `stream:${streamId}`),
      R.toReadonlyArray,
      RA.chunksOf(maxConcurrentStreams),
      T.traverseSeqArray(
        T.traverseArray(([, ofStream]) => projectOne<State>(ofStream)(environment)),
      ),
      T.map((failed) => failed.flat(2)),
    );
