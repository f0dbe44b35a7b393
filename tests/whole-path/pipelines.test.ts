import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ledger } from "../../core/ledger";
import type { StreamId } from "../../core/projection/identifiers";
import type { Suspension } from "../../core/projection/summary";
import { rowsOf } from "../../lambda/adapters/rows";
import { folded } from "../core/projection/memory";
import type { CallerName } from "../vtl/templates";
import { type Answer, Pipelines } from "./pipelines";

let pipelines: Pipelines;
let count = 0;

beforeAll(async () => {
  pipelines = await Pipelines.start();
});
afterAll(() => pipelines.stop());

const newId = (what: string) => `${what}-${++count}`;
const command = (accountId: string, expectedVersion: number, more = {}) => ({
  input: { accountId, commandId: newId("command"), expectedVersion, ...more },
});
const opening = (accountId: string) => command(accountId, 0, { currency: "EUR" });
const deposit = (accountId: string, expectedVersion: number) =>
  command(accountId, expectedVersion, { amount: "100" });

/** Opens an account of alice's and makes some deposits. */
async function aliceOpens(deposits = 0): Promise<string> {
  const accountId = newId("account");
  await succeeds(pipelines.ask("Mutation.openAccount", opening(accountId)));
  for (let version = 1; version <= deposits; version++) {
    await succeeds(pipelines.ask("Mutation.deposit", deposit(accountId, version)));
  }
  return accountId;
}

async function succeeds(answer: Promise<Answer>): Promise<unknown> {
  const answered = await answer;
  if ("error" in answered) throw new Error(JSON.stringify(answered.error));
  return answered.data;
}

const kindOf = (answer: Answer) => ("error" in answer ? answer.error.errorType : "answered");
const versionsOf = async (accountId: string) =>
  (await pipelines.events(accountId)).map(({ version }) => version);

const rows = rowsOf(ledger);

/** Writes the rows that the projector would write; of a later generation, those that a rebuild would. */
async function project(accountId: string, generation = 1): Promise<void> {
  const events = await pipelines.events(accountId);
  const { summary, changes } = folded(events, accountId, ledger.projectionVersion, generation);
  const entries = changes.filter(({ opening }) => !opening).map(rows.entry);
  await pipelines.putRows([...entries, rows.summary(summary)]);
}

const everybody: readonly CallerName[] = ["owner", "operator", "stranger", "user without groups"];
type Expected = readonly [owner: string, operator: string, stranger: string, noGroups: string];

const following = ["deposit", "withdraw", "closeAccount"] as const;
const reason = "Branch deposit, slip 17";
const asked = (field: string, accountId: string, version: number) =>
  command(accountId, version, field === "closeAccount" ? { reason } : { amount: "100", reason });
const depositFor = (accountId: string, expectedVersion: number) =>
  command(accountId, expectedVersion, { amount: "100", reason });

