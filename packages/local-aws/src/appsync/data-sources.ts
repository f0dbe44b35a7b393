/** Data sources: each executes the document that a request template renders and returns an answer. */
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import type { DataSourceDefinition } from "./api-definition";
import { type DataSource, type DataSourceServices, requireInput } from "./data-source";
import { runOnDynamoDb } from "./dynamodb";
import { lambdaSource } from "./lambda-source";
import { NextTokens } from "./next-token";

export type { DataSource, DataSourceServices } from "./data-source";

export const dataSourceTypes = ["AMAZON_DYNAMODB", "AWS_LAMBDA", "NONE"] as const;

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
        `data source ${definition.name}: the type ${definition.type} is not supported locally, only ${dataSourceTypes.join(", ")}`,
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
    credentials: services.iam.assumeRole(role, "appsync.amazonaws.com", services.apiArn),
  });
  const tokens = new NextTokens();
  return {
    invoke: (document, { resolver, version }) =>
      runOnDynamoDb(document, { client, tableName, tokens, resolver, version }),
  };
}
