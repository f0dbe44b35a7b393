import { UpdateCommand } from "@aws-sdk/lib-dynamodb";
import { marshall } from "@aws-sdk/util-dynamodb";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { createHandler } from "../../lambda/projector";
import { deposit, opening, type StoredEvent, storedIn, unreadable } from "../core/ledger/requests";
import { type Api, success } from "./graphql-api";
import { type Surroundings, startSurroundings, withTime } from "./surroundings";
import { readModelTable, type Tables } from "./tables";

// The whole function over real tables, as the stream calls it.

// Read when the module is loaded: telemetry has a test of its own.
vi.hoisted(() => {
  Object.assign(process.env, {
    POWERTOOLS_METRICS_DISABLED: "true",
    POWERTOOLS_LOG_LEVEL: "SILENT",
  });
});

let surroundings: Surroundings;
let tables: Tables;
let api: Api;
let handler: (event: unknown) => ReturnType<ReturnType<typeof createHandler>>;

beforeAll(async () => {
  surroundings = await startSurroundings();
  ({ tables, api } = surroundings);
  const project = createHandler(surroundings.settings);
  handler = (event) => project(event, withTime(60_000));
});

afterAll(() => surroundings.stop());

beforeEach(() => {
  api.asked.length = 0;
});
afterEach(() => {
  tables.failure = undefined;
  api.answer = success;
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

  it("continues where an earlier batch has ended; what is delivered again is published again, and folded once", async () => {
    const [first, ...others] = storedIn("on", opening(), deposit(100), deposit(1)) as [
      StoredEvent,
      ...StoredEvent[],
    ];
    const batches = [[first], [first, ...others], others];
    const publishedBy: string[][] = [];
    for (const batch of batches) {
      api.asked.length = 0;
      await handler({ Records: batch.map((event) => record(event)) });
      publishedBy.push(published());
    }
    expect(publishedBy).toEqual([
      ["on 1 0"],
      ["on 1 0", "on 2 100", "on 3 101"],
      ["on 2 100", "on 3 101"],
    ]);
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

  it("publishes again in the next invocation after one in which the API was down", async () => {
    api.answer = { status: 500, body: "down" };
    const events = storedIn("down", opening(), ...Array.from({ length: 39 }, () => deposit(1)));
    await handler({ Records: events.map((event) => record(event)) });
    expect(api.asked).toHaveLength(3);

    api.asked.length = 0;
    api.answer = success;
    const [event] = storedIn("up", opening()) as [StoredEvent];
    await handler({ Records: [record(event)] });
    expect(published()).toEqual(["up 1 0"]);
  });

  const requested = async () =>
    (await surroundings.takeRequests()).map(({ Body }) => JSON.parse(Body ?? ""));

  it("leaves a stream to the rebuilder whose rows an earlier projection version has written", async () => {
    const events = storedIn("old", opening(), deposit(5));
    await surroundings.record(events);
    await handler({ Records: events.slice(0, 1).map((event) => record(event)) });
    await tables.documents.send(
      new UpdateCommand({
        TableName: readModelTable,
        Key: { pk: "account:old", sk: "summary" },
        UpdateExpression: "SET projectionVersion = :earlier",
        ExpressionAttributeValues: { ":earlier": 0 },
      }),
    );
    api.asked.length = 0;

    const answer = await handler({ Records: events.map((event) => record(event)) });
    expect(answer).toEqual({ batchItemFailures: [] });
    expect(published()).toEqual([]);
    expect(await requested()).toEqual([{ streamId: "old", known: 2, unpublishedFrom: 1 }]);
  });

  it("folds a page of what was not delivered, and leaves more of it to the rebuilder", async () => {
    const events = storedIn("gap", opening(), ...Array.from({ length: 249 }, () => deposit(1)));
    await surroundings.record(events);
    const last = events.slice(-1).map((event) => record(event));

    expect(await handler({ Records: last })).toEqual({ batchItemFailures: [] });
    expect(published().at(-1)).toBe("gap 100 99");
    expect(await requested()).toEqual([{ streamId: "gap", known: 250 }]);
  });

  it("asks again for the events of a stream that it could leave to nobody", async () => {
    const events = storedIn("left", opening(), ...Array.from({ length: 249 }, () => deposit(1)));
    await surroundings.record(events);
    const lost = createHandler({
      ...surroundings.settings,
      rebuildQueueUrl: surroundings.settings.rebuildQueueUrl.replace("rebuilds", "gone"),
    });
    const last = events.slice(-1).map((event) => record(event));

    expect(await lost({ Records: last }, withTime(60_000))).toEqual({
      batchItemFailures: [{ itemIdentifier: "left-250" }],
    });
  });
});