describe("the pipeline of a command", () => {
  const cases: readonly [what: string, version: number, Expected][] = [
    ["at the account's version", 2, ["answered", "answered", "Unauthorized", "Unauthorized"]],
    [
      "behind the account's version",
      1,
      ["VersionConflict", "VersionConflict", "Unauthorized", "Unauthorized"],
    ],
    [
      "ahead of the account's version",
      9,
      ["VersionConflict", "VersionConflict", "Unauthorized", "Unauthorized"],
    ],
  ];

  describe.each(following)("%s", (field) => {
    it.each(cases)("gives each caller the permitted answer %s", async (_, version, expected) => {
      for (const [index, caller] of everybody.entries()) {
        const accountId = await aliceOpens(1);
        const answer = await pipelines.ask(
          `Mutation.${field}`,
          asked(field, accountId, version),
          caller,
        );
        expect([caller, kindOf(answer)]).toEqual([caller, expected[index]]);
        const recorded = expected[index] === "answered";
        expect(await versionsOf(accountId)).toEqual(recorded ? [1, 2, 3] : [1, 2]);
      }
    });

    it("reveals to operators alone that an account does not exist", async () => {
      const accountId = newId("nowhere");
      for (const caller of everybody) {
        const answer = await pipelines.ask(`Mutation.${field}`, asked(field, accountId, 1), caller);
        expect(kindOf(answer)).toBe(caller === "operator" ? "NotFound" : "Unauthorized");
      }
      expect(await versionsOf(accountId)).toEqual([]);
    });

    it("gives a stranger the same answer, whether the account exists or not", async () => {
      const accountId = await aliceOpens(1);
      const answers = [];
      for (const [id, version] of [
        [accountId, 2],
        [accountId, 1],
        [accountId, 9],
        ["nowhere", 2],
      ] as const) {
        answers.push(
          await pipelines.ask(`Mutation.${field}`, asked(field, id, version), "stranger"),
        );
      }
      expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
    });
  });

  it("lets everybody open an account, and makes the caller its owner", async () => {
    for (const [caller, sub] of [
      ["owner", "alice"],
      ["operator", "olga"],
      ["stranger", "mallory"],
      ["user without groups", "norman"],
    ] as const) {
      const recorded = await succeeds(
        pipelines.ask("Mutation.openAccount", opening(newId("account")), caller),
      );
      expect(recorded).toMatchObject({ version: 1, owner: sub, actor: sub });
    }
  });

  it("reports to the owner and to operators alone that an id is taken", async () => {
    const accountId = await aliceOpens();
    const answers = [];
    for (const caller of everybody) {
      answers.push(kindOf(await pipelines.ask("Mutation.openAccount", opening(accountId), caller)));
    }
    expect(answers).toEqual(["VersionConflict", "VersionConflict", "Unauthorized", "Unauthorized"]);
    expect(await versionsOf(accountId)).toEqual([1]);
  });

  it("records no opening after another event, whoever asks", async () => {
    const accountId = await aliceOpens();
    for (const caller of everybody) {
      const again = command(accountId, 1, { currency: "EUR" });
      expect(await pipelines.ask("Mutation.openAccount", again, caller)).toMatchObject({
        error: { errorType: "InvalidInput", errorInfo: { field: "expectedVersion" } },
      });
    }
    expect(await versionsOf(accountId)).toEqual([1]);
  });

  it("keeps the owner when an operator acts on the account, and records the operator's reason alone", async () => {
    const accountId = await aliceOpens();
    const byOperator = pipelines.ask("Mutation.deposit", depositFor(accountId, 1), "operator");
    const acted = { owner: "alice", actor: "olga", actorReason: reason };
    expect(await succeeds(byOperator)).toMatchObject(acted);
    const byOwner = pipelines.ask("Mutation.deposit", depositFor(accountId, 2), "owner");
    const own = { owner: "alice", actor: "alice" };
    expect(await succeeds(byOwner)).toMatchObject({ ...own, actorReason: null });
    const [, second, third] = await pipelines.events(accountId);
    expect(second).toMatchObject(acted);
    expect(third).toMatchObject(own);
    expect(third).not.toHaveProperty("actorReason");
  });

  it("records nothing for an operator without a reason, and gives a stranger no hint of it", async () => {
    const accountId = await aliceOpens();
    for (const field of following) {
      const { input } = asked(field, accountId, 1);
      const refused = { error: { errorType: "InvalidInput", errorInfo: { field: "reason" } } };
      for (const none of [undefined, null]) {
        const without = { input: { ...input, reason: none } };
        expect(await pipelines.ask(`Mutation.${field}`, without, "operator")).toMatchObject(
          refused,
        );
        for (const caller of ["stranger", "user without groups"] as const) {
          const answer = await pipelines.ask(`Mutation.${field}`, without, caller);
          expect(kindOf(answer)).toBe("Unauthorized");
        }
      }
      for (const wrong of ["", "r".repeat(201), "\ud800"]) {
        for (const caller of everybody) {
          const with_ = { input: { ...input, reason: wrong } };
          expect(await pipelines.ask(`Mutation.${field}`, with_, caller)).toMatchObject(refused);
        }
      }
    }
    expect(await versionsOf(accountId)).toEqual([1]);
  });

  it("asks an operator for no reason on the operator's own account", async () => {
    const accountId = newId("account");
    await succeeds(pipelines.ask("Mutation.openAccount", opening(accountId), "operator"));
    const own = await succeeds(
      pipelines.ask("Mutation.deposit", deposit(accountId, 1), "operator"),
    );
    expect(own).toMatchObject({ owner: "olga", actor: "olga", actorReason: null });
  });
});

