import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { exportStream } from "../../cli/commands/export";
import { suspended } from "../../cli/commands/suspended";
import { verifyAll } from "../../cli/commands/verify";
import { rebuildAll } from "../../cli/rebuilding";
import { ledger } from "../../core/ledger";
import { deposit, opening, storedIn } from "../core/ledger/requests";
import { contextFor, type Ledger, putEvents, seed, startWorld, type World } from "./world";

// Items that somebody has written past the API, beside an account that is as it should be.

let world: World;
let tables: Ledger;

beforeAll(async () => {
  world = await startWorld();
  tables = world.ledger();
  await seed(tables, storedIn("healthy", opening(), deposit(1)));
});
afterAll(() => world.stop());

const huge = "x".repeat(390_000);
const [first, second] = storedIn("any", opening(), deposit(1)) as [object, object];

const malformed: ReadonlyArray<readonly [string, string, readonly object[]]> = [
  ["an id too long for a sort key", "x".repeat(1_500), [first]],
  ["an id too long for a partition key of the read model", "é".repeat(1_024), [first]],
  ["an id that looks like a hash", `sha256:${"0".repeat(64)}`, [first]],
  ["an owner that fills an item", "owner", [{ ...first, owner: huge }]],
  ["an owner too long for the index", "indexed", [{ ...first, owner: "x".repeat(3_000) }]],
  ["another owner that fills an item", "stolen", [first, { ...second, owner: huge }]],
  ["an actor that fills an item", "actor", [first, { ...second, actor: huge }]],
  ["a type that fills an item", "type", [{ ...first, type: huge }]],
];

describe("a malformed stream", () => {
  it.each(malformed)("with %s is suspended, and stops nobody's work", async (_, id, events) => {
    await putEvents(
      tables,
      events.map((event) => ({ ...event, streamId: id })),
    );

    const rebuilt = await rebuildAll(contextFor(tables), false);
    const report = await verifyAll(contextFor(tables));
    const context = contextFor(tables, true);

    expect(rebuilt.failed).toEqual([]);
    expect(report).toMatchObject({ differing: [], behind: [], unread: [] });
    expect(await suspended(ledger).run(context, {})).toBe(0);
    const listed = JSON.parse(context.written());
    expect(listed.map(({ accountId }: { accountId: string }) => accountId)).toContain(id);
  });

  it("of more than a page of fractional versions ends its export, with the events after them", async () => {
    await seed(tables, storedIn("halves", opening(), deposit(1), deposit(2)));
    await putEvents(
      tables,
      Array.from({ length: 250 }, (_, n) => ({ streamId: "halves", version: 2 + (n + 1) / 1_000 })),
    );
    const context = contextFor(tables);

    expect(await exportStream(ledger).run(context, { account: "halves" })).toBe(0);
    expect(context.written()).toContain("\r\n3,2026-");
  });
});
