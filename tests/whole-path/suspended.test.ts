import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { resume } from "../../cli/commands/resume";
import { suspended } from "../../cli/commands/suspended";
import { type Operator, operatorOf } from "./operator";
import { accountAt, eventually, newAccountId, startWorld, type User, type World } from "./world";

let world: World;
let owner: User;
let operator: User;
let tables: Operator;

beforeAll(async () => {
  world = await startWorld();
  owner = await world.signUp();
  operator = await world.signUp("operators");
  tables = operatorOf(world);
});

afterAll(async () => {
  tables?.close();
  await world?.stop();
});

const open = async (): Promise<string> => {
  const accountId = newAccountId();
  await owner.command("openAccount", { accountId, expectedVersion: 0, currency: "EUR" });
  await owner.command("deposit", { accountId, expectedVersion: 1, amount: "100" });
  await accountAt(owner, accountId, 2);
  return accountId;
};

/** Writes an event that no template would have written, in the place after version 2. */
const poison = async (accountId: string): Promise<Record<string, unknown>> => {
  const [, last] = await tables.eventsOf(accountId);
  const good = { ...last, version: 3, commandId: randomUUID(), data: { amount: "5" } };
  await tables.writeEvent({ ...good, data: { amount: "five" } });
  return good;
};

const processingOf = async (accountId: string) => (await accountAt(owner, accountId, 0)).processing;

const untilSuspended = (accountId: string): Promise<true> =>
  eventually(async () => ((await processingOf(accountId)) === "SUSPENDED" ? true : undefined));

const suspendedStreams = async (user: User) => {
  const { data, errors } = await user.ask<{
    suspendedStreams: { items: { accountId: string; version: number; reason: string }[] } | null;
  }>(
    "{ suspendedStreams(limit: 100) { items { accountId version reason detail since } nextToken } }",
  );
  return { items: data?.suspendedStreams?.items, errors };
};

const resumeByGraphql = (user: User, accountId: string) =>
  user.ask<{ resumeStream: Record<string, unknown> | null }>(
    `mutation Resume($accountId: ID!) {
      resumeStream(accountId: $accountId) { accountId version processing reason detail }
    }`,
    { accountId },
  );

describe("an event that cannot be folded", () => {
  it("suspends its own account, whose last balance stays readable, while others are folded", async () => {
    const poisoned = await open();
    const other = await open();
    await poison(poisoned);
    await untilSuspended(poisoned);
    await owner.command("deposit", { accountId: poisoned, expectedVersion: 3, amount: "7" });
    for (let version = 2; version < 22; version += 1) {
      await owner.command("deposit", { accountId: other, expectedVersion: version, amount: "1" });
    }
    expect(await accountAt(owner, other, 22)).toMatchObject({ balance: "120" });
    expect(await accountAt(owner, poisoned, 0)).toMatchObject({
      balance: "100",
      version: 2,
      processing: "SUSPENDED",
    });
  });

  it("is listed for operators alone, by GraphQL and by the command line", async () => {
    const accountId = await open();
    await poison(accountId);
    await untilSuspended(accountId);
    const suspension = {
      accountId,
      version: 3,
      reason: "UNREADABLE_EVENT",
      detail: 'data.amount: expected Amount, found "five"',
      since: expect.stringMatching(/^\d{4}-/),
    };
    expect((await suspendedStreams(operator)).items).toContainEqual(suspension);
    expect((await tables.run(suspended)).printed).toContainEqual(suspension);
    expect((await suspendedStreams(owner)).errors?.[0]?.errorType).toBe("Unauthorized");
    const { errors } = await resumeByGraphql(owner, accountId);
    expect(errors?.[0]?.errorType).toBe("Unauthorized");
    expect(await processingOf(accountId)).toBe("SUSPENDED");
  });

  it("is suspended again if it is resumed before it is mended", async () => {
    const accountId = await open();
    await poison(accountId);
    await untilSuspended(accountId);
    const { data } = await resumeByGraphql(operator, accountId);
    expect(data?.resumeStream).toMatchObject({
      accountId,
      version: 2,
      processing: "SUSPENDED",
      reason: "UNREADABLE_EVENT",
    });
    expect((await tables.run(resume, { account: accountId })).code).toBe(1);
  });

  it.each([
    [
      "GraphQL",
      async (accountId: string) => {
        const { data } = await resumeByGraphql(operator, accountId);
        expect(data?.resumeStream).toMatchObject({ version: 5, processing: "CURRENT" });
      },
    ],
    [
      "the command line",
      async (accountId: string) => {
        expect((await tables.run(resume, { account: accountId })).code).toBe(0);
      },
    ],
  ])(
    "is folded, and the later ones in order, once it is mended and resumed by %s",
    async (_, resuming) => {
      const accountId = await open();
      const mended = await poison(accountId);
      await untilSuspended(accountId);
      await owner.command("deposit", { accountId, expectedVersion: 3, amount: "7" });
      await owner.command("withdraw", { accountId, expectedVersion: 4, amount: "200" });
      await tables.writeEvent(mended);
      await resuming(accountId);
      expect(await accountAt(owner, accountId, 5)).toMatchObject({
        balance: "112",
        version: 5,
        processing: "CURRENT",
      });
      expect((await suspendedStreams(operator)).items).not.toContainEqual(
        expect.objectContaining({ accountId }),
      );
      await owner.command("deposit", { accountId, expectedVersion: 5, amount: "1" });
      expect(await accountAt(owner, accountId, 6)).toMatchObject({ balance: "113" });
    },
  );
});

describe("an event of a later release", () => {
  it("waits for that release instead of being guessed at", async () => {
    const accountId = await open();
    const [, last] = await tables.eventsOf(accountId);
    await tables.writeEvent({ ...last, version: 3, commandId: randomUUID(), schemaVersion: 99 });
    await untilSuspended(accountId);
    expect((await suspendedStreams(operator)).items).toContainEqual(
      expect.objectContaining({ accountId, version: 3, reason: "NEWER_SCHEMA_VERSION" }),
    );
  });
});

it("resumeStream reports an account that does not exist", async () => {
  const { errors } = await resumeByGraphql(operator, newAccountId());
  expect(errors?.[0]).toMatchObject({ errorType: "NotFound", errorInfo: { field: "accountId" } });
});
