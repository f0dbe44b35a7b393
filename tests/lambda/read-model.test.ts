import { type ConsumedCapacity, ReturnConsumedCapacity } from "@aws-sdk/client-dynamodb";
import { DeleteCommand, QueryCommand } from "@aws-sdk/lib-dynamodb";
import * as E from "fp-ts/Either";
import * as O from "fp-ts/Option";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { ledger } from "../../core/ledger";
import type { Account } from "../../core/ledger/account";
import type { Timestamp } from "../../core/projection/envelope";
import type { Generation, StreamId, Version } from "../../core/projection/identifiers";
import type { ReadModel } from "../../core/projection/ports";
import { projectStream } from "../../core/projection/project-stream";
import { emptySummary, type RowSet, type Suspension } from "../../core/projection/summary";
import { dynamoReadModel } from "../../lambda/adapters/read-model";
import { rowsOf } from "../../lambda/adapters/rows";
import {
  closing,
  deposit,
  opening,
  type StoredEvent,
  storedIn,
  withdrawal,
} from "../core/ledger/requests";
import { folded, type Summary, World } from "../core/projection/memory";
import { readModelTable, startTables, type Tables } from "./tables";

let tables: Tables;
let readModel: ReadModel<Account>;

const rows = rowsOf(ledger);

beforeAll(async () => {
  tables = await startTables();
  readModel = dynamoReadModel(tables.documents, readModelTable, rows);
});

afterAll(() => tables.stop());

afterEach(() => {
  tables.failure = undefined;
});

/** All rows under a partition key. */
const rowsUnder = async (pk: string): Promise<Record<string, unknown>[]> => {
  const { Items } = await tables.documents.send(
    new QueryCommand({
      TableName: readModelTable,
      KeyConditionExpression: "pk = :pk",
      ExpressionAttributeValues: { ":pk": pk },
      ConsistentRead: true,
    }),
  );
  return Items ?? [];
};

const suspendedStreams = async () => (await rowsUnder("suspended")).map(({ sk }) => sk);
const entriesOf = async (streamId: string) =>
  (await rowsUnder(`account:${streamId}`)).filter(({ sk }) => sk !== "summary");

const setOf = (projectionVersion: number, generation: number): RowSet => ({
  projectionVersion,
  generation: generation as Generation,
});

const load = (streamId: string) => readModel.load(streamId as StreamId)();
const commit = (loaded: Summary | undefined, next: Summary) =>
  readModel.commit(O.fromNullable(loaded), next)();

const done = E.right(undefined);
const superseded = E.left({ _tag: "Superseded" });

/** The summaries of a stream after each of its events, under a name of its own. */
const summariesOf = (streamId: string) => {
  const events = storedIn(streamId, opening(), deposit(100), withdrawal(30));
  const after = (count: number): Summary => folded(events.slice(0, count), streamId).summary;
  return { one: after(1), two: after(2), three: after(3) };
};

const suspension: Suspension = {
  version: 3 as Version,
  reason: "UNREADABLE_EVENT",
  detail: "…",
  since: "2026-01-01T00:00:00Z" as Timestamp,
};
const suspended = (summary: Summary): Summary => ({
  ...summary,
  suspension: O.some(suspension),
});

describe("a summary", () => {
  it("is absent before its commit, and then loads as it was committed", async () => {
    const { one } = summariesOf("first");
    expect(await load("first")).toEqual(E.right(O.none));
    expect(await commit(undefined, one)).toEqual(done);
    expect(await load("first")).toEqual(E.right(O.some(one)));
  });

  it("replaces the one that was loaded, again and again", async () => {
    const { one, two, three } = summariesOf("moving");
    await commit(undefined, one);
    expect(await commit(one, two)).toEqual(done);
    expect(await commit(two, three)).toEqual(done);
    expect(await load("moving")).toEqual(E.right(O.some(three)));
  });

  it("is not created when another projector has created it", async () => {
    const { one, two } = summariesOf("begun");
    await commit(undefined, one);
    expect(await commit(undefined, two)).toEqual(superseded);
    expect(await load("begun")).toEqual(E.right(O.some(one)));
  });

  it.each([
    ["version", ({ two }: ReturnType<typeof summariesOf>) => two],
    [
      "projection version",
      ({ one }: ReturnType<typeof summariesOf>) => ({ ...one, projectionVersion: 2 }),
    ],
    [
      "generation",
      ({ one }: ReturnType<typeof summariesOf>) => ({ ...one, generation: 2 as Generation }),
    ],
    ["suspension", ({ one }: ReturnType<typeof summariesOf>) => suspended(one)],
    [
      "mark of a rebuild",
      ({ one }: ReturnType<typeof summariesOf>) => ({ ...one, rebuilding: true }),
    ],
  ])("is not replaced when another projector has changed its %s", async (name, changed) => {
    const id = `raced-${name.replaceAll(" ", "-")}`;
    const summaries = summariesOf(id);
    await commit(undefined, summaries.one);
    const theirs = changed(summaries);
    expect(await commit(summaries.one, theirs)).toEqual(done);
    expect(await commit(summaries.one, summaries.three)).toEqual(superseded);
    expect(await commit(summaries.one, suspended(summaries.three))).toEqual(superseded);
    expect(await load(id)).toEqual(E.right(O.some(theirs)));
  });

  it("is replaced by one of many concurrent commits", async () => {
    const { one, two } = summariesOf("contended");
    await commit(undefined, one);
    const results = await Promise.all(Array.from({ length: 10 }, () => commit(one, two)));
    expect(results.filter(E.isRight)).toHaveLength(1);
    expect(results.filter(E.isLeft)).toEqual(Array(9).fill(superseded));
  });

  it("that cannot be read is reported with its stream and its fault", async () => {
    const { one } = summariesOf("broken");
    await commit(undefined, { ...one, chainHead: 7 as unknown as string });
    const found = await load("broken");
    expect(found).toMatchObject(
      E.left({ _tag: "UnreadableSummary", fault: "chainHead: expected string, found 7" }),
    );
  });

  it("that cannot be read is replaced as long as it is still that row", async () => {
    const { one, two } = summariesOf("replaced");
    await commit(undefined, { ...one, chainHead: 7 as unknown as string });
    const found = await load("replaced");
    if (E.isRight(found) || found.left._tag !== "UnreadableSummary") throw new Error("readable");

    expect(await readModel.replaceUnreadable(found.left, two)()).toEqual(done);
    expect(await readModel.replaceUnreadable(found.left, one)()).toEqual(superseded);
    expect(await load("replaced")).toEqual(E.right(O.some(two)));
  });
});

