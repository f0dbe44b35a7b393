import { PutCommand, QueryCommand } from "@aws-sdk/lib-dynamodb";
import * as E from "fp-ts/Either";
import * as O from "fp-ts/Option";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { ledger } from "../../core/ledger";
import type { Account } from "../../core/ledger/account";
import type { Timestamp } from "../../core/projection/envelope";
import type { StreamId } from "../../core/projection/identifiers";
import type { Rebuild, RebuildStore, StoredRebuild } from "../../core/projection/ports";
import { dynamoReadModel } from "../../lambda/adapters/read-model";
import { dynamoRebuildStore } from "../../lambda/adapters/rebuild-store";
import { rowsOf } from "../../lambda/adapters/rows";
import { deposit, opening, storedIn } from "../core/ledger/requests";
import { folded, type Summary } from "../core/projection/memory";
import { readModelTable, startTables, type Tables } from "./tables";

let tables: Tables;
let rebuilds: RebuildStore<Account>;
let streams = 0;
let id: StreamId;

const rows = rowsOf(ledger);

beforeAll(async () => {
  tables = await startTables();
  rebuilds = dynamoRebuildStore(tables.documents, readModelTable, rows);
});

afterAll(() => tables.stop());

/** Each test has a stream of its own. */
const newStream = (): StreamId => {
  streams += 1;
  id = `stream-${streams}` as StreamId;
  return id;
};

afterEach(() => {
  tables.failure = undefined;
});

const eventsOf = (streamId: string, count = 3) =>
  storedIn(streamId, opening(), ...Array.from({ length: count - 1 }, () => deposit(1)));

const summaryAt = (version: number, generation = 2): Summary =>
  folded(eventsOf(id, version), id, 1, generation).summary;

const rebuildAt = (version: number, generation = 2): Rebuild<Account> => ({
  folded: summaryAt(version, generation),
  replacedAt: O.none,
});

const replaced: O.Option<Timestamp> = O.some("2026-01-01T00:00:00.000Z" as Timestamp);

const done = E.right(undefined);
const superseded = E.left({ _tag: "Superseded" });

const put = (sk: string, columns: object = {}) =>
  tables.documents.send(
    new PutCommand({
      TableName: readModelTable,
      Item: { pk: rows.partition(id), sk, ...columns },
    }),
  );

const load = async (): Promise<O.Option<StoredRebuild<Account>>> => {
  const loaded = await rebuilds.load(id)();
  if (E.isLeft(loaded)) throw loaded.left.cause;
  return loaded.right;
};

const loadRow = async () => O.toNullable(await load())?.row ?? {};

const keys = async (): Promise<unknown[]> => {
  const { Items = [] } = await tables.documents.send(
    new QueryCommand({
      TableName: readModelTable,
      KeyConditionExpression: "pk = :pk",
      ExpressionAttributeValues: { ":pk": rows.partition(id) },
      ConsistentRead: true,
    }),
  );
  return Items.map(({ sk }) => sk);
};

describe("the progress of a rebuild", () => {
  it("is absent before it has begun, and then loads as it was saved", async () => {
    newStream();
    expect(await load()).toEqual(O.none);
    expect(await rebuilds.save(O.none, rebuildAt(1))()).toMatchObject(
      E.right({ rebuild: rebuildAt(1) }),
    );
    expect(O.toNullable(await load())?.rebuild).toEqual(O.some(rebuildAt(1)));
  });

  it("is saved again and again, each time in the place of what was saved before", async () => {
    newStream();
    let found: O.Option<object> = O.none;
    for (const next of [
      rebuildAt(1),
      rebuildAt(2),
      rebuildAt(3),
      { ...rebuildAt(3), replacedAt: replaced },
    ]) {
      const saved = await rebuilds.save(found as O.Option<never>, next)();
      if (E.isLeft(saved)) throw new Error(saved.left._tag);
      found = O.some(saved.right.row);
      expect(O.toNullable(await load())?.rebuild).toEqual(O.some(next));
    }
  });

  it("is not begun where somebody has begun it", async () => {
    newStream();
    await rebuilds.save(O.none, rebuildAt(1))();
    expect(await rebuilds.save(O.none, rebuildAt(2))()).toEqual(superseded);
    expect(O.toNullable(await load())?.rebuild).toEqual(O.some(rebuildAt(1)));
  });

  it.each([
    ["has come further", () => rebuildAt(2)],
    ["has begun anew", () => rebuildAt(1, 3)],
    ["has found the summary replaced", () => ({ ...rebuildAt(1), replacedAt: replaced })],
    [
      "is of another release",
      () => ({ ...rebuildAt(1), folded: { ...summaryAt(1), projectionVersion: 2 } }),
    ],
  ])("is neither saved nor ended where another rebuilder %s", async (_, theirs) => {
    newStream();
    await rebuilds.save(O.none, rebuildAt(1))();
    const mine = await loadRow();
    expect(await rebuilds.save(O.some(mine), theirs())()).toMatchObject({ _tag: "Right" });

    expect(await rebuilds.save(O.some(mine), rebuildAt(3))()).toEqual(superseded);
    expect(await rebuilds.end(id, mine)()).toEqual(superseded);
    expect(O.toNullable(await load())?.rebuild).toEqual(O.some(theirs()));
  });

  it("is not saved where another rebuilder has ended it", async () => {
    newStream();
    await rebuilds.save(O.none, rebuildAt(1))();
    const mine = await loadRow();
    expect(await rebuilds.end(id, mine)()).toEqual(done);

    expect(await rebuilds.save(O.some(mine), rebuildAt(2))()).toEqual(superseded);
    expect(await rebuilds.end(id, mine)()).toEqual(superseded);
    expect(await load()).toEqual(O.none);
  });

  it.each([
    ["has no columns but its key", {}],
    ["has columns of other types", { generation: "two", projectionVersion: null, version: [1] }],
    ["is of a time that is none", { replacedAt: 7, folded: {} }],
  ])("that %s is found, and can be begun anew", async (_, columns) => {
    newStream();
    await put("rebuild", columns);
    const found = O.toNullable(await load());
    expect(found?.rebuild).toEqual(O.none);

    expect(await rebuilds.save(O.some(found?.row ?? {}), rebuildAt(1))()).toMatchObject({
      _tag: "Right",
    });
    expect(await rebuilds.save(O.some(found?.row ?? {}), rebuildAt(2))()).toEqual(superseded);
    expect(O.toNullable(await load())?.rebuild).toEqual(O.some(rebuildAt(1)));
  });
});

