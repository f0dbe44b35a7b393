/** GetItem, Query and Scan. Reads are eventually consistent unless the document sets consistentRead. */
import {
  GetItemCommand,
  QueryCommand,
  type QueryCommandInput,
  type QueryCommandOutput,
  ScanCommand,
  type ScanCommandInput,
  type ScanCommandOutput,
} from "@aws-sdk/client-dynamodb";
import { mergePlaceholders, readExpression, readProjection } from "./dynamodb-expressions";
import type { DataSourceAnswer, TableAccess } from "./dynamodb-table";
import { fromItem } from "./dynamodb-values";
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
  const { filter, projection, ...page } = readPage(document, table);
  const input: QueryCommandInput = {
    ...page,
    KeyConditionExpression: key.expression,
    ScanIndexForward: document.optionalBoolean("scanIndexForward") ?? true,
    ...mergePlaceholders(key.placeholders, filter?.placeholders, projection),
  };
  document.end();
  return pageOf(await table.client.send(new QueryCommand(input)), table);
}

export async function scan(
  document: RequestDocument,
  table: TableAccess,
): Promise<DataSourceAnswer> {
  const { filter, projection, ...page } = readPage(document, table);
  const input: ScanCommandInput = {
    ...page,
    TotalSegments: document.optionalInteger("totalSegments"),
    Segment: document.optionalInteger("segment"),
    ...mergePlaceholders(filter?.placeholders, projection),
  };
  document.end();
  return pageOf(await table.client.send(new ScanCommand(input)), table);
}

/** What Query and Scan have in common. The placeholders are yet to be merged. */
function readPage(document: RequestDocument, table: TableAccess) {
  const filterDocument = document.optionalObject("filter");
  const filter = filterDocument && readExpression(filterDocument);
  const projection = readProjection(document.optionalObject("projection"));
  const token = document.optionalString("nextToken");
  return {
    filter,
    projection,
    TableName: table.tableName,
    FilterExpression: filter?.expression,
    ProjectionExpression: projection?.ProjectionExpression,
    IndexName: document.optionalString("index"),
    Limit: document.optionalInteger("limit"),
    ConsistentRead: document.optionalBoolean("consistentRead") ?? false,
    Select: readSelect(document),
    ExclusiveStartKey: token === undefined ? undefined : table.tokens.open(table.resolver, token),
  };
}

function pageOf(page: QueryCommandOutput | ScanCommandOutput, table: TableAccess) {
  const { Items = [], LastEvaluatedKey, ScannedCount = 0 } = page;
  const nextToken = LastEvaluatedKey ? table.tokens.seal(table.resolver, LastEvaluatedKey) : null;
  return { result: { items: Items.map(fromItem), nextToken, scannedCount: ScannedCount } };
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
