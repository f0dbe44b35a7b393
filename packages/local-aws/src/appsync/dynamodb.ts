/** Runs AppSync's DynamoDB operations: request document in, $ctx.result out. */
import { DynamoDBServiceException } from "@aws-sdk/client-dynamodb";
import type { TemplateVersion } from "./api-definition";
import { batchDeleteItem, batchGetItem, batchPutItem } from "./dynamodb-batches";
import { getItem, query, scan } from "./dynamodb-reads";
import { type DataSourceAnswer, describeError, type TableAccess } from "./dynamodb-table";
import { transactGetItems, transactWriteItems } from "./dynamodb-transactions";
import { deleteItem, putItem, updateItem } from "./dynamodb-writes";
import { mappingTemplateError } from "./errors";
import { InvalidTokenError } from "./next-token";
import type { RequestDocument } from "./request-document";

type Operation = (document: RequestDocument, table: TableAccess) => Promise<DataSourceAnswer>;

const ofBothVersions: Readonly<Record<string, Operation>> = {
  DeleteItem: deleteItem,
  GetItem: getItem,
  PutItem: putItem,
  Query: query,
  Scan: scan,
  UpdateItem: updateItem,
};

/** By the version of the template. Sync, which needs conflict detection, is missing. */
export const dynamodbOperations: Readonly<
  Record<TemplateVersion, Readonly<Record<string, Operation>>>
> = {
  "2017-02-28": ofBothVersions,
  "2018-05-29": {
    ...ofBothVersions,
    BatchDeleteItem: batchDeleteItem,
    BatchGetItem: batchGetItem,
    BatchPutItem: batchPutItem,
    TransactGetItems: transactGetItems,
    TransactWriteItems: transactWriteItems,
  },
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
  const operations = dynamodbOperations[table.version];
  const operation = Object.hasOwn(operations, name) ? operations[name] : undefined;
  if (operation === undefined) {
    throw mappingTemplateError(
      `Unsupported operation '${name}': version ${table.version} has ${Object.keys(operations).join(", ")} locally.`,
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
