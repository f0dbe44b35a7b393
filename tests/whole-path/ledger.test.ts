import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { accountAt, eventually, newAccountId, startWorld, type User, type World } from "./world";

let world: World;
let owner: User;
let stranger: User;
let operator: User;

beforeAll(async () => {
  world = await startWorld();
  owner = await world.signUp();
  stranger = await world.signUp();
  operator = await world.signUp("operators");
});

afterAll(() => world.stop());

const open = async (user: User, input: object = {}): Promise<string> => {
  const accountId = newAccountId();
  const answer = await user.command("openAccount", {
    accountId,
    expectedVersion: 0,
    currency: "EUR",
    ...input,
  });
  expect(answer.errorType).toBeNull();
  return accountId;
};

const statementOf = async (user: User, variables: object) => {
  const { data, errors } = await user.ask<{
    statement: { items: Record<string, unknown>[]; nextToken: string | null } | null;
  }>(
    `query Statement($accountId: ID!, $limit: Int, $nextToken: String) {
      statement(accountId: $accountId, limit: $limit, nextToken: $nextToken) {
        items { version type amount memo outcome reason balance } nextToken
      }
    }`,
    { ...variables },
  );
  return { statement: data?.statement ?? null, errors };
};

describe("an account", () => {
  it("is opened, filled, drawn on and read; a withdrawal beyond the balance is declined with its reason", async () => {
    const accountId = newAccountId();
    const watch = await owner.watch(owner.sub, accountId);
    await owner.command("openAccount", {
      accountId,
      expectedVersion: 0,
      currency: "EUR",
      name: "Savings",
    });
    await owner.command("deposit", {
      accountId,
      expectedVersion: 1,
      amount: "10000",
      memo: "first “pay”",
    });
    await owner.command("withdraw", { accountId, expectedVersion: 2, amount: "3000" });
    await owner.command("withdraw", { accountId, expectedVersion: 3, amount: "50000" });

    expect(await accountAt(owner, accountId, 4)).toEqual({
      name: "Savings",
      balance: "7000",
      version: 4,
      status: "OPEN",
      processing: "CURRENT",
    });
    const { statement } = await statementOf(owner, { accountId });
    const entry = { memo: null, reason: null, outcome: "POSTED" };
    expect(statement).toEqual({
      nextToken: null,
      items: [
        {
          ...entry,
          version: 4,
          type: "WithdrawalRequested",
          amount: "50000",
          outcome: "DECLINED",
          reason: "INSUFFICIENT_FUNDS",
          balance: "7000",
        },
        { ...entry, version: 3, type: "WithdrawalRequested", amount: "3000", balance: "7000" },
        {
          ...entry,
          version: 2,
          type: "DepositRequested",
          amount: "10000",
          memo: "first “pay”",
          balance: "10000",
        },
      ],
    });

    await eventually(async () => (watch.changes.length >= 4 ? true : undefined));
    expect(watch.changes.at(-1)).toEqual({
      accountId,
      owner: owner.sub,
      version: 4,
      type: "WithdrawalRequested",
      commandId: expect.any(String),
      actor: owner.sub,
      actorReason: null,
      recordedAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
      amount: "50000",
      memo: null,
      outcome: "DECLINED",
      reason: "INSUFFICIENT_FUNDS",
      balance: "7000",
      currency: "EUR",
      status: "OPEN",
    });
    expect(watch.changes.map(({ version }) => version)).toEqual([1, 2, 3, 4]);
    watch.close();
  });

  it("is closed at a balance of zero alone, and then takes no deposit", async () => {
    const accountId = await open(owner);
    await owner.command("deposit", { accountId, expectedVersion: 1, amount: "5" });
    await owner.command("closeAccount", { accountId, expectedVersion: 2 });
    await owner.command("withdraw", { accountId, expectedVersion: 3, amount: "5" });
    await owner.command("closeAccount", { accountId, expectedVersion: 4 });
    await owner.command("deposit", { accountId, expectedVersion: 5, amount: "1" });
    expect(await accountAt(owner, accountId, 6)).toMatchObject({ balance: "0", status: "CLOSED" });
    const { statement } = await statementOf(owner, { accountId });
    expect(statement?.items.map(({ version, reason }) => [version, reason])).toEqual([
      [6, "ACCOUNT_CLOSED"],
      [5, null],
      [4, null],
      [3, "BALANCE_NOT_ZERO"],
      [2, null],
    ]);
  });

  it("goes by its id where its owner gave it no name", async () => {
    const accountId = await open(owner);
    expect(await accountAt(owner, accountId, 1)).toMatchObject({ name: accountId });
  });
});

