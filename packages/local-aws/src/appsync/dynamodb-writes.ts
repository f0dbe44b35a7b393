/** PutItem, UpdateItem and DeleteItem, with the read that follows a failed condition. */
import {
  DeleteItemCommand,
  DynamoDBServiceException,
  GetItemCommand,
  PutItemCommand,
  UpdateItemCommand,
} from "@aws-sdk/client-dynamodb";
import {
  type Condition,
  mergePlaceholders,
  readCondition,
  readExpression,
} from "./dynamodb-expressions";
import { type DataSourceAnswer, describeError, type TableAccess } from "./dynamodb-table";
import { equalItems, fromItem, type Item } from "./dynamodb-values";
import type { RequestDocument } from "./request-document";

/**
 * If the condition fails, the stored item is read and compared with the new one, without the attributes of
 * equalsIgnore. If they are equal, the operation succeeds: a repeated request gets the same answer as the first.
 */
export async function putItem(
  document: RequestDocument,
  table: TableAccess,
): Promise<DataSourceAnswer> {
  const key = document.item("key");
  const item = { ...document.optionalItem("attributeValues"), ...key };
  const condition = readCondition(document.optionalObject("condition"), "PutItem");
  document.end();
  try {
    await table.client.send(
      new PutItemCommand({
        TableName: table.tableName,
        Item: item,
        ConditionExpression: condition?.expression,
        ...condition?.placeholders,
      }),
    );
    return { result: fromItem(item) };
  } catch (error) {
    const same = (stored: Item) =>
      equalItems(comparedAttributes(stored, condition), comparedAttributes(item, condition));
    return await afterFailedCondition(
      error,
      condition,
      key,
      table,
      (stored) => stored !== undefined && same(stored),
    );
  }
}

export async function deleteItem(
  document: RequestDocument,
  table: TableAccess,
): Promise<DataSourceAnswer> {
  const key = document.item("key");
  const condition = readCondition(document.optionalObject("condition"), "DeleteItem");
  document.end();
  try {
    const { Attributes: item } = await table.client.send(
      new DeleteItemCommand({
        TableName: table.tableName,
        Key: key,
        ReturnValues: "ALL_OLD",
        ConditionExpression: condition?.expression,
        ...condition?.placeholders,
      }),
    );
    return { result: item === undefined ? null : fromItem(item) };
  } catch (error) {
    // What is gone already need not be deleted.
    return await afterFailedCondition(error, condition, key, table, (stored) => !stored);
  }
}

export async function updateItem(
  document: RequestDocument,
  table: TableAccess,
): Promise<DataSourceAnswer> {
  const key = document.item("key");
  const update = readExpression(document.object("update"));
  const condition = readCondition(document.optionalObject("condition"), "UpdateItem");
  document.end();
  try {
    const { Attributes: item = {} } = await table.client.send(
      new UpdateItemCommand({
        TableName: table.tableName,
        Key: key,
        ReturnValues: "ALL_NEW",
        UpdateExpression: update.expression,
        ConditionExpression: condition?.expression,
        ...mergePlaceholders(update.placeholders, condition?.placeholders),
      }),
    );
    return { result: fromItem(item) };
  } catch (error) {
    return await afterFailedCondition(error, condition, key, table);
  }
}

/** The attributes to compare after a failed condition. */
function comparedAttributes(item: Item, condition: Condition | undefined): Item {
  const entries = Object.entries(item);
  return Object.fromEntries(entries.filter(([name]) => !condition?.equalsIgnore.includes(name)));
}

/**
 * Reads the stored item and returns it with the error, so that the response template can use it. The data source's
 * role therefore needs dynamodb:GetItem.
 * @param isDone whether the stored item is what the operation was to bring about: then it succeeds
 */
async function afterFailedCondition(
  error: unknown,
  condition: Condition | undefined,
  key: Item,
  table: TableAccess,
  isDone: (stored: Item | undefined) => boolean = () => false,
): Promise<DataSourceAnswer> {
  if (
    condition === undefined ||
    !(error instanceof DynamoDBServiceException) ||
    error.name !== "ConditionalCheckFailedException"
  ) {
    throw error;
  }
  const { Item: stored } = await table.client.send(
    new GetItemCommand({
      TableName: table.tableName,
      Key: key,
      ConsistentRead: condition.consistentRead,
    }),
  );
  const result = stored === undefined ? null : fromItem(stored);
  return isDone(stored) ? { result } : { result, error: describeError(error) };
}
