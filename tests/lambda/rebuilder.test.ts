import { QueryCommand } from "@aws-sdk/lib-dynamodb";
import * as O from "fp-ts/Option";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { ledger } from "../../core/ledger";
import { dynamoReadModel } from "../../lambda/adapters/read-model";
import { rowsOf } from "../../lambda/adapters/rows";
import { createHandler } from "../../lambda/rebuilder";
import { deposit, opening, type StoredEvent, storedIn, unreadable } from "../core/ledger/requests";
import { folded } from "../core/projection/memory";
import { type Surroundings, startSurroundings, withTime } from "./surroundings";
import { readModelTable } from "./tables";

// The whole function over real tables, as its queue calls it.

// Read when the module is loaded: telemetry has a test of its own.
vi.hoisted(() => {
  Object.assign(process.env, {
    POWERTOOLS_METRICS_DISABLED: "true",
    POWERTOOLS_LOG_LEVEL: "SILENT",
  });
});

let surroundings: Surroundings;
let handler: ReturnType<typeof createHandler>;

beforeAll(async () => {
  surroundings = await startSurroundings();
  handler = createHandler(surroundings.settings);
});

afterAll(() => surroundings.stop());

beforeEach(() => {
  surroundings.api.asked.length = 0;
});
afterEach(() => {
  surroundings.tables.failure = undefined;
  vi.useRealTimers();
});

const enough = withTime(60_000);
/** Time for the page that is begun in any case, and for no other. */
const little = withTime(1_000);

const done = { batchItemFailures: [] };
const again = (...ids: readonly string[]) => ({
  batchItemFailures: ids.map((itemIdentifier) => ({ itemIdentifier })),
});

const message = (messageId: string, streamId: string, { known = 0, receives = 1 } = {}) => ({
  messageId,
  body: JSON.stringify({ streamId, known }),
  attributes: { ApproximateReceiveCount: String(receives) },
});

/** A stream as an earlier release has left it: it has folded some of the events. */
const leftBehind = async (
  streamId: string,
  events: readonly StoredEvent[],
  followed = events.length,
  projectionVersion = 0,
): Promise<void> => {
  await surroundings.record(events);
  const { documents } = surroundings.tables;
  const readModel = dynamoReadModel(documents, readModelTable, rowsOf(ledger));
  const { summary, changes } = folded(events.slice(0, followed), streamId, projectionVersion);
  await readModel.saveEntries(changes)();
  await readModel.commit(O.none, summary)();
};

const rowsUnder = async (streamId: string) => {
  const { Items = [] } = await surroundings.tables.documents.send(
    new QueryCommand({
      TableName: readModelTable,
      KeyConditionExpression: "pk = :pk",
      ExpressionAttributeValues: { ":pk": `account:${streamId}` },
      ConsistentRead: true,
    }),
  );
  return Items;
};

const keysUnder = async (streamId: string) => (await rowsUnder(streamId)).map(({ sk }) => sk);
const summaryOf = async (streamId: string) =>
  (await rowsUnder(streamId)).find(({ sk }) => sk === "summary");

const published = () =>
  surroundings.api.asked
    .flatMap(({ variables }) => Object.values(variables))
    .map((change) => `${change.accountId} ${change.version} ${change.balance}`);

const requested = async () =>
  (await surroundings.takeRequests()).map(({ Body }) => JSON.parse(Body ?? ""));

const historyOf = (streamId: string, count = 4) =>
  storedIn(streamId, opening(), ...Array.from({ length: count - 1 }, () => deposit(1)));

/** Lets time pass: this machine's clock is the function's. */
const pass = (milliseconds: number) => {
  vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + milliseconds });
};

