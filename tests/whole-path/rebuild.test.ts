import { UpdateCommand } from "@aws-sdk/lib-dynamodb";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { rebuild } from "../../cli/commands/rebuild";
import { verify } from "../../cli/commands/verify";
import { type Operator, operatorOf } from "./operator";
import { accountAt, eventually, newAccountId, startWorld, type User, type World } from "./world";

// A release that raises the projection version finds accounts that an earlier one has left behind. Here they are made to
// look like that: the summary says so in its row.

let world: World;
let owner: User;
let operator: Operator;

beforeAll(async () => {
  world = await startWorld();
  owner = await world.signUp();
  operator = operatorOf(world);
});

afterAll(async () => {
  operator?.close();
  await world?.stop();
});

const open = async (deposits: number): Promise<string> => {
  const accountId = newAccountId();
  await owner.command("openAccount", { accountId, expectedVersion: 0, currency: "EUR" });
  for (let version = 1; version <= deposits; version += 1) {
    await owner.command("deposit", { accountId, expectedVersion: version, amount: "100" });
  }
  await accountAt(owner, accountId, 1 + deposits);
  return accountId;
};

/** Makes a summary one of an earlier release; `processing` is what the rebuilder writes when it has begun with it. */
const leaveBehind = async (accountId: string, processing = "CURRENT"): Promise<void> => {
  await operator.ledger.documents.send(
    new UpdateCommand({
      TableName: operator.ledger.readModel,
      Key: { pk: `account:${accountId}`, sk: "summary" },
      UpdateExpression: "SET projectionVersion = :earlier, processing = :processing",
      ExpressionAttributeValues: { ":earlier": 0, ":processing": processing },
    }),
  );
};

interface Entry {
  readonly version: number;
  readonly balance: string;
}

interface Statement {
  readonly items: readonly Entry[];
  readonly nextToken: string | null;
}

const statementOf = (accountId: string, nextToken: string | null = null, limit = 20) =>
  owner.ask<{ statement: Statement | null }>(
    `query Statement($accountId: ID!, $limit: Int, $nextToken: String) {
      statement(accountId: $accountId, limit: $limit, nextToken: $nextToken) {
        items { version balance } nextToken
      }
    }`,
    { accountId, limit, nextToken },
  );

describe("an account that an earlier release has left behind", () => {
  it("stays readable, is rebuilt when its next command comes, and follows again", async () => {
    const accountId = await open(3);
    const watch = await owner.watch(owner.sub, accountId);
    await leaveBehind(accountId);
    expect(await accountAt(owner, accountId, 4)).toMatchObject({ balance: "300" });

    await owner.command("deposit", { accountId, expectedVersion: 4, amount: "100" });
    expect(await accountAt(owner, accountId, 5)).toMatchObject({
      balance: "400",
      version: 5,
      processing: "CURRENT",
    });
    const { data } = await statementOf(accountId);
    expect(data?.statement).toEqual({
      items: [5, 4, 3, 2].map((version) => ({ version, balance: `${version - 1}00` })),
      nextToken: null,
    });

    await owner.command("withdraw", { accountId, expectedVersion: 5, amount: "400" });
    expect(await accountAt(owner, accountId, 6)).toMatchObject({ balance: "0" });
    // Nobody has heard of the commands that came meanwhile; of the earlier ones everybody has.
    await eventually(async () => (watch.changes.length >= 2 ? true : undefined));
    expect(watch.changes.map(({ version, balance }) => [version, balance])).toEqual([
      [5, "400"],
      [6, "0"],
    ]);
    watch.close();
  });

  it("is shown as one that is being rebuilt, until it is", async () => {
    const accountId = await open(1);
    await leaveBehind(accountId, "REBUILDING");
    expect(await accountAt(owner, accountId, 2)).toMatchObject({
      processing: "REBUILDING",
      balance: "100",
    });

    await owner.command("deposit", { accountId, expectedVersion: 2, amount: "100" });
    expect(await accountAt(owner, accountId, 3)).toMatchObject({
      processing: "CURRENT",
      balance: "200",
    });
  });
});

describe("an account that an operator rebuilds", () => {
  it("has the same statement as before; a page that a client was at is refused, and its next list is whole", async () => {
    const accountId = await open(4);
    const first = (await statementOf(accountId, null, 2)).data?.statement;
    expect(first?.items.map(({ version }) => version)).toEqual([5, 4]);

    expect(await operator.run(rebuild, { account: accountId })).toMatchObject({
      code: 0,
      printed: { rebuilt: 1, remaining: [], failed: [] },
    });

    const refused = await statementOf(accountId, first?.nextToken ?? null, 2);
    expect(refused.errors).toMatchObject([
      { errorType: "InvalidInput", errorInfo: { field: "nextToken" } },
    ]);
    const whole = (await statementOf(accountId)).data?.statement;
    expect(whole?.items.map(({ version }) => version)).toEqual([5, 4, 3, 2]);
    // The rows that were replaced are there for a while, for readers that are at them.
    expect(await operator.run(verify)).toMatchObject({
      code: 0,
      printed: { differing: [], leftovers: expect.any(Number) },
    });
  });
});
