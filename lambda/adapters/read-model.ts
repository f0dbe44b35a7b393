import {
  ConditionalCheckFailedException,
  TransactionCanceledException,
} from "@aws-sdk/client-dynamodb";
import {
  type DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  type PutCommandInput,
  TransactWriteCommand,
  type TransactWriteCommandInput,
} from "@aws-sdk/lib-dynamodb";
import { pipe } from "fp-ts/function";
import * as O from "fp-ts/Option";
import * as RA from "fp-ts/ReadonlyArray";
import * as TE from "fp-ts/TaskEither";
import { type Change, leavesEntry, type Summary } from "../../core/projection/fold";
import type { ReadModel, Superseded, Unavailable } from "../../core/projection/ports";
import { asking, unavailable } from "./availability";
import {
  entryRow,
  summaryFrom,
  summaryKey,
  summaryRow,
  suspensionKey,
  suspensionRow,
} from "./rows";

/** How many entries of a stream are written at a time. */
const concurrentPuts = 25;

const isLostRace = (error: unknown): boolean =>
  error instanceof ConditionalCheckFailedException ||
  (error instanceof TransactionCanceledException &&
    (error.CancellationReasons ?? []).some(({ Code }) => Code === "ConditionalCheckFailed"));

const writing = (write: () => Promise<unknown>): TE.TaskEither<Unavailable | Superseded, void> =>
  pipe(
    TE.tryCatch(write, (error): Unavailable | Superseded =>
      isLostRace(error) ? { _tag: "Superseded" } : unavailable(error),
    ),
    TE.map(() => undefined),
  );

/** A word that DynamoDB's expressions reserve. */
const projectionName = { "#projection": "projection" };

const entryPut = (table: string, change: Change): PutCommandInput => ({
  TableName: table,
  Item: entryRow(change),
  // A projector of an earlier release, late with its work, does not undo what a later one has written.
  ConditionExpression: "attribute_not_exists(pk) OR #projection <= :projection",
  ExpressionAttributeNames: projectionName,
  ExpressionAttributeValues: { ":projection": change.projection },
});

const summaryPut = (
  table: string,
  loaded: O.Option<Summary>,
  next: Summary,
): PutCommandInput & { TableName: string } => ({
  TableName: table,
  Item: summaryRow(next),
  ...pipe(
    loaded,
    O.match(
      () => ({ ConditionExpression: "attribute_not_exists(pk)" }),
      ({ version, projection, suspended }) => ({
        ConditionExpression:
          "version = :version AND #projection = :projection AND processing = :processing",
        ExpressionAttributeNames: projectionName,
        ExpressionAttributeValues: {
          ":version": version,
          ":projection": projection,
          ":processing": O.isSome(suspended) ? "SUSPENDED" : "CURRENT",
        },
      }),
    ),
  ),
});

/** A stream that is suspended, or was, has a row in the list of suspended streams: both rows change together, or none. */
const listing = (
  table: string,
  loaded: O.Option<Summary>,
  next: Summary,
): NonNullable<TransactWriteCommandInput["TransactItems"]> => {
  if (O.isSome(next.suspended)) {
    return [
      { Put: { TableName: table, Item: suspensionRow(next.streamId, next.suspended.value) } },
    ];
  }
  return pipe(
    loaded,
    O.exists(({ suspended }) => O.isSome(suspended)),
  )
    ? [{ Delete: { TableName: table, Key: suspensionKey(next.streamId) } }]
    : [];
};

/** The read model's table, as the projection writes it. */
export const dynamoReadModel = (client: DynamoDBDocumentClient, table: string): ReadModel => ({
  load: (streamId) =>
    pipe(
      asking(() =>
        client.send(
          new GetCommand({ TableName: table, Key: summaryKey(streamId), ConsistentRead: true }),
        ),
      ),
      TE.chain(({ Item }) =>
        Item === undefined
          ? TE.right(O.none)
          : pipe(
              summaryFrom(Item),
              TE.fromEither,
              TE.bimap(
                (faults) => unavailable(new Error(`summary of ${streamId}: ${faults}`)),
                O.some,
              ),
            ),
      ),
    ),

  saveEntries: (changes) =>
    pipe(
      changes,
      RA.filter(leavesEntry),
      RA.chunksOf(concurrentPuts),
      TE.traverseSeqArray(
        TE.traverseArray((change) =>
          writing(() => client.send(new PutCommand(entryPut(table, change)))),
        ),
      ),
      TE.map(() => undefined),
    ),

  commit: (loaded, next) => {
    const put = summaryPut(table, loaded, next);
    const others = listing(table, loaded, next);
    return writing(() =>
      others.length === 0
        ? client.send(new PutCommand(put))
        : client.send(new TransactWriteCommand({ TransactItems: [{ Put: put }, ...others] })),
    );
  },
});
