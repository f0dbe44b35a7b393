import { type DynamoDBDocumentClient, paginateScan } from "@aws-sdk/lib-dynamodb";
import * as O from "fp-ts/Option";
import type { Row } from "../core/projection/columns";
import { StreamId } from "../core/projection/identifiers";
import { idName, partitionPrefix, suspendedPartition } from "../lambda/adapters/keys";
import { idFromKey } from "../lambda/adapters/rows";
import type { Tables } from "./tables";

/** The number of workers: each reads its own part of the tables, one stream at a time. */
const maxWorkers = 16;

/** Runs the workers side by side; where one fails, the others stop after their current item. */
async function inParallel(
  work: (worker: number, mayContinue: () => boolean) => Promise<void>,
): Promise<void> {
  let failed = false;
  await Promise.all(
    Array.from({ length: maxWorkers }, async (_, worker) => {
      try {
        await work(worker, () => !failed);
      } catch (error) {
        failed = true;
        throw error;
      }
    }),
  );
}

/** Works through a list with all workers. */
export async function forEachOf<A>(
  items: readonly A[],
  work: (item: A) => Promise<void>,
): Promise<void> {
  const rest = items.values();
  await inParallel(async (_, mayContinue) => {
    for (const item of rest) {
      if (!mayContinue()) return;
      await work(item);
    }
  });
}

async function* keysIn(
  client: DynamoDBDocumentClient,
  table: string,
  columns: string,
  segment: number,
): AsyncGenerator<Row> {
  const pages = paginateScan(
    { client },
    {
      TableName: table,
      ProjectionExpression: columns,
      Segment: segment,
      TotalSegments: maxWorkers,
    },
  );
  for await (const { Items } of pages) yield* Items ?? [];
}

const decodeId = (id: unknown): O.Option<StreamId> => O.fromEither(StreamId.decode(id));

/** The stream that a row of the read model belongs to; none where it is none of the projection's rows. */
const streamOf =
  (name: string) =>
  (row: Row): O.Option<StreamId> => {
    const [pk, sk] = [String(row.pk), String(row.sk)];
    if (pk === suspendedPartition) return decodeId(idFromKey(name, sk, row));
    const prefix = partitionPrefix(name);
    return pk.startsWith(prefix) ? decodeId(idFromKey(name, pk.slice(prefix.length), row)) : O.none;
  };

/**
 * Works on every stream once: on those that have events, then on those that have rows in the read model alone. Only the
 * ids are kept in memory, whatever the number of events.
 */
export async function forEachStream(
  { name, documents, eventTable, readModel }: Tables,
  work: (streamId: StreamId) => Promise<void>,
): Promise<void> {
  const seen = new Set<StreamId>();
  const visit = (table: string, columns: string, idOf: (key: Row) => O.Option<StreamId>) =>
    inParallel(async (segment, mayContinue) => {
      for await (const key of keysIn(documents, table, columns, segment)) {
        if (!mayContinue()) return;
        const streamId = O.toUndefined(idOf(key));
        if (streamId === undefined || seen.has(streamId)) continue;
        seen.add(streamId);
        await work(streamId);
      }
    });
  await visit(eventTable, "streamId", ({ streamId }) => decodeId(streamId));
  await visit(readModel, `pk, sk, ${idName(name)}`, streamOf(name));
}
