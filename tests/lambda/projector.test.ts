import { marshall } from "@aws-sdk/util-dynamodb";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { createHandler } from "../../lambda/projector";
import { deposit, opening, type StoredEvent, storedIn, unreadable } from "../core/ledger/requests";
import { type Api, projectorRole, startApi } from "./graphql-api";
import { eventTable, readModelTable, region, startTables, type Tables } from "./tables";

// The whole function over real tables, as the stream calls it.

// Read when the module is loaded: telemetry has a test of its own.
vi.hoisted(() => {
  Object.assign(process.env, {
    POWERTOOLS_METRICS_DISABLED: "true",
    POWERTOOLS_LOG_LEVEL: "SILENT",
  });
});

let tables: Tables;
let api: Api;
let handler: (event: unknown) => ReturnType<ReturnType<typeof createHandler>>;

beforeAll(async () => {
  tables = await startTables();
  api = await startApi(tables.iam);
  const { credentials } = projectorRole(tables.iam);
  vi.stubEnv("AWS_REGION", region);
  vi.stubEnv("AWS_ENDPOINT_URL_DYNAMODB", tables.endpoint);
  vi.stubEnv("AWS_ACCESS_KEY_ID", credentials.accessKeyId);
  vi.stubEnv("AWS_SECRET_ACCESS_KEY", credentials.secretAccessKey);
  vi.stubEnv("AWS_SESSION_TOKEN", credentials.sessionToken);
  vi.stubEnv("AWS_MAX_ATTEMPTS", "1");
  const project = createHandler({
    eventTable,
    readModel: readModelTable,
    rebuildQueueUrl: "http://127.0.0.1:1/rebuilds.fifo",
    graphqlUrl: api.url,
  });
  handler = (event) => project(event, { getRemainingTimeInMillis: () => 60_000 });
});

afterAll(async () => {
  vi.unstubAllEnvs();
  await api.stop();
  await tables.stop();
});

beforeEach(() => {
  api.asked.length = 0;
});
afterEach(() => {
  tables.failure = undefined;
});

const record = (event: StoredEvent, stored: unknown = event) => ({
  eventName: "INSERT",
  dynamodb: {
    Keys: { streamId: { S: event.streamId }, version: { N: String(event.version) } },
    NewImage: marshall(stored),
    SequenceNumber: `${event.streamId}-${event.version}`,
  },
});

const published = () =>
  api.asked
    .flatMap(({ variables }) => Object.values(variables))
    .map((change) => `${change.accountId} ${change.version} ${change.balance}`);

describe("the projector", () => {
  it("folds a batch, publishes every change, and asks for nothing again", async () => {
    const events = storedIn("plain", opening(), deposit(100));
    const answer = await handler({ Records: events.map((event) => record(event)) });
    expect(answer).toEqual({ batchItemFailures: [] });
    expect(published()).toEqual(["plain 1 0", "plain 2 100"]);
    expect(api.asked).toHaveLength(1);
  });

  it("continues where an earlier batch has ended, and folds nothing twice", async () => {
    const [first, ...others] = storedIn("on", opening(), deposit(100), deposit(1)) as [
      StoredEvent,
      ...StoredEvent[],
    ];
    const batches = [[first], [first, ...others], others];
    for (const batch of batches) {
      await handler({ Records: batch.map((event) => record(event)) });
    }
    expect(published()).toEqual(["on 1 0", "on 2 100", "on 3 101"]);
  });

  it("suspends a stream whose event it cannot read, and folds the others", async () => {
    const [bad] = storedIn("bad", opening()) as [StoredEvent];
    const good = storedIn("good", opening(), deposit(5));
    const records = [record(bad, unreadable(bad)), ...good.map((event) => record(event))];
    expect(await handler({ Records: records })).toEqual({ batchItemFailures: [] });
    expect(published()).toEqual(["good 1 0", "good 2 5"]);
  });

  it("asks again for the events that it could not fold, by sequence number", async () => {
    tables.failure = { type: "ThrottlingException", message: "slow down" };
    const events = storedIn("later", opening(), deposit(5));
    const Records = events.map((event) => record(event));
    expect(await handler({ Records })).toEqual({
      batchItemFailures: [{ itemIdentifier: "later-1" }, { itemIdentifier: "later-2" }],
    });
    tables.failure = undefined;
    expect(await handler({ Records })).toEqual({ batchItemFailures: [] });
    expect(published()).toEqual(["later 1 0", "later 2 5"]);
  });

  it("does not fail a batch for a failed publication", async () => {
    api.answer = { status: 500, body: "down" };
    const [event] = storedIn("unpublished", opening()) as [StoredEvent];
    expect(await handler({ Records: [record(event)] })).toEqual({ batchItemFailures: [] });
  });
});