describe("the list of suspended streams", () => {
  it("has a stream for as long as its summary is suspended", async () => {
    const { two, three } = summariesOf("listed");
    await commit(undefined, two);
    expect(await commit(two, suspended(two))).toEqual(done);
    expect(await suspendedStreams()).toContain("listed");
    expect(await load("listed")).toEqual(E.right(O.some(suspended(two))));
    expect(await commit(suspended(two), three)).toEqual(done);
    expect(await suspendedStreams()).not.toContain("listed");
    expect(await load("listed")).toEqual(E.right(O.some(three)));
  });

  it("does not change for a projector that loses the race for the summary", async () => {
    const { two, three } = summariesOf("late");
    await commit(undefined, three);
    expect(await commit(two, suspended(two))).toEqual(superseded);
    expect(await suspendedStreams()).not.toContain("late");
    await commit(three, suspended(three));
    expect(await commit(suspended(two), three)).toEqual(superseded);
    expect(await suspendedStreams()).toContain("late");
  });
});

describe("entries", () => {
  const changesOf = (streamId: string, { set = setOf(1, 1), count = 3 } = {}) => {
    const deposits = Array.from({ length: count - 1 }, (_, i) => deposit(i + 1));
    const events = storedIn(streamId, opening(), ...deposits);
    return folded(events, streamId, set.projectionVersion, set.generation).changes;
  };

  it("are the same however often they are written", async () => {
    const changes = changesOf("again");
    await readModel.saveEntries(changes)();
    const before = await entriesOf("again");
    expect(await readModel.saveEntries(changes)()).toEqual(done);
    expect(await entriesOf("again")).toEqual(before);
    expect(before.map(({ version, balance }) => [version, balance])).toEqual([
      [2, "1"],
      [3, "3"],
    ]);
  });

  it("of every generation and projection version lie beside each other: none is written over", async () => {
    for (const set of [setOf(1, 1), setOf(1, 2), setOf(2, 1), setOf(2, 10)]) {
      expect(await readModel.saveEntries(changesOf("beside", { set }))()).toEqual(done);
    }
    expect((await entriesOf("beside")).map(({ sk }) => sk)).toEqual([
      "entry:1.1:0000000002",
      "entry:1.1:0000000003",
      "entry:1.2:0000000002",
      "entry:1.2:0000000003",
      "entry:2.10:0000000002",
      "entry:2.10:0000000003",
      "entry:2.1:0000000002",
      "entry:2.1:0000000003",
    ]);
  });

  it("are all written, however many there are", async () => {
    expect(await readModel.saveEntries(changesOf("many", { count: 120 }))()).toEqual(done);
    const versions = (await entriesOf("many")).map(({ version }) => version);
    expect(versions).toEqual(Array.from({ length: 119 }, (_, i) => i + 2));
  });
});

