/** The inputs and answers that the DynamoDB operations share. */
import type { DynamoDBClient, DynamoDBServiceException } from "@aws-sdk/client-dynamodb";
import type { TemplateVersion } from "./api-definition";
import type { NextTokens } from "./next-token";

export interface TableAccess {
  readonly client: DynamoDBClient;
  readonly tableName: string;
  readonly tokens: NextTokens;
  /** The resolver that pagination tokens are bound to. */
  readonly resolver: string;
  readonly version: TemplateVersion;
}

/** The answer of a data source: a result, or an error with an accompanying result. */
export interface DataSourceAnswer {
  readonly result: unknown;
  readonly error?: { readonly message: string; readonly type: string };
}

/** Formats the exception as $ctx.error. */
export function describeError(error: DynamoDBServiceException) {
  const { httpStatusCode = 400, requestId = "" } = error.$metadata;
  return {
    type: `DynamoDB:${error.name}`,
    message: `${error.message} (Service: DynamoDb, Status Code: ${httpStatusCode}, Request ID: ${requestId})`,
  };
}
