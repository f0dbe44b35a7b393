import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { resume as resumeOf } from "../../cli/commands/resume";
import { suspended as suspendedOf } from "../../cli/commands/suspended";
import { ledger } from "../../core/ledger";
import type { Account } from "../../core/ledger/account";
import type { StreamId } from "../../core/projection/identifiers";
import { rebuildStream } from "../../core/projection/rebuild-stream";
import { deposit, opening, storedIn, unreadable } from "../core/ledger/requests";
import {
  contextFor,
  type Ledger,
  project,
  putEvents,
  putRow,
  readRow,
  removeRow,
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

  it("say that the rebuilder folds the rest where a resume has no time for it", async () => {
    const events = storedIn("long", opening(), ...Array.from({ length: 249 }, () => deposit(1)));
    await putEvents(tables, [events[0] as object, unreadable(events[1] as never) as object]);
    await project(tables, "long");
    await putEvents(tables, events.slice(1));
    world.requests.length = 0;
    const context = contextFor({
      ...tables,
      environment: { ...tables.environment, hasTime: () => false },
    });

    expect(await resume.run(context, { account: "long" })).toBe(0);
    expect(context.written()).toBe(
      "long was resumed and is at version 101. The rebuilder folds the rest of its events.\n",
    );
    expect(world.requests).toMatchObject([{ streamId: "long" }]);

    const again = contextFor(tables, true);
    expect(await resume.run(again, { account: "long" })).toBe(0);
    expect(JSON.parse(again.written())).toMatchObject({ version: 250, leftToRebuilder: false });
  });

  it("do not mention the rebuilder where it has nothing left to fold", async () => {
    const events = storedIn("passed", opening(), deposit(1), deposit(2));
    await putEvents(tables, events);
    await project(tables, "passed");
    await putEvents(tables, [unreadable(events[1] as never) as object]);
    await rebuildStream<Account>("passed" as StreamId)(tables.environment)();
    expect(await resumed("passed")).toMatchObject({ code: 1 });
    await putEvents(tables, [events[1] as object]);
    world.requests.length = 0;

    expect(await resumed("passed")).toEqual({
      code: 0,
      text: "passed was resumed and is at version 3.\n",
    });
    // It has rows to remove.
    expect(world.requests).toMatchObject([{ streamId: "passed" }]);
  });

  it("resume all suspended accounts after a deployment, and leave exit code 1 where one stays suspended", async () => {
    const histories = ["red", "green", "blue"].map((id) => storedIn(id, opening(), deposit(1)));
    for (const events of histories) {
      await putEvents(tables, [events[0] as object, unreadable(events[1] as never) as object]);
      await project(tables, String(events[0]?.streamId));
    }
    await putEvents(tables, [histories[0]?.[1] as object, histories[2]?.[1] as object]);
    const partly = contextFor(tables);
    const partlyCode = await resume.run(partly, { all: true });
    await putEvents(tables, [histories[1]?.[1] as object]);
    const fully = contextFor(tables);

    expect(partlyCode).toBe(1);
    expect(partly.written().split("\n").sort()).toEqual([
      "",
      "blue was resumed and is at version 2.",
      expect.stringContaining("green is suspended again, before event 2"),
      "red was resumed and is at version 2.",
    ]);
    expect(await resume.run(fully, { all: true })).toBe(0);
    expect(fully.written()).toBe("green was resumed and is at version 2.\n");
    expect(await listed()).toEqual([]);
  });

  it("show every row that can be read, and those that cannot with exit code 1", async () => {
    const events = storedIn("shown", opening(), deposit(1));
    await putEvents(tables, [events[0] as object, unreadable(events[1] as never) as object]);
    await project(tables, "shown");
    await putRow(tables, { pk: "suspended", sk: "damaged", accountId: "damaged", version: "x" });
    const context = contextFor(tables);

    expect(await suspended.run(context, {})).toBe(1);
    expect(context.written()).toContain("shown: suspended before event 2");
    expect(context.written()).toContain("damaged: listed as suspended, but its row cannot be read");
    await removeRow(tables, { pk: "suspended", sk: "damaged" });
  });

  it("say that there is no such account", async () => {
    await expect(resumed("nobody")).rejects.toThrow("there is no account nobody");
  });
});
