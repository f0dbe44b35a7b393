import { createHash, randomUUID } from "node:crypto";
import { SendMessageCommand, type SQSClient } from "@aws-sdk/client-sqs";
import * as E from "fp-ts/Either";
import { pipe } from "fp-ts/function";
import * as TE from "fp-ts/TaskEither";
import * as t from "io-ts";
import { decodeWith } from "../../core/projection/decoding";
import { StreamId, StreamVersion, Version } from "../../core/projection/identifiers";
import type { RebuildQueue } from "../../core/projection/ports";
import { call } from "./availability";

// The queue of the rebuilder. It is first-in-first-out: the messages of one stream are worked on one after the other, those
// of different streams side by side.

/** What `RebuildQueue` is asked for. */
const Request = t.intersection([
  t.type({ streamId: StreamId, known: StreamVersion }),
  t.partial({ unpublishedFrom: t.union([Version, t.undefined]) }),
]);
export type Request = t.TypeOf<typeof Request>;

/** Reads a message. Left says what is wrong with it. */
export const requestFrom = (body: string): E.Either<string, Request> =>
  pipe(
    E.tryCatch(
      (): unknown => JSON.parse(body),
      () => "not JSON",
    ),
    E.flatMap(decodeWith(Request)),
  );

/** A group's id is at most 128 characters of a few kinds, and a stream's may be any text. */
const groupOf = (streamId: StreamId): string => createHash("sha256").update(streamId).digest("hex");

/** The queue, as the functions ask for work. */
export const sqsRebuildQueue = (client: SQSClient, queueUrl: string): RebuildQueue => ({
  request: (streamId, known, unpublishedFrom) =>
    pipe(
      call(() =>
        client.send(
          new SendMessageCommand({
            QueueUrl: queueUrl,
            MessageBody: JSON.stringify(Request.encode({ streamId, known, unpublishedFrom })),
            MessageGroupId: groupOf(streamId),
            // Each request counts: one that comes while the last is being worked on may have to be worked on after it.
            MessageDeduplicationId: randomUUID(),
          }),
        ),
      ),
      TE.asUnit,
    ),
});