describe("a version conflict", () => {
  it("carries the version with which the command can be sent, whatever the read model shows", async () => {
    const accountId = await aliceOpens(1);
    await project(accountId);
    for (const version of [2, 3, 4])
      await succeeds(pipelines.ask("Mutation.deposit", deposit(accountId, version)));
    const shown = await succeeds(pipelines.ask("Query.account", { accountId }));
    expect(shown).toMatchObject({ version: 2 });
    for (const [expectedVersion, caller] of [
      [2, "owner"],
      [2, "operator"],
      [9, "owner"],
    ] as const) {
      const answer = await pipelines.ask(
        "Mutation.deposit",
        depositFor(accountId, expectedVersion),
        caller,
      );
      expect(answer).toMatchObject({
        error: {
          errorType: "VersionConflict",
          errorInfo: { field: "expectedVersion", version: 5 },
        },
      });
    }
    const answer = await pipelines.ask("Mutation.deposit", deposit(accountId, 5));
    expect(answer).toMatchObject({ data: { version: 6 } });
  });

  it("carries it for an opening that is too late", async () => {
    const accountId = await aliceOpens(2);
    expect(await pipelines.ask("Mutation.openAccount", opening(accountId))).toMatchObject({
      error: { errorType: "VersionConflict", errorInfo: { field: "expectedVersion", version: 3 } },
    });
  });

  it("tells a stranger no version", async () => {
    const accountId = await aliceOpens(2);
    for (const [field, args] of [
      ["openAccount", opening(accountId)],
      ["deposit", deposit(accountId, 1)],
      ["deposit", deposit(accountId, 9)],
    ] as const) {
      const answer = await pipelines.ask(`Mutation.${field}`, args, "stranger");
      expect(answer).toMatchObject({ error: { errorType: "Unauthorized", errorInfo: null } });
    }
  });
});

describe("a command sent again", () => {
  it("is answered with its own event, if it is unchanged", async () => {
    const accountId = await aliceOpens();
    const sent = deposit(accountId, 1);
    const first = await pipelines.ask("Mutation.deposit", sent);
    const again = await Promise.all(
      Array.from({ length: 5 }, () => pipelines.ask("Mutation.deposit", sent)),
    );
    for (const answer of again) expect(answer).toEqual(first);
    expect(await versionsOf(accountId)).toEqual([1, 2]);
  });

  it("is answered with its own event at the opening, too", async () => {
    const sent = opening(newId("account"));
    const first = await pipelines.ask("Mutation.openAccount", sent);
    expect(kindOf(first)).toBe("answered");
    expect(await pipelines.ask("Mutation.openAccount", sent)).toEqual(first);
  });

  it("gets a conflict when another command has taken its place", async () => {
    const accountId = await aliceOpens();
    const { input } = deposit(accountId, 1);
    await succeeds(pipelines.ask("Mutation.deposit", { input }));
    const another = { input: { ...input, commandId: "another" } };
    expect(await pipelines.ask("Mutation.deposit", another)).toEqual({
      error: {
        message:
          "expectedVersion: the command was not recorded after version 1. The account is at version 2: decide again, and send the command with that version.",
        errorType: "VersionConflict",
        errorInfo: { field: "expectedVersion", version: 2 },
      },
    });
  });

  it.each([
    [{ amount: "101" }, "Mutation.deposit"],
    [{ memo: "Rent" }, "Mutation.deposit"],
    [{}, "Mutation.withdraw"],
  ])(
    "gets a conflict that names its commandId when it differs: %j of %s",
    async (changed, path) => {
      const accountId = await aliceOpens();
      const { input } = deposit(accountId, 1);
      await succeeds(pipelines.ask("Mutation.deposit", { input }));
      const answer = await pipelines.ask(path, { input: { ...input, ...changed } });
      expect(answer).toEqual({
        error: {
          message:
            "commandId: event 2 has it, with another type or other data. Look at that event before you decide again.",
          errorType: "VersionConflict",
          errorInfo: { field: "commandId", version: 2 },
        },
      });
    },
  );

  it("is recognised with its reason, and gets a conflict that names its commandId for another", async () => {
    const { input } = depositFor(await aliceOpens(), 1);
    const first = await pipelines.ask("Mutation.deposit", { input }, "operator");
    expect(await pipelines.ask("Mutation.deposit", { input }, "operator")).toEqual(first);
    const another = { input: { ...input, reason: "Branch deposit, slip 18" } };
    expect(await pipelines.ask("Mutation.deposit", another, "operator")).toMatchObject({
      error: { errorType: "VersionConflict", errorInfo: { field: "commandId", version: 2 } },
    });
  });

  it("gets no conflict that names its commandId when the other command is another user's", async () => {
    const accountId = await aliceOpens();
    const sent = depositFor(accountId, 1);
    await succeeds(pipelines.ask("Mutation.deposit", sent, "operator"));
    expect(await pipelines.ask("Mutation.deposit", sent, "owner")).toMatchObject({
      error: { errorType: "VersionConflict", errorInfo: { field: "expectedVersion" } },
    });
  });
});

