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
import { type Credentials, Iam, startDynamodb } from "local-aws";
import type { Context } from "../../cli/command";
import { type Ledger, openLedger } from "../../cli/ledger-tables";
import { rebuildStream } from "../../core/projection/rebuild-stream";
import { entryKey, partition, summaryKey } from "../../lambda/adapters/rows";
import type { StoredEvent } from "../core/ledger/requests";

const region = "eu-central-1";

/** A ledger's two tables on DynamoDB Local. */
export interface World {
  readonly endpoint: string;
  readonly region: string;
  readonly iam: Iam;
  /** The names of the two tables, by the names of the program's outputs. */
  readonly outputs: Readonly<Record<string, string>>;
  ledger(credentials?: Credentials): Ledger;
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
  const dynamodb = await startDynamodb({ region, iam, log: () => {} });
  const { endpoint } = dynamodb;
  await createTables(endpoint, iam.administrator);
  const ledgers: Ledger[] = [];
  return {
    endpoint,
    region,
    iam,
    outputs: { region, eventTableName: "events", readModelTableName: "read-model" },
    ledger: (credentials = iam.administrator) => {
      const ledger = openLedger({
        eventTable: "events",
        readModel: "read-model",
        client: { region, endpoint, credentials },
      });
      ledgers.push(ledger);
      return ledger;
    },
    stop: async () => {
      for (const ledger of ledgers) ledger.close();
      await dynamodb.stop();
    },
  };
}

/** Puts events into the event table, past the write path's rules. */
export async function putEvents(
  { documents, eventTable }: Ledger,
  events: readonly object[],
): Promise<void> {
  const most = 25;
  for (let from = 0; from < events.length; from += most) {
    const puts = events.slice(from, from + most).map((Item) => ({ PutRequest: { Item } }));
    await documents.send(new BatchWriteCommand({ RequestItems: { [eventTable]: puts } }));
  }
}

/** Runs the projection over a stream. */
export async function project(ledger: Ledger, streamId: string): Promise<void> {
  const done = await rebuildStream(streamId)(ledger.ports)();
  if (E.isLeft(done)) throw new Error(`${streamId}: ${JSON.stringify(done.left)}`);
}

/** A stream as it is after the projection has followed it. */
export async function seed(ledger: Ledger, events: readonly StoredEvent[]): Promise<void> {
  await putEvents(ledger, events);
  for (const streamId of new Set(events.map((event) => event.streamId))) {
    await project(ledger, streamId);
  }
}

/** Tampers with an event. */
export const putEvent = (ledger: Ledger, event: object) => putEvents(ledger, [event]);

export const removeEvent = ({ documents, eventTable }: Ledger, streamId: string, version: number) =>
  documents.send(new DeleteCommand({ TableName: eventTable, Key: { streamId, version } }));

export const entryOf = (streamId: string, version: number) => ({
  pk: partition(streamId),
  sk: entryKey(version),
});

export const summaryOf = summaryKey;

type Key = Readonly<Record<string, string>>;

export const readRow = async ({ documents, readModel }: Ledger, Key: Key) =>
  (await documents.send(new GetCommand({ TableName: readModel, Key }))).Item;

/** Tampers with a row of the read model. */
export const alterRow = ({ documents, readModel }: Ledger, Key: Key, column: string, to: unknown) =>
  documents.send(
    new UpdateCommand({
      TableName: readModel,
      Key,
      UpdateExpression: "SET #column = :to",
      ExpressionAttributeNames: { "#column": column },
      ExpressionAttributeValues: { ":to": to },
    }),
  );

export const removeRow = ({ documents, readModel }: Ledger, Key: Key) =>
  documents.send(new DeleteCommand({ TableName: readModel, Key }));

export const putRow = ({ documents, readModel }: Ledger, Item: Record<string, unknown>) =>
  documents.send(new PutCommand({ TableName: readModel, Item }));

/** What a command works with, and what it has written. */
export function contextFor(ledger: Ledger, json = false): Context & { written(): string } {
  let written = "";
  return {
    ledger,
    json,
    write: async (text) => {
      written += text;
    },
    startProgress: async () => ({ advance: () => {}, end: () => {} }),
    pause: async () => {},
    written: () => written,
  };
}
