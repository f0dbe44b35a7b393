/** BatchGetItem, BatchPutItem and BatchDeleteItem: items of several tables, not all of which may be processed. */
import {
  BatchGetItemCommand,
  BatchWriteItemCommand,
  DynamoDBServiceException,
  type WriteRequest,
} from "@aws-sdk/client-dynamodb";
import { readProjection } from "./dynamodb-expressions";
import { type DataSourceAnswer, describeError, type TableAccess } from "./dynamodb-table";
import { equalItems, fromItem, type Item, readItem } from "./dynamodb-values";
import { mappingTemplateError } from "./errors";
import type { RequestDocument } from "./request-document";

/** Items, or keys, by their tables. */
type Tables = Readonly<Record<string, readonly Item[]>>;

/** Returns each table's items in the order of the requested keys, and null for a missing item. */
export async function batchGetItem(
  document: RequestDocument,
  table: TableAccess,
): Promise<DataSourceAnswer> {
  const tables = document.object("tables");
  const reads = mapTables(tables.keys(), (name) => {
    const request = tables.object(name);
    const read = {
      Keys: readItems(request.optionalList("keys") ?? [], "$[tables][keys]"),
      ConsistentRead: request.optionalBoolean("consistentRead") ?? false,
      ...readProjection(request.optionalObject("projection")),
    };
    request.end();
    return read;
  });
  document.end();
  const keys = mapTables(Object.keys(reads), (name) => reads[name]?.Keys ?? []);
  const run = async () => {
    const { Responses: found = {}, UnprocessedKeys: unprocessed = {} } = await table.client.send(
      new BatchGetItemCommand({ RequestItems: reads }),
    );
    return {
      left: mapTables(Object.keys(keys), (name) => unprocessed[name]?.Keys ?? []),
      found: (name: string, key: Item) => found[name]?.find((item) => hasKey(item, key)),
    };
  };
  return await answer(keys, "unprocessedKeys", run);
}

/** Returns each table's items in the order of the request, and null for an item that is not written. */
export async function batchPutItem(
  document: RequestDocument,
  table: TableAccess,
): Promise<DataSourceAnswer> {
  const items = readLists(document);
  return await answer(items, "unprocessedItems", () =>
    write(
      table,
      items,
      (Item) => ({ PutRequest: { Item } }),
      ({ PutRequest }) => PutRequest?.Item,
    ),
  );
}

/** Returns each table's keys in the order of the request, and null for an item that is not deleted. */
export async function batchDeleteItem(
  document: RequestDocument,
  table: TableAccess,
): Promise<DataSourceAnswer> {
  const keys = readLists(document);
  return await answer(keys, "unprocessedKeys", () =>
    write(
      table,
      keys,
      (Key) => ({ DeleteRequest: { Key } }),
      ({ DeleteRequest }) => DeleteRequest?.Key,
    ),
  );
}

interface Processed {
  readonly left: Tables;
  /** What came of an item, if it was processed. */
  found(table: string, item: Item): Item | undefined;
}

async function write(
  table: TableAccess,
  tables: Tables,
  toRequest: (item: Item) => WriteRequest,
  ofRequest: (request: WriteRequest) => Item | undefined,
): Promise<Processed> {
  const { UnprocessedItems: unprocessed = {} } = await table.client.send(
    new BatchWriteItemCommand({
      RequestItems: mapTables(Object.keys(tables), (name) => (tables[name] ?? []).map(toRequest)),
    }),
  );
  const left = mapTables(Object.keys(tables), (name) =>
    (unprocessed[name] ?? []).map(ofRequest).filter((item) => item !== undefined),
  );
  return {
    left,
    found: (name, item) =>
      left[name]?.some((other) => equalItems(other, item)) ? undefined : item,
  };
}

/** A batch that fails altogether has left everything unprocessed. */
async function answer(
  tables: Tables,
  leftOver: "unprocessedItems" | "unprocessedKeys",
  run: () => Promise<Processed>,
): Promise<DataSourceAnswer> {
  const resultOf = ({ left, found }: Processed) => ({
    data: mapTables(Object.keys(tables), (name) =>
      (tables[name] ?? []).map((item) => {
        const processed = found(name, item);
        return processed === undefined ? null : fromItem(processed);
      }),
    ),
    [leftOver]: mapTables(Object.keys(left), (name) => (left[name] ?? []).map(fromItem)),
  });
  try {
    return { result: resultOf(await run()) };
  } catch (error) {
    if (!(error instanceof DynamoDBServiceException)) {
      throw error;
    }
    const nothing = { left: tables, found: () => undefined };
    return { result: resultOf(nothing), error: describeError(error) };
  }
}

/** { tables: { name: [item, …] } } */
function readLists(document: RequestDocument): Tables {
  const tables = document.object("tables");
  const lists = mapTables(tables.keys(), (name) => {
    const list = tables.optionalList(name);
    if (list === undefined) {
      throw mappingTemplateError(`Expected a list for value '$[tables][${name}]'.`);
    }
    return readItems(list, `$[tables][${name}]`);
  });
  document.end();
  return lists;
}

function readItems(list: readonly unknown[], path: string): Item[] {
  return list.map((item, index) => readItem(item, `${path}[${index}]`));
}

function mapTables<A>(names: readonly string[], content: (name: string) => A): Record<string, A> {
  return Object.fromEntries(names.map((name) => [name, content(name)]));
}

function hasKey(item: Item, key: Item): boolean {
  return Object.entries(key).every(([name, value]) => {
    const own = item[name];
    return own !== undefined && equalItems({ [name]: own }, { [name]: value });
  });
}
