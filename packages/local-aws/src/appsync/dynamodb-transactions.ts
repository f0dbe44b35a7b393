/** TransactGetItems and TransactWriteItems: all of their parts or none. */
import {
  DynamoDBServiceException,
  TransactGetItemsCommand,
  TransactionCanceledException,
  type TransactWriteItem,
  TransactWriteItemsCommand,
} from "@aws-sdk/client-dynamodb";
import {
  mergePlaceholders,
  readExpression,
  readProjection,
  readTransactionCondition,
} from "./dynamodb-expressions";
import { type DataSourceAnswer, describeError, type TableAccess } from "./dynamodb-table";
import { fromItem, type Item } from "./dynamodb-values";
import { mappingTemplateError } from "./errors";
import { RequestDocument } from "./request-document";

const maxParts = 100;

/** Returns the items in the order of the request, and null for a missing item. */
export async function transactGetItems(
  document: RequestDocument,
  table: TableAccess,
): Promise<DataSourceAnswer> {
  const gets = readParts(document).map((part) => {
    const Get = {
      TableName: part.string("table"),
      Key: part.item("key"),
      ...readProjection(part.optionalObject("projection")),
    };
    part.end();
    return { Get };
  });
  return await answer("items", async () => {
    const { Responses = [] } = await table.client.send(
      new TransactGetItemsCommand({ TransactItems: gets }),
    );
    return gets.map((_, index) => {
      const item = Responses[index]?.Item;
      return item === undefined ? null : fromItem(item);
    });
  });
}

/** Returns the keys in the order of the request. */
export async function transactWriteItems(
  document: RequestDocument,
  table: TableAccess,
): Promise<DataSourceAnswer> {
  const parts = readParts(document).map(readWrite);
  return await answer("keys", async () => {
    await table.client.send(
      new TransactWriteItemsCommand({ TransactItems: parts.map(({ write }) => write) }),
    );
    return parts.map(({ key }) => fromItem(key));
  });
}

function readWrite(part: RequestDocument): {
  readonly key: Item;
  readonly write: TransactWriteItem;
} {
  const operation = part.string("operation");
  const key = part.item("key");
  const TableName = part.string("table");
  const attributes = operation === "PutItem" ? part.optionalItem("attributeValues") : undefined;
  const update = operation === "UpdateItem" ? readExpression(part.object("update")) : undefined;
  const condition = readTransactionCondition(
    operation === "ConditionCheck" ? part.object("condition") : part.optionalObject("condition"),
  );
  part.end();
  const input = {
    TableName,
    ...condition?.input,
    ...mergePlaceholders(update?.placeholders, condition?.placeholders),
  };
  switch (operation) {
    case "PutItem":
      return { key, write: { Put: { ...input, Item: { ...attributes, ...key } } } };
    case "UpdateItem":
      return {
        key,
        write: { Update: { ...input, Key: key, UpdateExpression: update?.expression } },
      };
    case "DeleteItem":
      return { key, write: { Delete: { ...input, Key: key } } };
    case "ConditionCheck":
      return {
        key,
        write: {
          ConditionCheck: { ...input, Key: key, ConditionExpression: input.ConditionExpression },
        },
      };
    default:
      throw mappingTemplateError(
        `Unsupported operation '${operation}' in '$[transactItems]': a transaction has PutItem, UpdateItem, DeleteItem and ConditionCheck.`,
      );
  }
}

function readParts(document: RequestDocument): readonly RequestDocument[] {
  const parts = document.optionalList("transactItems") ?? [];
  document.end();
  if (parts.length === 0 || parts.length > maxParts) {
    throw mappingTemplateError(
      `'$[transactItems]' must have 1 to ${maxParts} items, found ${parts.length}.`,
    );
  }
  return parts.map((part, index) => new RequestDocument(part, `$[transactItems][${index}]`));
}

/** Both members are there in any case, as AppSync guarantees. */
async function answer(
  kind: "items" | "keys",
  run: () => Promise<readonly unknown[]>,
): Promise<DataSourceAnswer> {
  try {
    return { result: { [kind]: await run(), cancellationReasons: null } };
  } catch (error) {
    if (!(error instanceof DynamoDBServiceException)) {
      throw error;
    }
    const cancellationReasons =
      error instanceof TransactionCanceledException ? reasonsOf(error) : null;
    return { result: { [kind]: null, cancellationReasons }, error: describeError(error) };
  }
}

function reasonsOf({ CancellationReasons = [] }: TransactionCanceledException) {
  return CancellationReasons.map(({ Code = "None", Message, Item: item }) => ({
    ...(item !== undefined && { item: fromItem(item) }),
    type: reasonTypes[Code] ?? Code,
    message: Message ?? "None",
  }));
}

/** AppSync's documentation names this reason differently from DynamoDB. */
const reasonTypes: Readonly<Record<string, string>> = {
  ConditionalCheckFailed: "ConditionCheckFailed",
};
