import { type DynamoDBDocumentClient, QueryCommand } from "@aws-sdk/lib-dynamodb";
import { pipe } from "fp-ts/function";
import * as TE from "fp-ts/TaskEither";
import type { EventStore } from "../../core/projection/ports";
import { call } from "./availability";

/** With events of half a kilobyte, a page costs a dozen read units and is far from DynamoDB's megabyte. */
const pageSize = 100;

/** The event table, which the projection reads where the delivered events have a gap. */
export const dynamoEventStore = (client: DynamoDBDocumentClient, table: string): EventStore => ({
  readAfter: (streamId, after) =>
    pipe(
      call(() =>
        client.send(
          new QueryCommand({
            TableName: table,
            KeyConditionExpression:
              after === "beginning"
                ? "streamId = :streamId"
                : "streamId = :streamId AND version > :version",
            ExpressionAttributeValues: {
              ":streamId": streamId,
              ...(after === "beginning" ? {} : { ":version": after }),
            },
            ConsistentRead: true,
            Limit: pageSize,
          }),
        ),
      ),
      TE.map(({ Items }) => Items ?? []),
    ),
});
