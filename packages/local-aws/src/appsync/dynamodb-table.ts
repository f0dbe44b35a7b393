/** What DynamoDB operations work on, and what they answer. */
import type { DynamoDBClient, DynamoDBServiceException } from "@aws-sdk/client-dynamodb";
import type { NextTokens } from "./next-token";

export interface TableAccess {
  readonly client: DynamoDBClient;
  readonly tableName: string;
  readonly tokens: NextTokens;
  /** What pagination tokens are bound to. */
  readonly resolver: string;
}

/** What a data source answers: a result, or an error with the result that goes with it. */
export interface DataSourceAnswer {
  readonly result: unknown;
  readonly error?: { readonly message: string; readonly type: string };
}

/** The exception as $ctx.error shows it. */
export function describeError(error: DynamoDBServiceException) {
  const { httpStatusCode = 400, requestId = "" } = error.$metadata;
  return {
    type: `DynamoDB:${error.name}`,
    message: `${error.message} (Service: DynamoDb, Status Code: ${httpStatusCode}, Request ID: ${requestId})`,
  };
}
