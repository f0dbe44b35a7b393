import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { exportAccount } from "../../cli/commands/export";
import type { Ledger } from "../../cli/ledger-tables";
import { deposit, opening, storedIn, withdrawal } from "../core/ledger/requests";
import { contextFor, putEvents, seed, startWorld, type World } from "./world";

let world: World;
let ledger: Ledger;

const memo = 'rent, "May"\nand June';
const events = storedIn("savings", opening(), deposit(500, memo), withdrawal(900), deposit(1));

beforeAll(async () => {
  world = await startWorld();
  ledger = world.ledger();
  await seed(ledger, events.slice(0, 3));
  await putEvents(ledger, events.slice(3));
});
afterAll(() => world.stop());

async function exported(json: boolean): Promise<string> {
  const context = contextFor(ledger, json);
  expect(await exportAccount.run(context, { account: "savings" })).toBe(0);
  return context.written();
}

describe("export", () => {
  it("writes a line of CSV for every event, with what came of it", async () => {
    const [names, openingLine, first, ...rest] = (await exported(false)).split("\r\n");

    expect(names).toBe(
      "version,recordedAt,type,schemaVersion,commandId,owner,actor,data,outcome,reason,amount,memo,balance,hash",
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
    await seed(ledger, long);
    const context = contextFor(ledger, true);
    await exportAccount.run(context, { account: "long" });

    const { history } = JSON.parse(context.written());
    expect(history.map(({ event }: { event: { version: number } }) => event.version)).toEqual(
      long.map(({ version }) => version),
    );
    expect(history[230].entry.balance).toBe("230");
  });

  it("knows no account without rows", async () => {
    const nobody = exportAccount.run(contextFor(ledger), { account: "nobody" });

    await expect(nobody).rejects.toThrow("there is no account nobody");
  });
});
