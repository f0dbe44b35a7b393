import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { resume as resumeOf } from "../../cli/commands/resume";
import { suspended as suspendedOf } from "../../cli/commands/suspended";
import { ledger } from "../../core/ledger";
import { deposit, opening, storedIn, unreadable } from "../core/ledger/requests";
import {
  contextFor,
  type Ledger,
  project,
  putEvents,
  readRow,
  startWorld,
  summaryOf,
  type World,
} from "./world";

const suspended = suspendedOf(ledger);
const resume = resumeOf(ledger);

let world: World;
let tables: Ledger;

beforeAll(async () => {
  world = await startWorld();
  tables = world.ledger();
});
afterAll(() => world.stop());

async function listed() {
  const context = contextFor(tables, true);
  await suspended.run(context, {});
  return JSON.parse(context.written());
}

async function resumed(account: string) {
  const context = contextFor(tables);
  return { code: await resume.run(context, { account }), text: context.written() };
}

describe("suspended and resume", () => {
  it("report that no account is suspended", async () => {
    const context = contextFor(tables);

    expect(await suspended.run(context, {})).toBe(0);
    expect(context.written()).toBe("No account is suspended.\n");
  });

  it("list a suspended account, and resume it once its event is repaired", async () => {
    const events = storedIn("savings", opening(), deposit(1), deposit(2), deposit(3));
    await putEvents(tables, events);
    await putEvents(tables, [unreadable(events[1] as never) as object]);
    await project(tables, "savings");

    expect(await listed()).toMatchObject([
      { accountId: "savings", version: 2, reason: "UNREADABLE_EVENT" },
    ]);
    expect(await resumed("savings")).toMatchObject({
      code: 1,
      text: expect.stringContaining("savings is suspended again, before event 2: UNREADABLE_EVENT"),
    });

    await putEvents(tables, [events[1] as object]);
    expect(await resumed("savings")).toEqual({
      code: 0,
      text: "savings was resumed and is at version 4.\n",
    });
    expect(await listed()).toEqual([]);
    expect(await readRow(tables, summaryOf("savings"))).toMatchObject({ balance: "6" });
  });

  it("leave an account alone that is not suspended", async () => {
    expect(await resumed("savings")).toEqual({
      code: 0,
      text: "savings is not suspended; it is at version 4.\n",
    });
  });

  it("report that there is no such account", async () => {
    await expect(resumed("nobody")).rejects.toThrow("there is no account nobody");
  });
});
