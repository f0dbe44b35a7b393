import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { rebuild as rebuildOf } from "../../cli/commands/rebuild";
import { verifyAll } from "../../cli/commands/verify";
import { rebuildAll, rebuildOne } from "../../cli/rebuilding";
import { ledger } from "../../core/ledger";
import type { StreamId } from "../../core/projection/identifiers";
import { deposit, opening, storedIn, unreadable } from "../core/ledger/requests";
import {
  alterRow,
  contextFor,
  entryOf,
  type Ledger,
  project,
  putEvent,
  putEvents,
  putRow,
  readRow,
  removeRow,
  seed,
  startWorld,
  summaryOf,
  type World,
} from "./world";

const rebuild = rebuildOf(ledger);

let world: World;
let tables: Ledger;

const history = (streamId: string) => storedIn(streamId, opening(), deposit(5), deposit(6));

beforeAll(async () => {
  world = await startWorld();
  tables = world.ledger();
});
afterAll(() => world.stop());

describe("rebuild", () => {
  it("rebuilds accounts whose rows are lost, altered, outdated or behind, and leaves the others alone", async () => {
    for (const id of ["fine", "no-entry", "no-summary", "altered", "old"]) {
      await seed(tables, history(id));
    }
    await putEvents(tables, history("behind"));
    await removeRow(tables, entryOf("no-entry", 2));
    await removeRow(tables, summaryOf("no-summary"));
    await alterRow(tables, summaryOf("altered"), "balance", "1");
    await alterRow(tables, summaryOf("old"), "projectionVersion", 0);

    const outcome = await rebuildAll(contextFor(tables), false);

    expect(outcome).toMatchObject({ untouched: 1, rebuilt: 5, skipped: [], failed: [] });
    const { differing, behind } = await verifyAll(contextFor(tables));
    expect([...differing, ...behind]).toEqual([]);
  });

  it("finds nothing left to do when it is run again", async () => {
    await seed(tables, history("again"));
    await removeRow(tables, entryOf("again", 2));
    await rebuildAll(contextFor(tables), false);

    expect(await rebuildAll(contextFor(tables), false)).toMatchObject({ rebuilt: 0 });
  });

  it("continues after an account that cannot be rebuilt", async () => {
    await seed(tables, history("later"));
    await alterRow(tables, summaryOf("later"), "projectionVersion", 99);
    await seed(tables, history("mendable"));
    await removeRow(tables, entryOf("mendable", 3));

    const { failed, rebuilt } = await rebuildAll(contextFor(tables), false);

    expect(failed).toMatchObject([
      { streamId: "later", error: expect.stringContaining("a later release") },
    ]);
    expect(rebuilt).toBe(1);
    await removeRow(tables, summaryOf("later"));
    expect(await rebuildAll(contextFor(tables), false)).toMatchObject({ rebuilt: 1 });
  });

  it.each([
    ["balance", "much"],
    ["balance", "-5"],
    ["version", "three"],
    ["chainHead", 7],
    ["suspension", "yes"],
  ])("mends a summary that cannot be read, because its %s is %s", async (column, value) => {
    await seed(tables, history("damaged"));
    const before = await readRow(tables, summaryOf("damaged"));
    await alterRow(tables, summaryOf("damaged"), column, value);

    expect(await rebuild.run(contextFor(tables), { account: "damaged" })).toBe(0);

    const generation = Number(before?.generation) + 1;
    expect(await readRow(tables, summaryOf("damaged"))).toEqual({
      ...before,
      generation,
      firstEntry: `entry:1.${generation}:`,
      lastEntry: `entry:1.${generation}:0000000003`,
    });
  });

  it("does not replace an unreadable summary of an account whose events were altered", async () => {
    const all = history("evidence");
    await seed(tables, all);
    await putEvent(tables, { ...all[2], data: { amount: "500" } });
    await alterRow(tables, summaryOf("evidence"), "balance", "much");
    const context = contextFor(tables);

    expect(await rebuild.run(context, { account: "evidence" })).toBe(1);
    expect(context.written()).toContain("event 3 is not the one that was folded");
    expect(await readRow(tables, summaryOf("evidence"))).toMatchObject({ balance: "much" });
  });

  it("skips an account whose events were altered, unless told to trust them", async () => {
    const all = history("tampered");
    await seed(tables, all);
    await putEvent(tables, { ...all[2], data: { amount: "500" } });
    const context = contextFor(tables);

    expect(await rebuild.run(context, { account: "tampered" })).toBe(1);
    expect(context.written()).toContain("event 3 is not the one that was folded");
    expect(await readRow(tables, summaryOf("tampered"))).toMatchObject({ balance: "11" });

    const trusting = { account: "tampered", "trust-events": true };
    expect(await rebuild.run(contextFor(tables), trusting)).toBe(0);
    expect(await readRow(tables, summaryOf("tampered"))).toMatchObject({ balance: "505" });
  });

  it("leaves behind the rows that it has replaced, and asks the rebuilder to remove them", async () => {
    await seed(tables, history("replaced"));
    await putRow(tables, { ...entryOf("replaced", 1), amount: "1" });
    world.requests.length = 0;

    expect(await rebuild.run(contextFor(tables), { account: "replaced" })).toBe(0);

    expect(world.requests).toEqual([{ streamId: "replaced", known: 0 }]);
    expect(await readRow(tables, summaryOf("replaced"))).toMatchObject({
      firstEntry: "entry:1.2:",
      lastEntry: "entry:1.2:0000000003",
    });
    expect(await readRow(tables, entryOf("replaced", 2))).toBeDefined();
    expect(await rebuildAll(contextFor(tables), false)).toMatchObject({ rebuilt: 0 });
  });

  it("reports rows that are not the projection's", async () => {
    await seed(tables, history("stranger"));
    await putRow(tables, { ...entryOf("stranger", 1, 2), amount: "1" });
    const context = contextFor(tables);

    expect(await rebuild.run(context, { account: "stranger" })).toBe(1);
    expect(context.written()).toMatch(
      /^Rebuilt, but these rows are not the projection's:\nstranger\n.*the row entry:1\.2:0000000001 is not of any event\n/,
    );
    expect(context.written()).toContain("Verify again then: look at what is still there");
    await removeRow(tables, entryOf("stranger", 1, 2));
  });

  it("says that the rebuilder removes the replaced rows, where there are any", async () => {
    await seed(tables, history("said"));
    const done = contextFor(tables);
    const nothing = contextFor(tables);

    await rebuild.run(done, { account: "said" });
    await rebuild.run(nothing, { all: true });

    expect(done.written()).toBe(
      "1 account rebuilt, 0 already correct, 0 skipped, 0 failed, 0 suspended.\n" +
        "The rebuilder removes the replaced rows a minute later.\n",
    );
    expect(nothing.written()).toMatch(/0 accounts rebuilt, .* suspended\.\n$/);
  });

  it.each([
    ["one account", { account: "long" }],
    ["all accounts", { all: true }],
  ])("shows progress with every page that it reads while it rebuilds %s", async (_, values) => {
    const amounts = Array.from({ length: 249 }, () => deposit(1));
    await seed(tables, storedIn("long", opening(), ...amounts));
    await alterRow(tables, summaryOf("long"), "balance", "1");
    const context = contextFor(tables);

    await rebuild.run(context, values);

    // Looked at, rebuilt, and looked at again, each in three pages.
    const pages = context.progressed().filter((events) => events === 100);
    expect(pages).toHaveLength(6);
  });

  it("leaves a suspended account suspended as long as its event cannot be folded", async () => {
    const [first, second] = history("stuck");
    await putEvents(tables, [first as object, unreadable(second as never) as object]);
    await project(tables, "stuck");

    const { suspended } = await rebuildOne(contextFor(tables), "stuck" as StreamId, false);

    expect(suspended).toMatchObject([{ streamId: "stuck", version: 2 }]);
  });

  it("reports that there is no such account", async () => {
    await expect(rebuild.run(contextFor(tables), { account: "nobody" })).rejects.toThrow(
      "there is no account nobody",
    );
  });
});
