import {
  type AttributeDefinition,
  CreateTableCommand,
  DynamoDBClient,
} from "@aws-sdk/client-dynamodb";
import {
  BatchWriteCommand,
  DeleteCommand,
  GetCommand,
  PutCommand,
  UpdateCommand,
} from "@aws-sdk/lib-dynamodb";
import * as E from "fp-ts/Either";
import * as TE from "fp-ts/TaskEither";
import { type Credentials, Iam, shareDynamodb } from "local-aws";
import type { Context } from "../../cli/command";
import type { Connection } from "../../cli/connection";
import { type OpenTables, openTables, type Tables } from "../../cli/tables";
import { ledger } from "../../core/ledger";
import type { Account } from "../../core/ledger/account";
import { bringUpToDate } from "../../core/projection/bring-up-to-date";
import type { Domain } from "../../core/projection/domain";
import type { Envelope } from "../../core/projection/envelope";
import {
  type Generation,
  noVersion,
  type StreamId,
  type StreamVersion,
} from "../../core/projection/identifiers";
import type { RebuildQueue } from "../../core/projection/ports";
import { entryKey, type RowKey, rowsOf } from "../../lambda/adapters/rows";

const region = "eu-central-1";

/** What the rebuilder was asked for. */
interface RebuildRequest {
  readonly streamId: StreamId;
  readonly known: StreamVersion;
}

/** The ledger's tables. */
export type Ledger = OpenTables<Account>;

/** A stack's two tables on DynamoDB Local. */
export interface World {
  readonly endpoint: string;
  readonly region: string;
  readonly iam: Iam;
  /** The names of the two tables, by the names of the program's outputs. */
  readonly outputs: Readonly<Record<string, string>>;
  /** What the rebuilder was asked for, and nobody does until a test does. */
  readonly requests: RebuildRequest[];
  /** Opens the tables for a domain. */
  open<Request extends Envelope, State, Movement>(
    domain: Domain<Request, State, Movement>,
  ): OpenTables<State>;
  ledger(): Ledger;
  stop(): Promise<void>;
}

async function createTables(endpoint: string, credentials: Credentials): Promise<void> {
  const client = new DynamoDBClient({ region, endpoint, credentials });
  const create = (TableName: string, hash: AttributeDefinition, range: AttributeDefinition) =>
    client.send(
      new CreateTableCommand({
        TableName,
        AttributeDefinitions: [hash, range],
        KeySchema: [
          { AttributeName: hash.AttributeName, KeyType: "HASH" },
          { AttributeName: range.AttributeName, KeyType: "RANGE" },
        ],
        BillingMode: "PAY_PER_REQUEST",
      }),
    );
  const column = (AttributeName: string, AttributeType: "S" | "N") => ({
    AttributeName,
    AttributeType,
  });
  await create("events", column("streamId", "S"), column("version", "N"));
  await create("read-model", column("pk", "S"), column("sk", "S"));
  client.destroy();
}

export async function startWorld(): Promise<World> {
  const iam = new Iam({ region });
  const dynamodb = await shareDynamodb({ region, iam, log: () => {} });
  const { endpoint } = dynamodb;
  await createTables(endpoint, iam.administrator);
  const requests: RebuildRequest[] = [];
  const rebuildQueue: RebuildQueue = {
    request: (streamId, known) => TE.fromIO(() => void requests.push({ streamId, known })),
  };
  const connection: Connection = {
    eventTable: "events",
    readModel: "read-model",
    client: { region, endpoint, credentials: iam.administrator },
    rebuildQueue,
  };
  const opened: { close(): void }[] = [];
  const open: World["open"] = (domain) => {
    const tables = openTables(domain, connection);
    opened.push(tables);
    return tables;
  };
  return {
    endpoint,
    region,
    iam,
    outputs: {
      region,
      eventTableName: "events",
      readModelTableName: "read-model",
      rebuildQueueUrl: `${endpoint}/rebuilds.fifo`,
    },
    requests,
    open,
    ledger: () => open(ledger),
    stop: async () => {
      for (const tables of opened) tables.close();
      await dynamodb.stop();
    },
  };
}

/** Puts events into the event table, past the write path's rules. */
export async function putEvents(
  { documents, eventTable }: Tables,
  events: readonly object[],
): Promise<void> {
  const most = 25;
  for (let from = 0; from < events.length; from += most) {
    const puts = events.slice(from, from + most).map((Item) => ({ PutRequest: { Item } }));
    await documents.send(new BatchWriteCommand({ RequestItems: { [eventTable]: puts } }));
  }
}

/** Folds a stream to its end, as projector and rebuilder do it between them. */
export async function project<State>(
  { environment }: OpenTables<State>,
  streamId: string,
): Promise<void> {
  const done = await bringUpToDate<State>(streamId as StreamId, noVersion)(environment)();
  if (E.isLeft(done)) throw new Error(`${streamId}: ${JSON.stringify(done.left)}`);
}

/** A stream as it is after the projection has followed it. */
export async function seed<State>(
  tables: OpenTables<State>,
  events: readonly { readonly streamId: string }[],
): Promise<void> {
  await putEvents(tables, events);
  for (const streamId of new Set(events.map((event) => event.streamId))) {
    await project(tables, streamId);
  }
}

/** Tampers with an event. */
export const putEvent = (tables: Tables, event: object) => putEvents(tables, [event]);

export const removeEvent = ({ documents, eventTable }: Tables, streamId: string, version: number) =>
  documents.send(new DeleteCommand({ TableName: eventTable, Key: { streamId, version } }));

const rows = rowsOf(ledger);

export const summaryOf = (streamId: string): RowKey => rows.summaryKey(streamId as StreamId);

/** The key of an entry. The projection begins with generation 1, and each rebuild writes the next. */
export const entryOf = (streamId: string, version: number, generation = 1): RowKey => ({
  pk: rows.partition(streamId as StreamId),
  sk: entryKey(
    { projectionVersion: ledger.projectionVersion, generation: generation as Generation },
    version as StreamVersion,
  ),
});

export const readRow = async ({ documents, readModel }: Tables, Key: RowKey) =>
  (await documents.send(new GetCommand({ TableName: readModel, Key }))).Item;

/** Tampers with a row of the read model. */
export const alterRow = (
  { documents, readModel }: Tables,
  Key: RowKey,
  column: string,
  to: unknown,
) =>
  documents.send(
    new UpdateCommand({
      TableName: readModel,
      Key,
      UpdateExpression: "SET #column = :to",
      ExpressionAttributeNames: { "#column": column },
      ExpressionAttributeValues: { ":to": to },
    }),
  );

export const removeRow = ({ documents, readModel }: Tables, Key: RowKey) =>
  documents.send(new DeleteCommand({ TableName: readModel, Key }));

export const putRow = ({ documents, readModel }: Tables, Item: Record<string, unknown>) =>
  documents.send(new PutCommand({ TableName: readModel, Item }));

/** The dependencies of a command, with the text that it has written, and the events that its progress has counted. */
export function contextFor<State>(
  tables: OpenTables<State>,
  json = false,
): Context<State> & { written(): string; progressed(): readonly number[] } {
  let written = "";
  const counts: number[] = [];
  return {
    tables,
    json,
    write: async (text) => {
      written += text;
    },
    startProgress: async () => ({ advance: (count) => void counts.push(count), end: () => {} }),
    pause: async () => {},
    written: () => written,
    progressed: () => counts,
  };
}
