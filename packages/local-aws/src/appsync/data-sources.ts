/** Data sources: each executes the document that a request template renders and returns an answer. */
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { accessDenied, type Iam } from "../iam/iam";
import type { DataSourceDefinition } from "./api-definition";
import { runOnDynamoDb } from "./dynamodb";
import type { DataSourceAnswer } from "./dynamodb-table";
import { mappingTemplateError } from "./errors";
import { NextTokens } from "./next-token";
import type { RequestDocument } from "./request-document";

export interface DataSource {
  /** @param resolver the resolver that pagination tokens are bound to */
  invoke(document: RequestDocument, resolver: string): Promise<DataSourceAnswer>;
}

/** Invokes a Lambda function. Throws the function's own error. */
export type InvokeFunction = (functionArn: string, payload: unknown) => Promise<unknown>;

export interface DataSourceServices {
  readonly region: string;
  readonly iam: Iam;
  readonly dynamodbEndpoint: string;
  readonly invokeFunction?: InvokeFunction;
}

/** Throws an Error if the definition is invalid or AppSync may not assume its role. */
export function createDataSource(
  definition: DataSourceDefinition,
  services: DataSourceServices,
): DataSource {
  switch (definition.type) {
    case "AMAZON_DYNAMODB":
      return dynamoDbSource(definition, services);
    case "AWS_LAMBDA":
      return lambdaSource(definition, services);
    case "NONE":
      return noneSource;
    default:
      throw new Error(
        `data source ${definition.name}: the type ${definition.type} is not supported locally`,
      );
  }
}

const noneSource: DataSource = {
  async invoke(document) {
    const result = document.any("payload") ?? null;
    document.end();
    return { result };
  },
};

function dynamoDbSource(
  definition: DataSourceDefinition,
  services: DataSourceServices,
): DataSource {
  const { tableName } = requireInput(definition, "dynamodbConfig");
  const role = requireInput(definition, "serviceRoleArn");
  const client = new DynamoDBClient({
    region: services.region,
    endpoint: services.dynamodbEndpoint,
    credentials: services.iam.assumeRole(role, "appsync.amazonaws.com"),
  });
  const tokens = new NextTokens();
  return {
    invoke: (document, resolver) =>
      runOnDynamoDb(document, { client, tableName, tokens, resolver }),
  };
}

function lambdaSource(definition: DataSourceDefinition, services: DataSourceServices): DataSource {
  const { functionArn } = requireInput(definition, "lambdaConfig");
  const role = requireInput(definition, "serviceRoleArn");
  services.iam.assumeRole(role, "appsync.amazonaws.com");
  const { invokeFunction } = services;
  if (invokeFunction === undefined) {
    throw new Error(`data source ${definition.name}: no functions run here`);
  }
  return {
    async invoke(document) {
      const operation = document.string("operation");
      if (operation !== "Invoke") {
        throw mappingTemplateError(
          `Unsupported operation '${operation}': only Invoke is supported.`,
        );
      }
      const payload = document.any("payload") ?? null;
      document.end();
      const principal = services.iam.principalOf(role);
      if (!services.iam.allows(principal, "lambda:InvokeFunction", functionArn)) {
        const { message, type } = accessDenied(principal, "lambda:InvokeFunction", functionArn);
        return { result: null, error: { message, type: `Lambda:${type}` } };
      }
      return await invokeFunction(functionArn, payload).then(
        (result) => ({ result: result ?? null }),
        (error: unknown) => ({ result: null, error: functionError(error) }),
      );
    },
  };
}

function functionError(error: unknown): { readonly message: string; readonly type: string } {
  return {
    message: error instanceof Error ? error.message : String(error),
    type: "Lambda:Unhandled",
  };
}

function requireInput<K extends "dynamodbConfig" | "lambdaConfig" | "serviceRoleArn">(
  definition: DataSourceDefinition,
  key: K,
): NonNullable<DataSourceDefinition[K]> {
  const value = definition[key];
  if (value === undefined || value === null) {
    throw new Error(`data source ${definition.name} of type ${definition.type} needs ${key}`);
  }
  return value as NonNullable<DataSourceDefinition[K]>;
}