describe("the rows that a rebuild has replaced", () => {
  const otherRows = async (summary: Summary): Promise<readonly string[]> => {
    const found = await rebuilds.otherRows(summary)();
    if (E.isLeft(found)) throw found.left.cause;
    return found.right;
  };

  /** Removes them page by page, and answers with their keys. */
  const removeAll = async (summary: Summary): Promise<readonly string[]> => {
    const removed: string[] = [];
    for (;;) {
      const page = await otherRows(summary);
      if (page.length === 0) return removed;
      removed.push(...page);
      expect(await rebuilds.removeRows(id, page)()).toEqual(done);
    }
  };

  const saveStream = async (summary: Summary, projectionVersion = 1) => {
    const { changes } = folded(
      eventsOf(id, summary.version),
      id,
      projectionVersion,
      summary.generation,
    );
    await dynamoReadModel(tables.documents, readModelTable, rows).saveEntries(changes)();
  };

  const summarised = async (summary: Summary): Promise<void> => {
    const { pk: _, sk, ...columns } = rows.summary(summary);
    await put(String(sk), columns);
  };

  it("are the entries of every other generation and projection version", async () => {
    newStream();
    const current = summaryAt(3, 2);
    await summarised(current);
    for (const generation of [1, 2, 3, 20]) await saveStream(summaryAt(3, generation));
    await saveStream(summaryAt(3, 2), 2);
    await saveStream(summaryAt(3, 2), 10);
    await rebuilds.save(O.none, rebuildAt(3))();

    expect(new Set(await removeAll(current))).toEqual(
      new Set(
        ["1.1", "1.3", "1.20", "2.2", "10.2"].flatMap((set) => [
          `entry:${set}:0000000002`,
          `entry:${set}:0000000003`,
        ]),
      ),
    );
    expect(await keys()).toEqual([
      "entry:1.2:0000000002",
      "entry:1.2:0000000003",
      "rebuild",
      "summary",
    ]);
  });

  it.each([
    [1, 10],
    [10, 1],
  ])(
    "of generation %i are told from those of generation %i, whose keys begin alike",
    async (current, other) => {
      newStream();
      await saveStream(summaryAt(2, current));
      await saveStream(summaryAt(2, other));

      expect(await removeAll(summaryAt(2, current))).toEqual([`entry:1.${other}:0000000002`]);
      expect(await keys()).toEqual([`entry:1.${current}:0000000002`]);
    },
  );

  it("are also rows under any key that the projection never writes, beside the entries of the summary's own set", async () => {
    newStream();
    const strays = [
      "!",
      "entry:",
      "entry:0000000002",
      "entry:1.2",
      "entry:1.2;",
      "s",
      "summary2",
      "~",
    ];
    await summarised(summaryAt(2));
    await saveStream(summaryAt(2));
    for (const stray of strays) await put(stray, { owner: "mallory" });
    await put("entry:1.2:x");

    expect((await removeAll(summaryAt(2))).toSorted()).toEqual(strays.toSorted());
    expect(await keys()).toEqual(["entry:1.2:0000000002", "entry:1.2:x", "summary"]);
  });

  it("are found page by page, however many there are", async () => {
    newStream();
    await saveStream(summaryAt(600, 1));
    await saveStream(summaryAt(600, 3));
    await saveStream(summaryAt(2, 2));
    await summarised(summaryAt(2, 2));

    const first = await otherRows(summaryAt(2, 2));
    expect(first.length).toBeLessThan(600);
    expect(await removeAll(summaryAt(2, 2))).toHaveLength(2 * 599);
    expect(await keys()).toEqual(["entry:1.2:0000000002", "summary"]);
  });

  it("are none of another stream", async () => {
    newStream();
    await saveStream(summaryAt(2, 1));
    const other = summaryAt(2, 1);
    newStream();
    await saveStream(summaryAt(2, 2));

    expect(await otherRows(summaryAt(2, 2))).toEqual([]);
    id = other.streamId;
    expect(await keys()).toEqual(["entry:1.1:0000000002"]);
  });
});

describe("while DynamoDB throttles", () => {
  it("nothing is reported as a lost race", async () => {
    newStream();
    await rebuilds.save(O.none, rebuildAt(1))();
    const row = await loadRow();
    tables.failure = { type: "ThrottlingException", message: "slow down" };
    const unavailable = E.left({ _tag: "Unavailable", cause: { name: "ThrottlingException" } });

    expect(await rebuilds.load(id)()).toMatchObject(unavailable);
    expect(await rebuilds.save(O.some(row), rebuildAt(2))()).toMatchObject(unavailable);
    expect(await rebuilds.otherRows(summaryAt(1))()).toMatchObject(unavailable);
    expect(await rebuilds.removeRows(id, ["x"])()).toMatchObject(unavailable);
    expect(await rebuilds.end(id, row)()).toMatchObject(unavailable);
  });
});
