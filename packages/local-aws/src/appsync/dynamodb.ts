/** Runs AppSync's DynamoDB operations: request document in, $ctx.result out. */
import { DynamoDBServiceException } from "@aws-sdk/client-dynamodb";
import { batchGetItem, getItem, query } from "./dynamodb-reads";
import { type DataSourceAnswer, describeError, type TableAccess } from "./dynamodb-table";
import { deleteItem, putItem, updateItem } from "./dynamodb-writes";
import { mappingTemplateError } from "./errors";
import { InvalidTokenError } from "./next-token";
import type { RequestDocument } from "./request-document";

type Operation = (document: RequestDocument, table: TableAccess) => Promise<DataSourceAnswer>;

const operations: Readonly<Record<string, Operation>> = {
  BatchGetItem: batchGetItem,
  DeleteItem: deleteItem,
  GetItem: getItem,
  PutItem: putItem,
  Query: query,
  UpdateItem: updateItem,
};

/** What AppSync answers for a pagination token that it cannot read, as public issues show it. */
const invalidToken = {
  type: "DynamoDB:UserIllegalArgumentException",
  message:
    "com.amazonaws.deepdish.common.pagination.InvalidPaginationTokenException: Invalid pagination token given.",
};

/**
 * Throws ResolverError for an invalid document. An exception of DynamoDB, or an invalid pagination token, becomes the
 * answer's error.
 */
export async function runOnDynamoDb(
  document: RequestDocument,
  table: TableAccess,
): Promise<DataSourceAnswer> {
  const name = document.string("operation");
  const operation = Object.hasOwn(operations, name) ? operations[name] : undefined;
  if (operation === undefined) {
    throw mappingTemplateError(
      `Unsupported operation '${name}': supported are ${Object.keys(operations).join(", ")}.`,
    );
  }
  try {
    return await operation(document, table);
  } catch (error) {
    if (error instanceof DynamoDBServiceException) {
      return { result: null, error: describeError(error) };
    }
    if (error instanceof InvalidTokenError) {
      return { result: null, error: invalidToken };
    }
    throw error;
  }
}