describe("a command sent again after a deployment", () => {
  /** Sends a command, replaces its event by the one that a template of another release would have left, and sends it again. */
  async function again(
    path: string,
    sent: { readonly input: { readonly accountId: string; readonly expectedVersion: number } },
    recorded: (event: Record<string, unknown>) => Record<string, unknown>,
    caller: CallerName = "owner",
  ): Promise<{ readonly answer: Answer; readonly stored: Record<string, unknown> }> {
    const { accountId, expectedVersion } = sent.input;
    await succeeds(pipelines.ask(path, sent, caller));
    const event = (await pipelines.events(accountId))[expectedVersion] ?? {};
    const stored = recorded(event);
    await pipelines.putEvents([stored]);
    const answer = await pipelines.ask(path, sent, caller);
    expect((await pipelines.events(accountId))[expectedVersion]).toEqual(stored);
    expect(await versionsOf(accountId)).toHaveLength(expectedVersion + 1);
    return { answer, stored };
  }

  it("is answered with its own event, which has another schema version", async () => {
    const { answer } = await again("Mutation.openAccount", opening(newId("account")), (event) => ({
      ...event,
      schemaVersion: 1,
      data: { currency: "EUR" },
    }));
    expect(answer).toMatchObject({ data: { version: 1, currency: "EUR" } });
    expect(answer).not.toHaveProperty("data.name");
  });

  it.each([
    ["owner", 2, { amount: "100", memo: "Rent", fee: "0" }],
    ["operator", 2, { amount: "100" }],
    ["operator", 0, { minorUnits: "100", memo: "Rent" }],
  ] as const)(
    "is answered to the %s with its own event of schema version %i, whose data are %j",
    async (caller, schemaVersion, data) => {
      const { input } = depositFor(await aliceOpens(), 1);
      const sent = { input: { ...input, memo: "Rent" } };
      const { answer, stored } = await again(
        "Mutation.deposit",
        sent,
        (event) => ({ ...event, schemaVersion, data }),
        caller,
      );
      expect(answer).toMatchObject({ data: { recordedAt: stored.recordedAt, version: 2 } });
    },
  );

  it("is answered with its own event, which has a field beside its data", async () => {
    const sent = deposit(await aliceOpens(), 1);
    const { answer, stored } = await again("Mutation.deposit", sent, (event) => ({
      ...event,
      channel: "mobile",
    }));
    expect(answer).toMatchObject({ data: { recordedAt: stored.recordedAt, amount: "100" } });
  });

  it("is answered with its own event, for which an earlier release has asked no reason", async () => {
    const { answer } = await again(
      "Mutation.deposit",
      depositFor(await aliceOpens(), 1),
      ({ actorReason: _, ...event }) => event,
      "operator",
    );
    expect(answer).toMatchObject({ data: { version: 2, actor: "olga", actorReason: null } });
  });

  it("gets a conflict when the data differ in the same schema version", async () => {
    const sent = deposit(await aliceOpens(), 1);
    const { answer } = await again("Mutation.deposit", sent, (event) => ({
      ...event,
      data: { amount: "100", memo: "Rent" },
    }));
    expect(answer).toMatchObject({
      error: { errorType: "VersionConflict", errorInfo: { field: "commandId" } },
    });
  });

  it.each([
    { amount: "101" },
    { amount: "101", memo: "Rent" },
    { amount: "100", memo: "rent" },
    { amount: null, memo: "Rent" },
  ])("gets a conflict when what both forms have differs: %j", async (data) => {
    const { input } = deposit(await aliceOpens(), 1);
    const sent = { input: { ...input, memo: "Rent" } };
    const { answer } = await again("Mutation.deposit", sent, (event) => ({
      ...event,
      schemaVersion: 2,
      data,
    }));
    expect(answer).toMatchObject({
      error: { errorType: "VersionConflict", errorInfo: { field: "commandId" } },
    });
  });
});

