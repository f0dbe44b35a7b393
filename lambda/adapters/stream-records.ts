import type { AttributeValue } from "@aws-sdk/client-dynamodb";
import * as E from "fp-ts/Either";
import { pipe } from "fp-ts/function";
import * as t from "io-ts";
import { decodeWith } from "../../core/projection/decoding";
import { StreamId, Version } from "../../core/projection/identifiers";
import type { Delivery } from "../../core/projection/project-batch";
import { itemFrom, numberFrom } from "./marshalling";

const Image = t.record(t.string, t.unknown);

const Insertion = t.type({
  eventName: t.literal("INSERT"),
  dynamodb: t.type({
    SequenceNumber: t.string,
    Keys: t.type({ streamId: t.type({ S: StreamId }), version: t.type({ N: t.string }) }),
    NewImage: Image,
  }),
});

const StreamEvent = t.type({
  Records: t.array(
    t.union([Insertion, t.type({ eventName: t.keyof({ MODIFY: null, REMOVE: null }) })]),
  ),
});

const storedFrom = (image: Record<string, unknown>): unknown =>
  pipe(
    E.tryCatch(
      () => itemFrom(image as Record<string, AttributeValue>),
      () => image,
    ),
    // Pass an image that is no DynamoDB item on as it is: the core cannot read it either, and suspends its stream.
    E.toUnion,
  );

/** A key as exact as the item's own: one that is nearly a version is none. */
const versionFrom = (text: string): unknown =>
  pipe(
    E.tryCatch(
      () => numberFrom(text),
      () => undefined,
    ),
    E.toUnion,
  );

/** An item whose key is no version can never be the next event of its stream, so its delivery has nothing to fold. */
const deliveryFrom = ({ dynamodb }: t.TypeOf<typeof Insertion>): ReadonlyArray<Delivery> => {
  const version = versionFrom(dynamodb.Keys.version.N);
  return Version.is(version)
    ? [
        {
          id: dynamodb.SequenceNumber,
          streamId: dynamodb.Keys.streamId.S,
          version,
          stored: storedFrom(dynamodb.NewImage),
        },
      ]
    : [];
};

/**
 * The new events in a batch of stream records. Events are never changed or deleted, so records of changes and deletions
 * are skipped. Throws when the batch is not one of a DynamoDB stream with new images.
 */
export const deliveriesFrom = (event: unknown): ReadonlyArray<Delivery> =>
  pipe(
    event,
    decodeWith(StreamEvent),
    E.match(
      (faults) => {
        throw new Error(`Not a batch of the event table's stream: ${faults}`);
      },
      ({ Records }) =>
        Records.flatMap((record) => (record.eventName === "INSERT" ? deliveryFrom(record) : [])),
    ),
  );
