/** What all data sources have in common. */
import type { Iam } from "../iam/iam";
import type { DataSourceDefinition, TemplateVersion } from "./api-definition";
import type { DataSourceAnswer } from "./dynamodb-table";
import type { RequestDocument } from "./request-document";

/** What a data source is told of the stage that calls it. */
export interface Call {
  /** Names the stage: pagination tokens are bound to it. */
  readonly resolver: string;
  readonly version: TemplateVersion;
  /** The same object for every call of one GraphQL request. */
  readonly request: object;
  /** How many calls BatchInvoke takes together; 0 for AppSync's default. */
  readonly maxBatchSize: number;
}

export interface DataSource {
  invoke(document: RequestDocument, call: Call): Promise<DataSourceAnswer>;
}

/** Invokes a Lambda function. Throws the function's own error. */
export type InvokeFunction = (functionArn: string, payload: unknown) => Promise<unknown>;

export interface DataSourceServices {
  readonly region: string;
  /** The API whose data sources they are. */
  readonly apiArn: string;
  readonly iam: Iam;
  readonly dynamodbEndpoint: string;
  readonly invokeFunction?: InvokeFunction;
}

export function requireInput<K extends "dynamodbConfig" | "lambdaConfig" | "serviceRoleArn">(
  definition: DataSourceDefinition,
  key: K,
): NonNullable<DataSourceDefinition[K]> {
  const value = definition[key];
  if (value === undefined || value === null) {
    throw new Error(`data source ${definition.name} of type ${definition.type} needs ${key}`);
  }
  return value as NonNullable<DataSourceDefinition[K]>;
}