describe("writers at the same version", () => {
  it("record one event, and get a conflict for the others", async () => {
    const accountId = await aliceOpens();
    const answers = await Promise.all(
      Array.from({ length: 8 }, () =>
        pipelines.ask("Mutation.deposit", deposit(accountId, 1)).then(kindOf),
      ),
    );
    expect(answers.sort()).toEqual([...Array(7).fill("VersionConflict"), "answered"]);
    expect(await versionsOf(accountId)).toEqual([1, 2]);
  });
});

describe("the pipeline of a query", () => {
  let accountId: string;
  beforeAll(async () => {
    accountId = await aliceOpens(1);
    await project(accountId);
  });

  it.each(["account", "statement"])(
    "answers %s to the owner and to operators alone",
    async (field) => {
      for (const caller of everybody) {
        const may = caller === "owner" || caller === "operator";
        const answer = await pipelines.ask(`Query.${field}`, { accountId }, caller);
        expect([caller, kindOf(answer)]).toEqual([caller, may ? "answered" : "Unauthorized"]);
        const absent = await pipelines.ask(`Query.${field}`, { accountId: "nowhere" }, caller);
        if (!may) expect(absent).toEqual(answer);
        expect(kindOf(absent)).toBe(caller === "operator" ? "answered" : "Unauthorized");
      }
    },
  );

  it("answers accounts of alice to alice and to operators alone", async () => {
    for (const caller of everybody) {
      const may = caller === "owner" || caller === "operator";
      const answer = await pipelines.ask("Query.accounts", { owner: "alice" }, caller);
      expect([caller, kindOf(answer)]).toEqual([caller, may ? "answered" : "Unauthorized"]);
    }
  });

  it("answers accounts to everybody, with nobody else's among them", async () => {
    expect(await succeeds(pipelines.ask("Query.accounts", {}, "user without groups"))).toEqual({
      items: [],
      nextToken: null,
      scannedCount: 0,
    });
    expect(await succeeds(pipelines.ask("Query.accounts", {}, "owner"))).toMatchObject({
      items: expect.arrayContaining([expect.objectContaining({ accountId, owner: "alice" })]),
    });
  });
});

describe("the rows of the projector", () => {
  it("are the answers of the queries", async () => {
    const accountId = await aliceOpens(2);
    await project(accountId);
    expect(await succeeds(pipelines.ask("Query.account", { accountId }))).toMatchObject({
      accountId,
      owner: "alice",
      name: accountId,
      currency: "EUR",
      balance: "200",
      status: "OPEN",
      version: 3,
      processing: "CURRENT",
    });
    expect(await succeeds(pipelines.ask("Query.statement", { accountId }))).toMatchObject({
      items: [
        { version: 3, type: "DepositRequested", amount: "100", outcome: "POSTED", balance: "200" },
        { version: 2, type: "DepositRequested", amount: "100", outcome: "POSTED", balance: "100" },
      ],
      nextToken: null,
    });
  });

  it("are shown once the summary has moved past them", async () => {
    const accountId = await aliceOpens(1);
    await project(accountId);
    await pipelines.putRows([
      { pk: `account:${accountId}`, sk: "entry:1.1:0000000003", version: 3, balance: "1" },
    ]);
    expect(await succeeds(pipelines.ask("Query.statement", { accountId }))).toMatchObject({
      items: [{ version: 2 }],
    });
  });
});