describe("what undoes the last events of a summary", () => {
  const undosFrom = async (summary: Summary, first: number) => {
    const undos = await readModel.undosFrom(summary, first as Version)();
    if (E.isLeft(undos)) throw undos.left.cause;
    return undos.right;
  };

  it("comes from the entries of its own set, newest first, and of no later version", async () => {
    const events = storedIn("undone", opening(), deposit(100), withdrawal(500), withdrawal(30));
    for (const generation of [1, 2, 3]) {
      await readModel.saveEntries(folded(events, "undone", 1, generation).changes)();
    }
    const { summary } = folded(events.slice(0, 3), "undone", 1, 2);

    expect(await undosFrom(summary, 1)).toEqual(
      O.some([
        // A declined request changes nothing.
        { version: 3, undo: {} },
        { version: 2, undo: { balance: "0" } },
      ]),
    );
    expect(await undosFrom(summary, 3)).toEqual(O.some([{ version: 3, undo: {} }]));
    const whole = folded(events, "undone", 1, 2).summary;
    expect(await undosFrom(whole, 4)).toEqual(O.some([{ version: 4, undo: { balance: "100" } }]));
  });

  it("is none where it is more than one reading brings, rather than a part of it", async () => {
    const { three } = summariesOf("far");
    const far = { ...three, version: 501 as Version };
    expect(await undosFrom(far, 1)).toEqual(O.none);
    expect(await undosFrom(far, 2)).toEqual(O.some([]));
  });
});

describe("while DynamoDB throttles", () => {
  it("nothing is written, and nothing is reported as a lost race", async () => {
    const { one, two } = summariesOf("throttled");
    await commit(undefined, one);
    tables.failure = { type: "ThrottlingException", message: "slow down" };
    const unavailable = E.left({ _tag: "Unavailable", cause: { name: "ThrottlingException" } });
    expect(await load("throttled")).toMatchObject(unavailable);
    expect(await readModel.undosFrom(one, 1 as Version)()).toMatchObject(unavailable);
    expect(await commit(one, two)).toMatchObject(unavailable);
    expect(await commit(one, suspended(one))).toMatchObject(unavailable);
    expect(
      await readModel.saveEntries(folded(storedIn("throttled", deposit(1)), "throttled").changes)(),
    ).toMatchObject(unavailable);
  });
});

describe("folding one event", () => {
  const longest = "x".repeat(64);
  /** As large as the write path lets an event become; € has three bytes. */
  const largest: StoredEvent[] = storedIn(
    longest,
    opening("EUR", "€".repeat(64)),
    deposit(10n ** 18n - 1n, "€".repeat(140)),
    withdrawal(10n ** 18n - 1n, "€".repeat(140)),
    withdrawal(10n ** 18n - 1n, "€".repeat(140)),
    closing(),
    deposit(10n ** 18n - 1n, "€".repeat(140)),
  ).map((event) => ({ ...event, commandId: longest, owner: longest, actor: longest }));

  /** The write units that the read model's table and its index were billed. */
  const unitsOf = async (act: () => Promise<unknown>): Promise<number> => {
    const billed: ConsumedCapacity[] = [];
    const client = dynamoClientBilling(billed);
    readModel = dynamoReadModel(client, readModelTable, rows);
    await act();
    return billed.reduce((sum, { CapacityUnits = 0 }) => sum + CapacityUnits, 0);
  };

  const dynamoClientBilling = (billed: ConsumedCapacity[]) => {
    const client = tables.another();
    client.middlewareStack.add(
      (next, { commandName }) =>
        async (args) => {
          if (commandName === "GetItemCommand") return next(args);
          const input = { ...args.input, ReturnConsumedCapacity: ReturnConsumedCapacity.TOTAL };
          const result = await next({ ...args, input });
          const { ConsumedCapacity: consumed } = result.output as {
            ConsumedCapacity?: ConsumedCapacity | ConsumedCapacity[];
          };
          billed.push(...[consumed ?? []].flat());
          return result;
        },
      { step: "initialize" },
    );
    return client;
  };

  /** Folds the largest events one by one. Answers with the write units of each. */
  const unitsOfEach = async (projectionVersion: number): Promise<number[]> => {
    const units: number[] = [];
    for (const event of largest) {
      const project = () =>
        projectStream<Account>(longest as StreamId, [{ version: event.version, stored: event }])({
          ...new World().environment({ projectionVersion }),
          readModel,
        })();
      units.push(await unitsOf(async () => expect(await project()).toEqual(done)));
    }
    expect(await load(longest)).toMatchObject(
      E.right(
        O.some({
          version: largest.length,
          suspension: O.none,
          opened: O.some({ state: { status: "CLOSED" } }),
        }),
      ),
    );
    return units;
  };

  afterEach(async () => {
    for (const { pk, sk } of await rowsUnder(`account:${longest}`)) {
      await tables.documents.send(
        new DeleteCommand({ TableName: readModelTable, Key: { pk, sk } }),
      );
    }
  });

  it("costs two write units on the read model, the very first included", async () => {
    expect(await unitsOfEach(1)).toEqual([2, 2, 2, 2, 2, 2]);
  });

  it("costs the same after a hundred thousand rebuilds, in the thousandth projection version", async () => {
    const before: Summary = emptySummary(longest as StreamId, 1_000, 100_000 as Generation);
    await commit(undefined, before);
    expect(await unitsOfEach(1_000)).toEqual([2, 2, 2, 2, 2, 2]);
    expect(await load(longest)).toMatchObject(
      E.right(O.some({ projectionVersion: 1_000, generation: 100_000 })),
    );
  });
});
