import {
  type DynamoDBDocumentClient,
  GetCommand,
  paginateQuery,
  QueryCommand,
} from "@aws-sdk/lib-dynamodb";
import { pipe } from "fp-ts/function";
import * as O from "fp-ts/Option";
import * as TE from "fp-ts/TaskEither";
import type { Row } from "../core/projection/columns";
import { nextVersion, type StreamVersion } from "../core/projection/identifiers";
import type { Unavailable } from "../core/projection/ports";
import type { Summary } from "../core/projection/summary";
import type { StoredRows } from "../core/verification/environment";
import type { EntryRow, ExpectedRows, PartitionRow } from "../core/verification/verification";
import { call } from "../lambda/adapters/availability";
import { rebuildSortKey, summarySortKey } from "../lambda/adapters/keys";
import {
  entryKey,
  entryKeyFrom,
  type RowKey,
  type Rows,
  suspensionKey,
} from "../lambda/adapters/rows";

/** Leaves out the columns without a value, as the document client does. */
const asWritten = (row: Row): Row =>
  Object.fromEntries(Object.entries(row).filter(([, value]) => value !== undefined));

const entryFrom = (row: Row): EntryRow => ({ key: String(row.sk), hash: row.hash, row });

/** A row by its key: only the very keys that the projection writes are those of a summary, a rebuild or an entry. */
const partitionRowFrom = (row: Row): PartitionRow => {
  const found = entryFrom(row);
  if (found.key === summarySortKey) return { ...found, kind: "SUMMARY" };
  if (found.key === rebuildSortKey) return { ...found, kind: "REBUILD" };
  return pipe(
    entryKeyFrom(found.key),
    O.match(
      (): PartitionRow => ({ ...found, kind: "OTHER" }),
      ({ version, ...set }) => ({ ...found, kind: "ENTRY", version, set }),
    ),
  );
};

/** Rows are small: a page is a fraction of DynamoDB's megabyte. */
const pageSize = 500;

/** The rows as the projection's own adapter writes them. */
export const expectedRowsOf = <State>(rows: Rows<State>): ExpectedRows<State> => ({
  summary: (summary) => asWritten(rows.summary(summary)),
  entry: (change) => entryFrom(asWritten(rows.entry(change))),
  suspension: (streamId, suspension) => asWritten(rows.suspension(streamId, suspension)),
});

/** All rows of one partition of a table, page by page; with `range`, those between two sort keys. */
export async function* rowsIn(
  client: DynamoDBDocumentClient,
  table: string,
  pk: string,
  range?: { readonly first: string; readonly last: string },
): AsyncGenerator<Row> {
  const pages = paginateQuery(
    { client },
    {
      TableName: table,
      KeyConditionExpression: `pk = :pk${range === undefined ? "" : " AND sk BETWEEN :first AND :last"}`,
      ExpressionAttributeValues: {
        ":pk": pk,
        ...(range === undefined ? {} : { ":first": range.first, ":last": range.last }),
      },
      ConsistentRead: true,
    },
  );
  for await (const { Items } of pages) yield* Items ?? [];
}

/** The read model's table, as a verification reads it. */
export const dynamoStoredRows = <State>(
  client: DynamoDBDocumentClient,
  table: string,
  rows: Rows<State>,
): StoredRows<State> => {
  const get = (Key: RowKey): TE.TaskEither<Unavailable, O.Option<Row>> =>
    pipe(
      call(() => client.send(new GetCommand({ TableName: table, Key, ConsistentRead: true }))),
      TE.map(({ Item }) => O.fromNullable(Item)),
    );
  return {
    summary: (streamId) =>
      pipe(
        get(rows.summaryKey(streamId)),
        TE.map(O.map((row) => ({ row, summary: rows.summaryFrom(row) }))),
      ),
    suspension: (streamId) => get(suspensionKey(streamId)),
    rowsAfter: (streamId, key) =>
      pipe(
        call(() =>
          client.send(
            new QueryCommand({
              TableName: table,
              KeyConditionExpression: O.isNone(key) ? "pk = :pk" : "pk = :pk AND sk > :key",
              ExpressionAttributeValues: {
                ":pk": rows.partition(streamId),
                ...(O.isNone(key) ? {} : { ":key": key.value }),
              },
              ConsistentRead: true,
              Limit: pageSize,
            }),
          ),
        ),
        TE.map(({ Items }) => (Items ?? []).map(partitionRowFrom)),
      ),
  };
};

/** All entries of a summary's set, of the versions after `version` up to `last`, in their order. */
export const storedEntries =
  <State>(client: DynamoDBDocumentClient, table: string, rows: Rows<State>) =>
  async (
    summary: Summary<unknown>,
    version: StreamVersion,
    last: StreamVersion,
  ): Promise<ReadonlyArray<Row>> => {
    if (last <= version) return [];
    const range = { first: entryKey(summary, nextVersion(version)), last: entryKey(summary, last) };
    const found: Row[] = [];
    for await (const row of rowsIn(client, table, rows.partition(summary.streamId), range))
      found.push(row);
    return found;
  };