describe("a suspended stream", () => {
  it("is listed with what an operator has to know", async () => {
    const since = "2026-03-01T10:00:00.000Z";
    const suspension = { version: 4, reason: "UNREADABLE_EVENT", detail: "amount", since } as const;
    await pipelines.putRows([
      rows.suspension("stuck" as StreamId, suspension as unknown as Suspension),
    ]);
    expect(await succeeds(pipelines.ask("Query.suspendedStreams", {}, "operator"))).toMatchObject({
      items: [{ accountId: "stuck", ...suspension }],
      nextToken: null,
    });
  });
});

describe("pages", () => {
  interface Page {
    readonly items: readonly Record<string, unknown>[];
    readonly nextToken: string | null;
  }

  async function allPages(path: string, args: object, caller: CallerName): Promise<Page[]> {
    const pages: Page[] = [];
    let nextToken: string | null = null;
    do {
      const page = (await succeeds(pipelines.ask(path, { ...args, nextToken }, caller))) as Page;
      pages.push(page);
      nextToken = page.nextToken;
    } while (nextToken !== null);
    return pages;
  }

  it("of a statement follow each other without a gap", async () => {
    const accountId = await aliceOpens(5);
    await project(accountId);
    const pages = await allPages("Query.statement", { accountId, limit: 2 }, "operator");
    const versions = pages.map(({ items }) => items.map(({ version }) => version));
    expect(versions.filter(({ length }) => length > 0)).toEqual([[6, 5], [4, 3], [2]]);
  });

  it("of accounts follow each other without a gap", async () => {
    const ids = [];
    for (let index = 0; index < 5; index++) {
      const accountId = newId("account");
      await succeeds(pipelines.ask("Mutation.openAccount", opening(accountId), "stranger"));
      await project(accountId);
      ids.push(accountId);
    }
    const pages = await allPages("Query.accounts", { limit: 2 }, "stranger");
    const found = pages.flatMap(({ items }) => items.map(({ accountId }) => accountId));
    expect(found).toEqual(expect.arrayContaining(ids));
    expect(new Set(found).size).toBe(found.length);
    expect(Math.max(...pages.map(({ items }) => items.length))).toBe(2);
  });

  const refused = { error: { errorType: "InvalidInput", errorInfo: { field: "nextToken" } } };

  it.each([
    ["Query.statement", "operator"],
    ["Query.accounts", "owner"],
    ["Query.suspendedStreams", "operator"],
  ] as const)("of %s are not asked for by a token that is none", async (path, caller) => {
    const accountId = await aliceOpens();
    await project(accountId);
    for (const nextToken of ["", "x", "{}", "eyJ2ZXJzaW9uIjozfQ==", "t".repeat(10_000)]) {
      const args = path === "Query.statement" ? { accountId, nextToken } : { nextToken };
      expect(await pipelines.ask(path, args, caller)).toMatchObject(refused);
    }
  });

  // The entries of generation 10 lie before those of 9: a token is refused on either side of the query's bounds.
  it.each([
    [1, 2],
    [9, 10],
  ])(
    "of a statement begin again from the first once a rebuild has replaced generation %i",
    async (before, after) => {
      const accountId = await aliceOpens(4);
      await project(accountId, before);
      const first = (await succeeds(
        pipelines.ask("Query.statement", { accountId, limit: 2 }),
      )) as Page;
      await project(accountId, after);

      const { nextToken } = first;
      expect(
        await pipelines.ask("Query.statement", { accountId, limit: 2, nextToken }),
      ).toMatchObject({
        error: {
          ...refused.error,
          message: expect.stringContaining("begin again from the first page"),
        },
      });
      const pages = await allPages("Query.statement", { accountId, limit: 2 }, "operator");
      expect(pages.flatMap(({ items }) => items.map(({ version }) => version))).toEqual([
        5, 4, 3, 2,
      ]);
    },
  );

  it("of a statement are not asked for by the token of another account's", async () => {
    const ids = [await aliceOpens(3), await aliceOpens(3)];
    for (const accountId of ids) await project(accountId);
    const [one, other] = ids;
    const page = (await succeeds(
      pipelines.ask("Query.statement", { accountId: one, limit: 1 }),
    )) as Page;
    expect(page.nextToken).not.toBeNull();
    const { nextToken } = page;
    expect(
      await pipelines.ask("Query.statement", { accountId: other, limit: 1, nextToken }),
    ).toMatchObject(refused);
  });
});
