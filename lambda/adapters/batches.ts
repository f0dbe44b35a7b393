import { BatchWriteCommand, type DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import { pipe } from "fp-ts/function";
import * as RA from "fp-ts/ReadonlyArray";
import * as TE from "fp-ts/TaskEither";
import type { Row } from "../../core/projection/columns";
import type { Unavailable } from "../../core/projection/ports";
import { call } from "./availability";

/** A write under no condition, as lib-dynamodb takes it. */
export type Write =
  | { readonly PutRequest: { readonly Item: Row } }
  | { readonly DeleteRequest: { readonly Key: Row } };

/** DynamoDB's limit for the writes of one request. */
const maxWritesInBatch = 25;

/** How many requests of a stream are under way at a time. */
export const maxConcurrentBatches = 4;

/** DynamoDB may leave some writes of a batch undone where it is busy. */
const maxAttempts = 4;

const writeBatch = (
  client: DynamoDBDocumentClient,
  table: string,
  batch: ReadonlyArray<Write>,
): TE.TaskEither<Unavailable, void> =>
  pipe(
    call(async () => {
      let left: ReadonlyArray<unknown> = batch;
      for (let attempt = 1; left.length > 0; attempt += 1) {
        if (attempt > maxAttempts) throw new Error(`${left.length} writes were left undone`);
        const { UnprocessedItems } = await client.send(
          new BatchWriteCommand({ RequestItems: { [table]: [...left] as Write[] } }),
        );
        left = UnprocessedItems?.[table] ?? [];
      }
    }),
  );

/** Writes rows in any order. After a failure some of them may have been written. */
export const writeBatches = (
  client: DynamoDBDocumentClient,
  table: string,
  writes: ReadonlyArray<Write>,
): TE.TaskEither<Unavailable, void> =>
  pipe(
    writes,
    RA.chunksOf(maxWritesInBatch),
    RA.chunksOf(maxConcurrentBatches),
    TE.traverseSeqArray(TE.traverseArray((batch) => writeBatch(client, table, batch))),
    TE.asUnit,
  );
