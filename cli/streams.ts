import { type DynamoDBDocumentClient, paginateScan } from "@aws-sdk/lib-dynamodb";
import type { Row } from "../core/verification/verification";
import { partition, suspensionKey } from "../lambda/adapters/rows";

/** How many streams are worked on at a time, each worker reading its own part of the tables. */
const workers = 16;

export interface Tables {
  readonly documents: DynamoDBDocumentClient;
  readonly eventTable: string;
  readonly readModel: string;
}

/** Runs the workers side by side; where one fails, the others stop after what they have in hand. */
async function inParallel(
  work: (worker: number, goesOn: () => boolean) => Promise<void>,
): Promise<void> {
  let failed = false;
  await Promise.all(
    Array.from({ length: workers }, async (_, worker) => {
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
export async function forEachOf<A>(items: readonly A[], work: (item: A) => Promise<void>) {
  const rest = items.values();
  await inParallel(async (_, goesOn) => {
    for (const item of rest) {
      if (!goesOn()) return;
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
      TotalSegments: workers,
    },
  );
  for await (const { Items } of pages) yield* Items ?? [];
}

const accountPrefix = partition("");
const { pk: suspendedPartition } = suspensionKey("");

/** Of which stream a row of the read model tells; undefined where it is none of the projection's rows. */
const streamOf = ({ pk, sk }: Row): string | undefined => {
  if (pk === suspendedPartition) return String(sk);
  const text = String(pk);
  return text.startsWith(accountPrefix) ? text.slice(accountPrefix.length) : undefined;
};

/**
 * Works on every stream once: on those that have events, then on those of which only the read model knows. What is
 * kept in memory for it is their ids, whatever the number of events.
 */
export async function forEachStream(
  { documents, eventTable, readModel }: Tables,
  work: (streamId: string) => Promise<void>,
): Promise<void> {
  const seen = new Set<string>();
  const visit = (table: string, columns: string, idOf: (key: Row) => string | undefined) =>
    inParallel(async (segment, goesOn) => {
      for await (const key of keysIn(documents, table, columns, segment)) {
        if (!goesOn()) return;
        const streamId = idOf(key);
        if (streamId === undefined || seen.has(streamId)) continue;
        seen.add(streamId);
        await work(streamId);
      }
    });
  await visit(eventTable, "streamId", ({ streamId }) => String(streamId));
  await visit(readModel, "pk, sk", streamOf);
}