describe("the rebuilder", () => {
  it("rebuilds a stream, publishes what nobody has folded before, and asks for its message once more", async () => {
    await leftBehind("old", historyOf("old"), 3);

    expect(await handler({ Records: [message("m", "old", { known: 4 })] }, enough)).toEqual(
      again("m"),
    );
    expect(await summaryOf("old")).toMatchObject({
      projectionVersion: 1,
      generation: 2,
      version: 4,
      balance: "3",
      processing: "CURRENT",
    });
    expect(published()).toEqual(["old 4 3"]);
    expect(await requested()).toEqual([]);
  });

  it("removes the rows that it has replaced when its message comes again, a minute later", async () => {
    await leftBehind("replaced", historyOf("replaced"));
    await handler({ Records: [message("m", "replaced")] }, enough);
    const Records = [message("m", "replaced", { receives: 2 })];
    const entries = [2, 3, 4].map((version) => `entry:1.2:000000000${version}`);

    pass(44_000);
    expect(await handler({ Records }, enough)).toEqual(again("m"));
    expect(await keysUnder("replaced")).toContain("entry:0.1:0000000002");

    pass(2_000);
    expect(await handler({ Records }, enough)).toEqual(done);
    expect(await keysUnder("replaced")).toEqual([...entries, "summary"]);
  });

  it("does a page of a long stream where there is no more time, and asks for the rest by a new request", async () => {
    await leftBehind("long", historyOf("long", 250));

    for (const version of [100, 200]) {
      expect(await handler({ Records: [message("m", "long", { known: 250 })] }, little)).toEqual(
        done,
      );
      expect(await requested()).toEqual([{ streamId: "long", known: 250 }]);
      const rows = await rowsUnder("long");
      expect(rows.find(({ sk }) => sk === "rebuild")).toMatchObject({ version });
      expect(await summaryOf("long")).toMatchObject({
        processing: "REBUILDING",
        projectionVersion: 0,
        version: 250,
      });
    }
    expect(await handler({ Records: [message("m", "long", { known: 250 })] }, enough)).toEqual(
      again("m"),
    );
    expect(await summaryOf("long")).toMatchObject({ projectionVersion: 1, balance: "249" });
    expect(published()).toEqual([]);
  });

  it("folds on a stream that is merely behind, and is done with it", async () => {
    await leftBehind("behind", historyOf("behind", 250), 1, ledger.projectionVersion);

    expect(await handler({ Records: [message("m", "behind", { known: 250 })] }, enough)).toEqual(
      done,
    );
    expect(await summaryOf("behind")).toMatchObject({ generation: 1, version: 250 });
    expect(published()).toHaveLength(249);
  });

  it("publishes once more what whoever worked on a message before may have left unpublished", async () => {
    await leftBehind("again", historyOf("again"), 4, ledger.projectionVersion);

    expect(await handler({ Records: [message("m", "again")] }, enough)).toEqual(done);
    expect(published()).toEqual([]);
    const Records = [message("m", "again", { receives: 2 })];
    expect(await handler({ Records }, enough)).toEqual(done);
    expect(published()).toEqual(["again 1 0", "again 2 1", "again 3 2", "again 4 3"]);
  });

  it("begins no request before an earlier one of its batch is done with", async () => {
    await leftBehind("first", historyOf("first"));
    await leftBehind("second", historyOf("second"));

    const Records = [message("m1", "first"), message("m2", "first"), message("m3", "second")];
    expect(await handler({ Records }, enough)).toEqual(again("m1", "m2", "m3"));
    expect(await summaryOf("first")).toMatchObject({ projectionVersion: 1 });
    expect(await summaryOf("second")).toMatchObject({ projectionVersion: 0 });
  });

  it("asks for its message again while the tables cannot be reached", async () => {
    await leftBehind("later", historyOf("later"));
    surroundings.tables.failure = { type: "ThrottlingException", message: "slow down" };
    expect(await handler({ Records: [message("m", "later")] }, enough)).toEqual(again("m"));
  });

  it("leaves a stream alone that a later release has written, and the message to that release", async () => {
    await leftBehind("newer", historyOf("newer"), 4, 99);
    expect(await handler({ Records: [message("m", "newer")] }, enough)).toEqual(again("m"));
    expect(await summaryOf("newer")).toMatchObject({ projectionVersion: 99, generation: 1 });
  });

  it("suspends a stream whose event cannot be folded any more", async () => {
    const events = historyOf("stuck");
    await leftBehind("stuck", events);
    await surroundings.record([unreadable(events[2] as StoredEvent) as StoredEvent]);

    expect(await handler({ Records: [message("m", "stuck")] }, enough)).toEqual(done);
    expect(await summaryOf("stuck")).toMatchObject({
      processing: "SUSPENDED",
      projectionVersion: 0,
      version: 4,
      suspension: { version: 3, reason: "UNREADABLE_EVENT" },
    });
  });

  it.each([
    ["an event of another kind", {}],
    [
      "a message that is no request",
      { Records: [{ ...message("m", "savings"), body: "rebuild savings" }] },
    ],
  ])(
    "fails for %s, so that the queue gives it up in the end and an alarm rings",
    async (_, event) => {
      await expect(handler(event, enough)).rejects.toThrow("Not a message of the rebuild queue");
    },
  );
});
