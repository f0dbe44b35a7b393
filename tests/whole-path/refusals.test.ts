import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { CallerName } from "../vtl/templates";
import { Pipelines } from "./pipelines";

// What the time of an answer tells: each request to a table takes time. A user who may not see an account learns neither
// whether it exists nor how many events it has, if a rejection asks the same of the tables whatever there is.

let pipelines: Pipelines;
let requests: string[] = [];
let readUnits = 0;
let count = 0;

beforeAll(async () => {
  pipelines = await Pipelines.start({
    intercept: (operation) => {
      requests.push(operation);
      return undefined;
    },
    meter: ({ operation, units }) => {
      if (operation !== "PutItem") readUnits += units;
    },
  });
});
afterAll(() => pipelines.stop());

const command = (accountId: string, expectedVersion: number, more: object) => ({
  input: { accountId, commandId: `command-${++count}`, expectedVersion, ...more },
});

/** An account of alice's at the version. */
async function accountAt(version: number): Promise<string> {
  const accountId = `account-${++count}`;
  await pipelines.ask("Mutation.openAccount", command(accountId, 0, { currency: "EUR" }));
  for (let expected = 1; expected < version; expected++) {
    await pipelines.ask("Mutation.deposit", command(accountId, expected, { amount: "1" }));
  }
  return accountId;
}

/** A command's answer, and what it has asked of the tables. */
async function costOf(field: string, args: object, caller: CallerName) {
  requests = [];
  readUnits = 0;
  const answer = await pipelines.ask(`Mutation.${field}`, args, caller);
  const errorType = "error" in answer ? answer.error.errorType : "recorded";
  return { errorType, requests: requests.join(" "), readUnits };
}

const fields = [
  ["deposit", { amount: "1" }],
  ["withdraw", { amount: "1" }],
  ["closeAccount", {}],
] as const;

const unseen = { requests: "GetItem GetItem", readUnits: 2 };

describe.each(fields)("a rejected %s", (field, more) => {
  it.each(["stranger", "user without groups"] as const)(
    "asks the same of the tables for a %s, whatever there is",
    async (caller) => {
      const accounts = { none: "nowhere", short: await accountAt(1), long: await accountAt(5) };
      for (const [account, accountId] of Object.entries(accounts)) {
        for (const version of [1, 4, 5, 6, 2_147_483_646]) {
          const cost = await costOf(field, command(accountId, version, more), caller);
          expect({ account, version, ...cost }).toEqual({
            ...{ account, version, ...unseen },
            errorType: "Unauthorized",
          });
        }
      }
    },
  );

  it("asks one more of the tables for who may know at which version the account is", async () => {
    const accountId = await accountAt(2);
    const none = await costOf(field, command("nowhere", 1, more), "operator");
    expect(none).toEqual({ ...unseen, errorType: "NotFound" });
    for (const caller of ["owner", "operator"] as const) {
      const ahead = await costOf(field, command(accountId, 3, more), caller);
      expect(ahead).toEqual({
        ...{ errorType: "VersionConflict", requests: `${unseen.requests} Query`, readUnits: 3 },
      });
    }
  });

  it("asks nothing for an input that is not as described, whoever sends it", async () => {
    const accountId = await accountAt(2);
    for (const caller of ["owner", "operator", "stranger"] as const) {
      for (const id of [accountId, "nowhere"]) {
        const cost = await costOf(field, command(id, 0, more), caller);
        expect(cost).toEqual({ requests: "", readUnits: 0, errorType: "InvalidInput" });
        const illFormed = command(id, 2, { ...more, reason: "" });
        expect(await costOf(field, illFormed, caller)).toEqual(cost);
      }
    }
  });
});

describe("an openAccount of an id that is taken", () => {
  // AppSync reads the item in the place of a put that fails, and recogniseRepetition reads it as the command's own.
  const taken = { requests: "PutItem GetItem GetItem GetItem", readUnits: 3 };

  it("asks the same of the tables for everybody, and one more for who may know the version", async () => {
    for (const accountId of [await accountAt(1), await accountAt(5)]) {
      for (const caller of ["stranger", "user without groups", "owner", "operator"] as const) {
        const opening = command(accountId, 0, { currency: "EUR" });
        const cost = await costOf("openAccount", opening, caller);
        expect({ caller, ...cost }).toEqual(
          caller === "owner" || caller === "operator"
            ? {
                ...{ caller, errorType: "VersionConflict" },
                ...{ requests: `${taken.requests} Query`, readUnits: taken.readUnits + 1 },
              }
            : { caller, errorType: "Unauthorized", ...taken },
        );
      }
    }
  });
});

describe("a recorded command", () => {
  it("costs one read, and none where it opens the account", async () => {
    const accountId = `account-${++count}`;
    const opening = command(accountId, 0, { currency: "EUR" });
    expect(await costOf("openAccount", opening, "owner")).toEqual({
      ...{ errorType: "recorded", requests: "PutItem", readUnits: 0 },
    });
    const deposit = command(accountId, 1, { amount: "1" });
    expect(await costOf("deposit", deposit, "owner")).toEqual({
      ...{ errorType: "recorded", requests: "GetItem PutItem", readUnits: 1 },
    });
    const byOperator = command(accountId, 2, { amount: "1", reason: "Branch deposit" });
    expect(await costOf("deposit", byOperator, "operator")).toEqual({
      ...{ errorType: "recorded", requests: "GetItem PutItem", readUnits: 1 },
    });
  });
});
