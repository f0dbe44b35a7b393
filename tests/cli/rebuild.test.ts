import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { rebuild } from "../../cli/commands/rebuild";
import { verifyAll } from "../../cli/commands/verify";
import type { Ledger } from "../../cli/ledger-tables";
import { rebuildAll, rebuildOne } from "../../cli/rebuilding";
import { deposit, opening, storedIn, unreadable } from "../core/ledger/requests";
import {
  alterRow,
  contextFor,
  entryOf,
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

let world: World;
let ledger: Ledger;

const history = (streamId: string) => storedIn(streamId, opening(), deposit(5), deposit(6));

beforeAll(async () => {
  world = await startWorld();
  ledger = world.ledger();
});
afterAll(() => world.stop());

describe("rebuild", () => {
  it("mends lost and altered rows and what is behind, and leaves the others alone", async () => {
    for (const id of ["fine", "no-entry", "no-summary", "altered", "old"]) {
      await seed(ledger, history(id));
    }
    await putEvents(ledger, history("behind"));
    await removeRow(ledger, entryOf("no-entry", 2));
    await removeRow(ledger, summaryOf("no-summary"));
    await alterRow(ledger, summaryOf("altered"), "balance", "1");
    await alterRow(ledger, summaryOf("old"), "projection", 0);

    const outcome = await rebuildAll(contextFor(ledger), false);

    expect(outcome).toMatchObject({ untouched: 1, rebuilt: 5, refused: [], failed: [] });
    const { differing, behind } = await verifyAll(contextFor(ledger));
    expect([...differing, ...behind]).toEqual([]);
  });

  it("run again, finds nothing left to do", async () => {
    await seed(ledger, history("again"));
    await removeRow(ledger, entryOf("again", 2));
    await rebuildAll(contextFor(ledger), false);

    expect(await rebuildAll(contextFor(ledger), false)).toMatchObject({ rebuilt: 0 });
  });

  it("goes on with the others after an account that cannot be mended", async () => {
    await seed(ledger, history("unreadable"));
    await alterRow(ledger, summaryOf("unreadable"), "balance", "much");
    await seed(ledger, history("mendable"));
    await removeRow(ledger, entryOf("mendable", 3));

    const { failed, rebuilt } = await rebuildAll(contextFor(ledger), false);

    expect(failed).toMatchObject([
      { accountId: "unreadable", error: expect.stringContaining("balance: expected") },
    ]);
    expect(rebuilt).toBe(1);
    await removeRow(ledger, summaryOf("unreadable"));
    expect(await rebuildAll(contextFor(ledger), false)).toMatchObject({ rebuilt: 1 });
  });

  it("does not write over the evidence that an event was altered, unless told to", async () => {
    const all = history("tampered");
    await seed(ledger, all);
    await putEvent(ledger, { ...all[2], data: { amount: "500" } });
    const context = contextFor(ledger);

    expect(await rebuild.run(context, { account: "tampered" })).toBe(1);
    expect(context.written()).toContain("event 3 is not the one that was folded");
    expect(await readRow(ledger, summaryOf("tampered"))).toMatchObject({ balance: "11" });

    const trusting = { account: "tampered", "trust-events": true };
    expect(await rebuild.run(contextFor(ledger), trusting)).toBe(0);
    expect(await readRow(ledger, summaryOf("tampered"))).toMatchObject({ balance: "505" });
  });

  it("tells of rows that a rebuild does not replace", async () => {
    await seed(ledger, history("stranger"));
    await putRow(ledger, { ...entryOf("stranger", 1), amount: "1" });
    const context = contextFor(ledger);

    expect(await rebuild.run(context, { account: "stranger" })).toBe(1);
    expect(context.written()).toContain("the row entry:0000000001 is not of any event");
    await removeRow(ledger, entryOf("stranger", 1));
  });

  it("leaves a suspended account suspended as long as its event cannot be folded", async () => {
    const [first, second] = history("stuck");
    await putEvents(ledger, [first as object, unreadable(second as never) as object]);
    await project(ledger, "stuck");

    const { suspended } = await rebuildOne(contextFor(ledger), "stuck", false);

    expect(suspended).toMatchObject([{ accountId: "stuck", version: 2 }]);
  });

  it("says that there is no such account", async () => {
    await expect(rebuild.run(contextFor(ledger), { account: "nobody" })).rejects.toThrow(
      "there is no account nobody",
    );
  });
});
