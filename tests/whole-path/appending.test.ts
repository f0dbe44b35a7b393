import { randomUUID } from "node:crypto";
import { BatchWriteCommand } from "@aws-sdk/lib-dynamodb";
import type { Consumption } from "local-aws";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { trial } from "../trial";
import { type Operator, operatorOf } from "./operator";
import { accountAt, newAccountId, startWorld, type User, type World } from "./world";

let world: World;
let owner: User;
let tables: Operator;
const consumed: Consumption[] = [];

beforeAll(async () => {
  world = await startWorld({ dynamodb: { meter: (use) => consumed.push(use) } });
  owner = await world.signUp();
  tables = operatorOf(world);
});

afterAll(async () => {
  tables?.close();
  await world?.stop();
});

const open = async (): Promise<string> => {
  const accountId = newAccountId();
  await owner.command("openAccount", { accountId, expectedVersion: 0, currency: "EUR" });
  return accountId;
};

describe("appending", () => {
  it("loses nothing and leaves no gap with many writers on one account", async () => {
    const accountId = await open();
    const writers = 8;
    const each = trial(2, 5);
    const commandIds: string[] = [];
    const write = async (): Promise<void> => {
      let version = 1;
      for (let n = 0; n < each; n += 1) {
        const commandId = randomUUID();
        commandIds.push(commandId);
        for (;;) {
          const { event, errorType } = await owner.command("deposit", {
            accountId,
            commandId,
            expectedVersion: version,
            amount: "1",
          });
          if (event !== null) break;
          expect(errorType).toBe("VersionConflict");
          version += 1;
        }
      }
    };
    await Promise.all(Array.from({ length: writers }, write));

    const events = await tables.eventsOf(accountId);
    const last = 1 + writers * each;
    expect(events.map(({ version }) => version)).toEqual(
      Array.from({ length: last }, (_, index) => index + 1),
    );
    expect(
      events
        .slice(1)
        .map(({ commandId }) => commandId)
        .sort(),
    ).toEqual([...commandIds].sort());
    expect(await accountAt(owner, accountId, last)).toMatchObject({
      balance: String(writers * each),
    });
  });

  it("answers a command that is sent twenty times with its one event", async () => {
    const accountId = await open();
    const command = {
      accountId,
      commandId: randomUUID(),
      expectedVersion: 1,
      amount: "25",
      memo: "once",
    };
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => owner.command("deposit", command)),
    );
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
    expect(answers[0]).toMatchObject({ errorType: null, event: { version: 2 } });
    expect(await tables.eventsOf(accountId)).toHaveLength(2);
    expect(await accountAt(owner, accountId, 2)).toMatchObject({ balance: "25" });
  });

  it.each([
    ["another amount", "deposit", { amount: "26" }],
    ["another memo", "deposit", { amount: "25", memo: "twice" }],
    ["another command", "withdraw", { amount: "25" }],
  ] as const)("rejects a commandId that is sent again with %s", async (_, name, input) => {
    const accountId = await open();
    const same = { accountId, commandId: randomUUID(), expectedVersion: 1 };
    await owner.command("deposit", { ...same, amount: "25" });
    expect(await owner.command(name, { ...same, ...input })).toEqual({
      event: null,
      errorType: "VersionConflict",
      field: "commandId",
    });
    expect(await tables.eventsOf(accountId)).toHaveLength(2);
  });

  it("rejects a version that has not been reached, so that there is no gap", async () => {
    const accountId = await open();
    expect(
      await owner.command("deposit", { accountId, expectedVersion: 5, amount: "1" }),
    ).toMatchObject({ errorType: "VersionConflict" });
    expect(await tables.eventsOf(accountId)).toHaveLength(1);
  });
});

describe("the cost of a command", () => {
  const longest = { commandId: "c".repeat(64), memo: "😀".repeat(140), amount: "9".repeat(18) };
  const longAccountId = () => randomUUID().padEnd(64, "x");

  beforeEach(() => {
    consumed.length = 0;
  });

  const units = (table: string, kind: RegExp): number =>
    consumed
      .filter((use) => use.table === table && kind.test(use.operation))
      .reduce((sum, use) => sum + use.units, 0);
  const writes = /^(Put|Update|Delete)Item$|^(BatchWriteItem|TransactWriteItems)$/;
  const reads = /^(Get|BatchGet)Item$|^(Query|Scan)$/;

  /** Puts events into the table as commands would have, up to `length`. */
  const lengthen = async (accountId: string, length: number): Promise<void> => {
    const [first] = await tables.eventsOf(accountId);
    const puts = Array.from({ length: length - 1 }, (_, index) => ({
      PutRequest: {
        Item: {
          ...first,
          version: index + 2,
          type: "DepositRequested",
          schemaVersion: 1,
          commandId: randomUUID(),
          data: { amount: "1" },
        },
      },
    }));
    for (let start = 0; start < puts.length; start += 25) {
      const RequestItems = { [tables.ledger.eventTable]: puts.slice(start, start + 25) };
      await tables.ledger.documents.send(new BatchWriteCommand({ RequestItems }));
    }
    await accountAt(owner, accountId, length);
  };

  it.each([1, 1_000])(
    "is one write unit and one read unit on the event table at a history of %i, and two write units on the read model to fold it",
    async (length) => {
      const accountId = longAccountId();
      await owner.command("openAccount", {
        accountId,
        expectedVersion: 0,
        currency: "EUR",
        name: "😀".repeat(64),
      });
      await lengthen(accountId, length);
      consumed.length = 0;
      const { event } = await owner.command("deposit", {
        accountId,
        expectedVersion: length,
        ...longest,
      });
      expect(event?.version).toBe(length + 1);
      const { eventTable: events, readModel } = tables.ledger;
      expect({ written: units(events, writes), read: units(events, reads) }).toEqual({
        written: 1,
        read: 1,
      });
      await accountAt(owner, accountId, length + 1);
      expect(units(events, reads)).toBe(1);
      expect(units(readModel, writes)).toBe(2);
    },
  );

  it("is one write unit and no read for an opening, and two write units to fold it, the owner's index included", async () => {
    const accountId = longAccountId();
    await owner.command("openAccount", {
      accountId,
      commandId: longest.commandId,
      expectedVersion: 0,
      currency: "EUR",
      name: "😀".repeat(64),
    });
    const { eventTable: events, readModel } = tables.ledger;
    expect({ written: units(events, writes), read: units(events, reads) }).toEqual({
      written: 1,
      read: 0,
    });
    await accountAt(owner, accountId, 1);
    expect(units(readModel, writes)).toBe(2);
  });
});