describe("bad input", () => {
  it.each([
    ["accountId", "deposit", { accountId: "no spaces" }],
    ["commandId", "deposit", { commandId: "" }],
    ["expectedVersion", "deposit", { expectedVersion: 0 }],
    ["expectedVersion", "openAccount", { currency: "EUR", expectedVersion: 1 }],
    ["amount", "deposit", { amount: "-5" }],
    ["amount", "withdraw", { amount: "1.50" }],
    ["memo", "deposit", { memo: "x".repeat(141) }],
    ["currency", "openAccount", { currency: "EURO", expectedVersion: 0 }],
    ["name", "openAccount", { currency: "EUR", name: "", expectedVersion: 0 }],
  ] as const)(
    "is rejected with its field named, and leaves no trace: %s of %s",
    async (field, name, input) => {
      const accountId = await open(owner);
      const base = name === "openAccount" ? {} : { amount: "1" };
      const answer = await owner.command(name, {
        accountId,
        expectedVersion: 1,
        commandId: randomUUID(),
        ...base,
        ...input,
      });
      expect(answer).toEqual({ event: null, errorType: "InvalidInput", field });
      expect(await owner.command("closeAccount", { accountId, expectedVersion: 1 })).toMatchObject({
        event: { version: 2 },
      });
    },
  );

  it("is rejected in a list's limit", async () => {
    const accountId = await open(owner);
    const { statement, errors } = await statementOf(owner, { accountId, limit: 101 });
    expect(statement).toBeNull();
    expect(errors?.[0]).toMatchObject({ errorType: "InvalidInput", errorInfo: { field: "limit" } });
  });
});

describe("somebody else's account", () => {
  it.each([
    ["deposit", { expectedVersion: 1, amount: "1" }],
    ["withdraw", { expectedVersion: 1, amount: "1" }],
    ["closeAccount", { expectedVersion: 1 }],
    ["deposit", { expectedVersion: 7, amount: "1" }],
    ["openAccount", { expectedVersion: 0, currency: "EUR" }],
  ] as const)("accepts no %s %j", async (name, input) => {
    const accountId = await open(owner);
    expect(await stranger.command(name, { accountId, ...input })).toEqual({
      event: null,
      errorType: "Unauthorized",
      field: null,
    });
  });

  it("is answered like one that does not exist, to the letter", async () => {
    const accountId = await open(owner);
    await accountAt(owner, accountId, 1);
    const query = (id: string) =>
      Promise.all([
        stranger.ask("query Read($id: ID!) { account(accountId: $id) { balance } }", { id }),
        stranger.ask("query Read($id: ID!) { statement(accountId: $id) { nextToken } }", { id }),
      ]);
    const command = (id: string) =>
      stranger.command("deposit", { accountId: id, expectedVersion: 1, amount: "1" });
    expect(await query(accountId)).toEqual(await query(newAccountId()));
    expect(await command(accountId)).toEqual(await command(newAccountId()));
  });

  it("can be subscribed to by its owner and by operators alone", async () => {
    await expect(stranger.watch(owner.sub)).rejects.toThrow("Unauthorized");
    const accountId = newAccountId();
    const [mine, theirs, strangers] = await Promise.all([
      owner.watch(owner.sub, accountId),
      operator.watch(owner.sub, accountId),
      // With the caller's own name as owner, somebody else's account sends nothing.
      stranger.watch(stranger.sub, accountId),
    ]);
    await owner.command("openAccount", { accountId, expectedVersion: 0, currency: "EUR" });
    await eventually(async () =>
      mine.changes.length + theirs.changes.length === 2 ? true : undefined,
    );
    expect(strangers.changes).toEqual([]);
    for (const watch of [mine, theirs, strangers]) watch.close();
  });

  it("can be acted on by an operator who says why; actor and reason are shown to the owner", async () => {
    const accountId = await open(owner);
    const watch = await owner.watch(owner.sub, accountId);
    const deposit = { accountId, expectedVersion: 1, amount: "1" };
    expect(await operator.command("deposit", deposit)).toEqual({
      ...{ event: null, errorType: "InvalidInput", field: "reason" },
    });
    const reason = "Branch deposit “17” 😀";
    expect(await operator.command("deposit", { ...deposit, reason })).toMatchObject({
      event: { version: 2 },
    });
    await owner.command("withdraw", { accountId, expectedVersion: 2, amount: "1" });
    await accountAt(owner, accountId, 3);
    const { data } = await owner.ask(
      "query Actors($id: ID!) { statement(accountId: $id) { items { version actor actorReason } } }",
      { id: accountId },
    );
    const acted = { version: 2, actor: operator.sub, actorReason: reason };
    expect(data?.statement).toEqual({
      items: [{ version: 3, actor: owner.sub, actorReason: null }, acted],
    });
    const change = await eventually(async () => watch.changes.find(({ version }) => version === 2));
    expect(change).toMatchObject({ accountId, owner: owner.sub, ...acted });
    watch.close();
  });

  it("is reported to operators as missing if it does not exist", async () => {
    const accountId = newAccountId();
    expect(
      await operator.command("deposit", { accountId, expectedVersion: 1, amount: "1" }),
    ).toMatchObject({ errorType: "NotFound" });
    const { data, errors } = await operator.ask(
      "query Q($id: ID!) { account(accountId: $id) { version } }",
      { id: accountId },
    );
    expect({ data, errors }).toEqual({ data: { account: null }, errors: undefined });
  });
});

