import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { exportStream } from "../../cli/commands/export";
import { ledger } from "../../core/ledger";
import { deposit, opening, storedIn, withdrawal } from "../core/ledger/requests";
import { contextFor, type Ledger, putEvents, seed, startWorld, type World } from "./world";

const exportAccount = exportStream(ledger);

let world: World;
let tables: Ledger;

const memo = 'rent, "May"\nand June';
const events = storedIn("savings", opening(), deposit(500, memo), withdrawal(900), deposit(1));

beforeAll(async () => {
  world = await startWorld();
  tables = world.ledger();
  await seed(tables, events.slice(0, 3));
  await putEvents(tables, events.slice(3));
});
afterAll(() => world.stop());

async function exported(json: boolean): Promise<string> {
  const context = contextFor(tables, json);
  expect(await exportAccount.run(context, { account: "savings" })).toBe(0);
  return context.written();
}

describe("export", () => {
  it("writes a line of CSV for every event, with its entry", async () => {
    const [names, openingLine, first, ...rest] = (await exported(false)).split("\r\n");

    expect(names).toBe(
      "version,recordedAt,type,schemaVersion,commandId,owner,actor,actorReason,data,outcome,reason,amount,memo,balance,hash",
    );
    expect(openingLine).toMatch(/^1,2026-.*,"{""currency"":""EUR"",""name"":""Savings""}",,,,,,$/);
    expect(first).toContain(',POSTED,,500,"rent, ""May""\nand June",500,');
    expect(rest[0]).toContain(",DECLINED,INSUFFICIENT_FUNDS,900,,500,");
    expect(rest[1]).toMatch(/"{""amount"":""1""}",,,,,,$/);
    expect(rest.slice(2)).toEqual([""]);
  });

  it("writes one JSON document with the summary and every event beside its entry", async () => {
    const document = JSON.parse(await exported(true));

    expect(document.account).toMatchObject({ balance: "500", version: 3 });
    expect(document.history.map(({ event }: { event: unknown }) => event)).toEqual(events);
    expect(document.history[0].entry).toBeNull();
    expect(document.history[1].entry).toMatchObject({ outcome: "POSTED", memo });
    expect(document.history[3].entry).toBeNull();
  });

  it("writes the whole of a history of several pages", async () => {
    const long = storedIn("long", opening(), ...Array.from({ length: 230 }, () => deposit(1)));
    await seed(tables, long);
    const context = contextFor(tables, true);
    await exportAccount.run(context, { account: "long" });

    const { history } = JSON.parse(context.written());
    expect(history.map(({ event }: { event: { version: number } }) => event.version)).toEqual(
      long.map(({ version }) => version),
    );
    expect(history[230].entry.balance).toBe("230");
  });

  it("leaves out an item whose key is no version of an event", async () => {
    await seed(tables, storedIn("halves", opening(), deposit(1), deposit(2)));
    await putEvents(tables, [{ streamId: "halves", version: 2.5, type: "Forged" }]);
    const context = contextFor(tables);
    await exportAccount.run(context, { account: "halves" });

    expect(context.written()).not.toContain("Forged");
    expect(context.written()).toContain("\r\n3,2026-");
  });

  it("reports that there is no such account", async () => {
    const nobody = exportAccount.run(contextFor(tables), { account: "nobody" });

    await expect(nobody).rejects.toThrow("there is no account nobody");
  });
});
