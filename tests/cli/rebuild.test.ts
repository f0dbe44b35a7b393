import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { reproject } from "../../cli/commands/rebuild";
import { verifyAll } from "../../cli/commands/verify";
import type { Ledger } from "../../cli/ledger-tables";
import { reprojectAll, reprojectOne } from "../../cli/rebuilding";
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

describe("reproject", () => {
  it("mends lost and altered rows and what is behind, and leaves the others alone", async () => {
    for (const id of ["fine", "no-entry", "no-summary", "altered", "old"]) {
      await seed(ledger, history(id));
    }
    await putEvents(ledger, history("behind"));
    await removeRow(ledger, entryOf("no-entry", 2));
    await removeRow(ledger, summaryOf("no-summary"));
    await alterRow(ledger, summaryOf("altered"), "balance", "1");
    await alterRow(ledger, summaryOf("old"), "projection", 0);

    const outcome = await reprojectAll(contextFor(ledger), false);

    expect(outcome).toMatchObject({ untouched: 1, refolded: 5, refused: [], failed: [] });
    const { differing, behind } = await verifyAll(contextFor(ledger));
    expect([...differing, ...behind]).toEqual([]);
  });

  it("run again, finds nothing left to do", async () => {
    await seed(ledger, history("again"));
    await removeRow(ledger, entryOf("again", 2));
    await reprojectAll(contextFor(ledger), false);

    expect(await reprojectAll(contextFor(ledger), false)).toMatchObject({ refolded: 0 });
  });

  it("goes on with the others after an account that cannot be mended", async () => {
    await seed(ledger, history("unreadable"));
    await alterRow(ledger, summaryOf("unreadable"), "balance", "much");
    await seed(ledger, history("mendable"));
    await removeRow(ledger, entryOf("mendable", 3));

    const { failed, refolded } = await reprojectAll(contextFor(ledger), false);

    expect(failed).toMatchObject([
      { accountId: "unreadable", error: expect.stringContaining("balance: expected") },
    ]);
    expect(refolded).toBe(1);
    await removeRow(ledger, summaryOf("unreadable"));
    expect(await reprojectAll(contextFor(ledger), false)).toMatchObject({ refolded: 1 });
  });

  it("does not write over the evidence that an event was altered, unless told to", async () => {
    const all = history("tampered");
    await seed(ledger, all);
    await putEvent(ledger, { ...all[2], data: { amount: "500" } });
    const context = contextFor(ledger);

    expect(await reproject.run(context, { account: "tampered" })).toBe(1);
    expect(context.written()).toContain("event 3 is not the one that was folded");
    expect(await readRow(ledger, summaryOf("tampered"))).toMatchObject({ balance: "11" });

    const trusting = { account: "tampered", "trust-events": true };
    expect(await reproject.run(contextFor(ledger), trusting)).toBe(0);
    expect(await readRow(ledger, summaryOf("tampered"))).toMatchObject({ balance: "505" });
  });

  it("tells of rows that a refold does not replace", async () => {
    await seed(ledger, history("stranger"));
    await putRow(ledger, { ...entryOf("stranger", 1), amount: "1" });
    const context = contextFor(ledger);

    expect(await reproject.run(context, { account: "stranger" })).toBe(1);
    expect(context.written()).toContain("the row entry:0000000001 is not of any event");
    await removeRow(ledger, entryOf("stranger", 1));
  });

  it("leaves a held account held as long as its event cannot be folded", async () => {
    const [first, second] = history("stuck");
    await putEvents(ledger, [first as object, unreadable(second as never) as object]);
    await project(ledger, "stuck");

    const { held } = await reprojectOne(contextFor(ledger), "stuck", false);

    expect(held).toMatchObject([{ accountId: "stuck", version: 2 }]);
  });

  it("says that there is no such account", async () => {
    await expect(reproject.run(contextFor(ledger), { account: "nobody" })).rejects.toThrow(
      "there is no account nobody",
    );
  });
});