describe("lists", () => {
  it("come in pages that hold every account of an owner once", async () => {
    const collector = await world.signUp();
    const opened = await Promise.all(Array.from({ length: 7 }, () => open(collector)));
    await Promise.all(opened.map((accountId) => accountAt(collector, accountId, 1)));
    const pages = async (user: User, owner?: string): Promise<string[]> => {
      const found: string[] = [];
      let nextToken: string | null | undefined;
      do {
        const { data } = await user.ask<{
          accounts: { items: { accountId: string }[]; nextToken: string | null };
        }>(
          `query Accounts($owner: ID, $nextToken: String) {
            accounts(owner: $owner, limit: 3, nextToken: $nextToken) { items { accountId } nextToken }
          }`,
          { owner, nextToken },
        );
        found.push(...(data?.accounts.items.map(({ accountId }) => accountId) ?? []));
        nextToken = data?.accounts.nextToken;
      } while (nextToken);
      return found.sort();
    };
    expect(await pages(collector)).toEqual([...opened].sort());
    expect(await pages(operator, collector.sub)).toEqual([...opened].sort());
    const { errors } = await stranger.ask(
      "query A($owner: ID) { accounts(owner: $owner) { nextToken } }",
      { owner: collector.sub },
    );
    expect(errors?.[0]?.errorType).toBe("Unauthorized");
  });

  it("page a statement from the newest entry to the oldest", async () => {
    const accountId = await open(owner);
    for (let version = 1; version <= 5; version += 1) {
      await owner.command("deposit", { accountId, expectedVersion: version, amount: "1" });
    }
    await accountAt(owner, accountId, 6);
    const first = await statementOf(owner, { accountId, limit: 3 });
    const second = await statementOf(owner, {
      accountId,
      limit: 3,
      nextToken: first.statement?.nextToken,
    });
    const versions = [first, second].map(({ statement }) =>
      statement?.items.map(({ version }) => version),
    );
    expect(versions).toEqual([
      [6, 5, 4],
      [3, 2],
    ]);
    expect(second.statement?.nextToken).toBeNull();
  });
});

it("publishAccountChange is closed to users, operators included", async () => {
  const { errors } = await operator.ask(
    `mutation { publishAccountChange(change: {
      accountId: "a", owner: "b", version: 1, type: DepositRequested, commandId: "c", actor: "d",
      recordedAt: "2026-01-01T00:00:00Z", outcome: POSTED
    }) { accountId } }`,
  );
  expect(errors?.[0]?.errorType).toBe("Unauthorized");
});
