import { type DynamoDBDocumentClient, GetCommand, paginateQuery } from "@aws-sdk/lib-dynamodb";
import { pipe } from "fp-ts/function";
import * as O from "fp-ts/Option";
import * as TE from "fp-ts/TaskEither";
import type { Unavailable } from "../core/projection/ports";
import type { EntryRow, ExpectedRows, Row } from "../core/verification/verification";
import type { StoredRows } from "../core/verification/verify-stream";
import { asking } from "../lambda/adapters/availability";
import {
  entryKey,
  entryRow,
  partition,
  summaryFrom,
  summaryKey,
  summaryRow,
  suspensionKey,
  suspensionRow,
} from "../lambda/adapters/rows";

/** What the document client would not write is not there either: columns without a value. */
const asWritten = (row: Row): Row =>
  Object.fromEntries(Object.entries(row).filter(([, value]) => value !== undefined));

const entryFrom = (row: Row): EntryRow => ({ key: String(row.sk), hash: row.hash, row });

/** The rows as the projection's own adapter writes them. */
export const expectedRows: ExpectedRows = {
  summary: (summary) => asWritten(summaryRow(summary)),
  entry: (change) => entryFrom(asWritten(entryRow(change))),
  suspension: (streamId, suspension) => asWritten(suspensionRow(streamId, suspension)),
};

/** All rows of one partition of a table between two sort keys, or all at all, page by page. */
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
export const dynamoStoredRows = (client: DynamoDBDocumentClient, table: string): StoredRows => {
  const get = (Key: Row): TE.TaskEither<Unavailable, O.Option<Row>> =>
    pipe(
      asking(() => client.send(new GetCommand({ TableName: table, Key, ConsistentRead: true }))),
      TE.map(({ Item }) => O.fromNullable(Item)),
    );
  const entries = async (streamId: string, first: string, last: string) => {
    const found: EntryRow[] = [];
    for await (const row of rowsIn(client, table, partition(streamId), { first, last })) {
      found.push(entryFrom(row));
    }
    return found;
  };
  return {
    summary: (streamId) =>
      pipe(get(summaryKey(streamId)), TE.map(O.map((row) => ({ row, summary: summaryFrom(row) })))),
    suspension: (streamId) => get(suspensionKey(streamId)),
    entries: (streamId, version, last) =>
      last <= version
        ? TE.right([])
        : asking(() => entries(streamId, entryKey(version + 1), entryKey(last))),
  };
};
