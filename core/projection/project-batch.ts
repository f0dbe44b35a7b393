import { pipe } from "fp-ts/function";
import * as NEA from "fp-ts/NonEmptyArray";
import type * as RT from "fp-ts/ReaderTask";
import * as RA from "fp-ts/ReadonlyArray";
import * as R from "fp-ts/ReadonlyRecord";
import * as T from "fp-ts/Task";
import * as TE from "fp-ts/TaskEither";
import type { ProjectionPorts } from "./ports";
import { type Delivered, projectStream } from "./project-stream";

/** An event as a delivery brings it; `id` is the delivery's own, to ask for it again. */
export interface Delivery extends Delivered {
  readonly id: string;
  readonly streamId: string;
}

/** How many streams of a batch are worked on at a time: enough to hide the tables' latency, few enough not to flood them. */
const concurrentStreams = 16;

const projectOne = (
  streamId: string,
  deliveries: ReadonlyArray<Delivery>,
): RT.ReaderTask<ProjectionPorts, ReadonlyArray<string>> => {
  return (ports) =>
    pipe(
      projectStream(streamId, deliveries)(ports),
      TE.matchE(
        (error) =>
          pipe(
            T.fromIO(ports.telemetry.streamFailed(streamId, error)),
            T.map(() => deliveries.map(({ id }) => id)),
          ),
        () => T.of([]),
      ),
    );
};

/**
 * Projects every stream of a batch, each for itself, and answers with the deliveries to be sent again. It never fails:
 * what is wrong with one stream is no other stream's business.
 */
export const projectBatch =
  (deliveries: ReadonlyArray<Delivery>): RT.ReaderTask<ProjectionPorts, ReadonlyArray<string>> =>
  (ports) =>
    pipe(
      [...deliveries],
      // The prefix keeps any name of a stream from being that of an object's own prototype.
      NEA.groupBy(({ streamId }) => `stream:${streamId}`),
      R.toReadonlyArray,
      RA.chunksOf(concurrentStreams),
      T.traverseSeqArray(
        T.traverseArray(([, events]) => projectOne(NEA.head(events).streamId, events)(ports)),
      ),
      T.map((failed) => failed.flat(2)),
    );
