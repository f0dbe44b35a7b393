import {
  DeleteCommand,
  type DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  QueryCommand,
} from "@aws-sdk/lib-dynamodb";
import { pipe } from "fp-ts/function";
import * as O from "fp-ts/Option";
import * as TE from "fp-ts/TaskEither";
import type { Row } from "../../core/projection/columns";
import type { RebuildStore, Unavailable } from "../../core/projection/ports";
import { call } from "./availability";
import { writeBatches } from "./batches";
import { isAbsent, isUnchanged, write } from "./conditions";
import { rebuildSortKey, summarySortKey } from "./keys";
import { afterEntriesOf, entriesOf, type Rows } from "./rows";

/** What every save changes. */
const guarded = ["generation", "projectionVersion", "version", "replacedAt"];

/** Keys alone are small, and are deleted in batches: a page is a hundred requests' work. */
const pageSize = 250;

/** The progress of rebuilds, in the read model's table. */
export const dynamoRebuildStore = <State>(
  client: DynamoDBDocumentClient,
  table: string,
  rows: Rows<State>,
): RebuildStore<State> => {
  /** One page of the sort keys in a partition that are before a bound, or from it on. */
  const keys = (
    pk: string,
    range: "<" | ">=",
    bound: string,
  ): TE.TaskEither<Unavailable, ReadonlyArray<string>> =>
    pipe(
      call(() =>
        client.send(
          new QueryCommand({
            TableName: table,
            KeyConditionExpression: `pk = :pk AND sk ${range} :bound`,
            ExpressionAttributeValues: { ":pk": pk, ":bound": bound },
            ProjectionExpression: "sk",
            ConsistentRead: true,
            Limit: pageSize,
          }),
        ),
      ),
      TE.map(({ Items }) => (Items ?? []).map(({ sk }) => String(sk))),
    );
  return {
    load: (streamId) =>
      pipe(
        call(() =>
          client.send(
            new GetCommand({
              TableName: table,
              Key: rows.rebuildKey(streamId),
              ConsistentRead: true,
            }),
          ),
        ),
        TE.map(({ Item }) =>
          pipe(
            O.fromNullable<Row | undefined>(Item),
            O.map((row) => ({ row, rebuild: O.fromEither(rows.rebuildFrom(row)) })),
          ),
        ),
      ),

    save: (found, next) => {
      const row = rows.rebuild(next);
      return pipe(
        write(() =>
          client.send(
            new PutCommand({
              TableName: table,
              Item: row,
              ...pipe(
                found,
                O.match(
                  () => isAbsent,
                  (before) => isUnchanged(before, guarded),
                ),
              ),
            }),
          ),
        ),
        TE.map(() => ({ row, rebuild: next })),
      );
    },

    otherRows: (summary) => {
      const pk = rows.partition(summary.streamId);
      return pipe(
        keys(pk, "<", entriesOf(summary)),
        TE.flatMap((before) =>
          before.length > 0 ? TE.right(before) : keys(pk, ">=", afterEntriesOf(summary)),
        ),
        TE.map((found) => found.filter((key) => key !== summarySortKey && key !== rebuildSortKey)),
      );
    },

    removeRows: (streamId, sortKeys) => {
      const pk = rows.partition(streamId);
      return writeBatches(
        client,
        table,
        sortKeys.map((sk) => ({ DeleteRequest: { Key: { pk, sk } } })),
      );
    },

    end: (streamId, found) =>
      write(() =>
        client.send(
          new DeleteCommand({
            TableName: table,
            Key: rows.rebuildKey(streamId),
            ...isUnchanged(found, guarded),
          }),
        ),
      ),
  };
};
