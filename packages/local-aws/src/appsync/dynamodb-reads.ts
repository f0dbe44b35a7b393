/** GetItem, BatchGetItem and Query. Reads are eventually consistent unless the document sets consistentRead. */
import {
  BatchGetItemCommand,
  GetItemCommand,
  QueryCommand,
  type QueryCommandInput,
} from "@aws-sdk/client-dynamodb";
import { mergePlaceholders, readExpression, readProjection } from "./dynamodb-expressions";
import type { DataSourceAnswer, TableAccess } from "./dynamodb-table";
import { equalItems, fromItem, type Item, readItem } from "./dynamodb-values";
import { mappingTemplateError } from "./errors";
import type { RequestDocument } from "./request-document";

export async function getItem(
  document: RequestDocument,
  table: TableAccess,
): Promise<DataSourceAnswer> {
  const input = {
    TableName: table.tableName,
    Key: document.item("key"),
    ConsistentRead: document.optionalBoolean("consistentRead") ?? false,
    ...readProjection(document.optionalObject("projection")),
  };
  document.end();
  const { Item: item } = await table.client.send(new GetItemCommand(input));
  return { result: item === undefined ? null : fromItem(item) };
}

export async function query(
  document: RequestDocument,
  table: TableAccess,
): Promise<DataSourceAnswer> {
  const key = readExpression(document.object("query"));
  const filterDocument = document.optionalObject("filter");
  const filter = filterDocument && readExpression(filterDocument);
  const projection = readProjection(document.optionalObject("projection"));
  // Templates pass on the client's argument, which is null for the first page.
  const token =
    document.any("nextToken") === null ? undefined : document.optionalString("nextToken");
  const input: QueryCommandInput = {
    TableName: table.tableName,
    KeyConditionExpression: key.expression,
    FilterExpression: filter?.expression,
    IndexName: document.optionalString("index"),
    Limit: document.optionalInteger("limit"),
    ScanIndexForward: document.optionalBoolean("scanIndexForward") ?? true,
    ConsistentRead: document.optionalBoolean("consistentRead") ?? false,
    Select: readSelect(document),
    ExclusiveStartKey: token === undefined ? undefined : table.tokens.open(table.resolver, token),
    ...projection,
    ...mergePlaceholders(key.placeholders, filter?.placeholders, projection),
  };
  document.end();
  const page = await table.client.send(new QueryCommand(input));
  return {
    result: {
      items: (page.Items ?? []).map(fromItem),
      nextToken: page.LastEvaluatedKey
        ? table.tokens.seal(table.resolver, page.LastEvaluatedKey)
        : null,
      scannedCount: page.ScannedCount ?? 0,
    },
  };
}

const selects = ["ALL_ATTRIBUTES", "ALL_PROJECTED_ATTRIBUTES", "SPECIFIC_ATTRIBUTES"] as const;

function readSelect(document: RequestDocument): (typeof selects)[number] | undefined {
  const name = document.optionalString("select");
  const select = selects.find((candidate) => candidate === name);
  if (select === undefined && name !== undefined) {
    throw mappingTemplateError(`Unsupported value '${name}' for '$[select]'.`);
  }
  return select;
}

/** Returns each table's items in the order of the requested keys, and null for a missing item. */
export async function batchGetItem(
  document: RequestDocument,
  table: TableAccess,
): Promise<DataSourceAnswer> {
  const tables = document.object("tables");
  const requests = tables.keys().map((name) => {
    const request = tables.object(name);
    const keys = (request.optionalList("keys") ?? []).map((key) =>
      readItem(key, "$[tables][keys]"),
    );
    const read = {
      Keys: keys,
      ConsistentRead: request.optionalBoolean("consistentRead") ?? false,
      ...readProjection(request.optionalObject("projection")),
    };
    request.end();
    return [name, read] as const;
  });
  document.end();
  const { Responses: found = {}, UnprocessedKeys: unprocessed = {} } = await table.client.send(
    new BatchGetItemCommand({ RequestItems: Object.fromEntries(requests) }),
  );
  const data = requests.map(([name, { Keys: keys }]) => [
    name,
    keys.map((key) => {
      const item = found[name]?.find((candidate) => hasKey(candidate, key));
      return item === undefined ? null : fromItem(item);
    }),
  ]);
  const left = requests.map(([name]) => [name, (unprocessed[name]?.Keys ?? []).map(fromItem)]);
  return {
    result: { data: Object.fromEntries(data), unprocessedKeys: Object.fromEntries(left) },
  };
}

function hasKey(item: Item, key: Item): boolean {
  return Object.entries(key).every(([name, value]) => {
    const own = item[name];
    return own !== undefined && equalItems({ [name]: own }, { [name]: value });
  });
}
