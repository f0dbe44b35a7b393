import type { Input } from "../aws-json";

/** An action on a resource that IAM must allow before DynamoDB runs an operation. */
export interface Permission {
  readonly action: string;
  readonly resource: string;
}

const tableOperations = [
  "CreateTable",
  "DeleteTable",
  "DescribeTable",
  "DescribeTimeToLive",
  "UpdateTable",
  "UpdateTimeToLive",
  "DeleteItem",
  "GetItem",
  "PutItem",
  "UpdateItem",
];
const readOperations = ["Query", "Scan"];
const batchOperations = ["BatchGetItem", "BatchWriteItem"];
const taggingOperations = ["ListTagsOfResource", "TagResource", "UntagResource"];
const streamOperations = ["DescribeStream", "GetShardIterator"];

/** A transaction requires the permission of each of its parts, and none of its own. */
const transactionParts: Readonly<Record<string, string>> = {
  Get: "GetItem",
  Put: "PutItem",
  Update: "UpdateItem",
  Delete: "DeleteItem",
  ConditionCheck: "ConditionCheckItem",
};

/**
 * Returns the permissions that an operation requires (AWS's Service Authorization Reference for DynamoDB), or
 * undefined if the operation is not supported locally.
 * @param arnPrefix "arn:aws:dynamodb:<region>:<account>:"
 */
export function permissionsFor(
  operation: string,
  input: Input,
  arnPrefix: string,
): readonly Permission[] | undefined {
  // Clients may name a table by its ARN.
  const table = (name: unknown): string =>
    text(name).startsWith("arn:") ? text(name) : `${arnPrefix}table/${text(name)}`;
  const need = (resource: string, action = operation): Permission => ({
    action: `dynamodb:${action}`,
    resource,
  });

  if (tableOperations.includes(operation)) {
    return [need(table(input.TableName))];
  }
  if (readOperations.includes(operation)) {
    const index = input.IndexName === undefined ? "" : `/index/${text(input.IndexName)}`;
    return [need(table(input.TableName) + index)];
  }
  if (batchOperations.includes(operation)) {
    return Object.keys(record(input.RequestItems)).map((name) => need(table(name)));
  }
  if (operation === "TransactGetItems" || operation === "TransactWriteItems") {
    return list(input.TransactItems)
      .flatMap((item) => Object.entries(record(item)))
      .map(([part, content]) =>
        need(table(record(content).TableName), transactionParts[part] ?? part),
      );
  }
  if (taggingOperations.includes(operation)) {
    return [need(text(input.ResourceArn))];
  }
  if (streamOperations.includes(operation)) {
    return [need(text(input.StreamArn))];
  }
  if (operation === "GetRecords") {
    // An iterator starts with its stream's ARN, on AWS as in DynamoDB Local.
    return [need(text(input.ShardIterator).split("|")[0] ?? "")];
  }
  if (operation === "ListTables" || operation === "ListStreams") {
    return [need("*")];
  }
  return undefined;
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function record(value: unknown): Input {
  return typeof value === "object" && value !== null ? (value as Input) : {};
}
