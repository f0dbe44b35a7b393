import { newMap } from "local-aws";
import { describe, expect, it } from "vitest";
import {
  callers,
  readModelTable,
  refusal,
  refusalOf,
  render,
  throttled,
  unauthorized,
  unavailable,
} from "./templates";

const context = { identity: callers.owner };

describe("parsePage.before", () => {
  it.each([
    [{}, 20],
    [{ limit: null }, 20],
    [{ limit: 1 }, 1],
    [{ limit: 100 }, 100],
  ])("stashes for %j a page of %i", (args, limit) => {
    const stash = newMap();
    expect(render("shared/parsePage.before", { ...context, arguments: args, stash })).toEqual({
      json: {},
    });
    expect(stash).toEqual({ limit });
  });

  it.each([0, -1, 101, 2_147_483_647])("rejects a page of %i", (limit) => {
    expect(
      refusalOf(render("shared/parsePage.before", { ...context, arguments: { limit } })),
    ).toEqual(refusal("InvalidInput", "limit", "limit: expected 1 to 100"));
  });
});

describe("passThrough.after", () => {
  it.each([null, { accountId: "savings" }])("answers with the previous result: %j", (result) => {
    expect(render("shared/passThrough.after", { prev: { result } })).toEqual({ json: result });
  });
});

describe("getSummary.request", () => {
  const request = (accountId: string) =>
    render("shared/getSummary.request", { ...context, arguments: { accountId } });

  it("reads the summary, consistently", () => {
    expect(request("savings")).toEqual({
      json: {
        version: "2018-05-29",
        operation: "GetItem",
        key: { pk: { S: "account:savings" }, sk: { S: "summary" } },
        consistentRead: true,
      },
    });
  });

  it("rejects an invalid id, and so any id that is too long for a key", () => {
    expect(request("s".repeat(64))).toHaveProperty("json");
    for (const id of ["s".repeat(65), "", "-savings", "savings\n"]) {
      expect(refusalOf(request(id))).toEqual(
        refusal(
          "InvalidInput",
          "accountId",
          "accountId: expected 1 to 64 letters, digits, _ or -, beginning with a letter or digit",
        ),
      );
    }
  });
});

describe("getSummary.response", () => {
  const summary = { accountId: "savings", owner: "alice", balance: "250" };
  const info = { fieldName: "account", parentTypeName: "Query" };
  const respond = (caller: keyof typeof callers, result: unknown) =>
    render("shared/getSummary.response", { identity: callers[caller], info, result });
  const missing = [null, { accountId: "savings", version: 1 }];

  it.each(["owner", "operator"] as const)("shows the account to the %s", (caller) => {
    expect(respond(caller, summary)).toEqual({ json: summary });
  });

  it.each(["stranger", "user without groups"] as const)(
    "gives the %s the same answer, whether the account exists or not",
    (caller) => {
      for (const result of [summary, ...missing]) {
        expect(refusalOf(respond(caller, result))).toEqual(unauthorized("account", "Query"));
      }
    },
  );

  it("answers null to an operator where no account has been opened", () => {
    for (const result of missing) expect(respond("operator", result)).toEqual({ returned: null });
  });
});

describe("queryEntries", () => {
  const summary = {
    pk: "account:savings",
    owner: "alice",
    firstEntry: "entry:1.2:",
    lastEntry: "entry:1.2:0000000007",
  };
  const request = (result: unknown, args = {}) =>
    render("shared/queryEntries.request", {
      ...context,
      arguments: { accountId: "savings", ...args },
      prev: { result },
      stash: { limit: 5 },
    });

  it.each([
    [{}, null],
    [{ nextToken: "t" }, "t"],
  ])("queries the entries that the summary refers to, newest first: %j", (args, nextToken) => {
    expect(request(summary, args)).toEqual({
      json: {
        version: "2018-05-29",
        operation: "Query",
        query: {
          expression: "pk = :pk AND sk BETWEEN :first AND :last",
          expressionValues: {
            ":pk": { S: "account:savings" },
            ":first": { S: "entry:1.2:" },
            ":last": { S: "entry:1.2:0000000007" },
          },
        },
        scanIndexForward: false,
        consistentRead: true,
        limit: 5,
        nextToken,
      },
    });
  });

  it("answers with no entries where there is no account", () => {
    expect(request(null)).toEqual({ returned: { items: [] } });
  });

  it("answers with the page", () => {
    const result = { items: [{ version: 7 }], nextToken: "t", scannedCount: 1 };
    expect(render("shared/queryEntries.response", { result })).toEqual({
      json: { items: [{ version: 7 }], nextToken: "t" },
    });
  });
});

describe("queryOwner", () => {
  const request = (caller: keyof typeof callers, args = {}) =>
    render("shared/queryOwner.request", {
      identity: callers[caller],
      arguments: args,
      info: { fieldName: "accounts", parentTypeName: "Query" },
      stash: { limit: 20 },
    });
  const asksFor = (owner: string, nextToken: string | null = null) => ({
    json: {
      version: "2018-05-29",
      operation: "Query",
      index: "byOwner",
      query: {
        expression: "#owner = :owner",
        expressionNames: { "#owner": "owner" },
        expressionValues: { ":owner": { S: owner } },
      },
      limit: 20,
      nextToken,
    },
  });

  it("queries the caller's own accounts", () => {
    expect(request("owner")).toEqual(asksFor("alice"));
    expect(request("owner", { owner: null, nextToken: "t" })).toEqual(asksFor("alice", "t"));
    expect(request("user without groups")).toEqual(asksFor("norman"));
  });

  it("queries a named owner's accounts for that owner and for operators alone", () => {
    expect(request("owner", { owner: "alice" })).toEqual(asksFor("alice"));
    expect(request("operator", { owner: "alice" })).toEqual(asksFor("alice"));
    for (const caller of ["stranger", "user without groups"] as const) {
      expect(refusalOf(request(caller, { owner: "alice" }))).toEqual(
        unauthorized("accounts", "Query"),
      );
    }
  });

  it.each(["", "o".repeat(129)])("rejects an owner that can be nobody's sub: %j", (owner) => {
    expect(refusalOf(request("operator", { owner }))).toEqual(
      refusal("InvalidInput", "owner", "owner: expected the sub of a user"),
    );
  });

  it("passes on the keys that it found", () => {
    const result = { items: [{ pk: "account:savings", sk: "summary" }], nextToken: null };
    expect(render("shared/queryOwner.response", { result })).toEqual({ json: result });
  });
});

describe("getSummaries", () => {
  const keys = ["account:a", "account:b"].map((pk) => ({ pk, sk: "summary" }));

  it("reads the summaries by the keys that were found", () => {
    const stash = newMap();
    const items = keys.map((key) => ({ ...key, owner: "alice" }));
    const prev = { result: { items, nextToken: "t" } };
    expect(render("shared/getSummaries.request", { ...context, prev, stash })).toEqual({
      json: {
        version: "2018-05-29",
        operation: "BatchGetItem",
        tables: {
          [readModelTable]: {
            keys: keys.map(({ pk, sk }) => ({ pk: { S: pk }, sk: { S: sk } })),
          },
        },
      },
    });
    expect(stash).toEqual({ nextToken: "t" });
  });

  it("reads nothing for an empty page", () => {
    const result = { items: [], nextToken: null };
    expect(render("shared/getSummaries.request", { ...context, prev: { result } })).toEqual({
      returned: result,
    });
  });

  const respond = (unprocessedKeys: unknown) =>
    render("shared/getSummaries.response", {
      result: { data: { [readModelTable]: [{ accountId: "a" }, null] }, unprocessedKeys },
      stash: { nextToken: "t" },
    });

  it.each([{ [readModelTable]: [] }, {}, null])(
    "answers with the summaries in the order of the keys when no key was left unprocessed: %j",
    (unprocessedKeys) => {
      expect(respond(unprocessedKeys)).toEqual({
        json: { items: [{ accountId: "a" }, null], nextToken: "t" },
      });
    },
  );

  it("reports an error rather than a part of a page", () => {
    expect(refusalOf(respond({ [readModelTable]: [keys[1]] }))).toEqual({
      message: "The read model is busy. Try again.",
      errorType: "Unavailable",
      data: {},
      errorInfo: { cause: "UnprocessedKeys" },
    });
  });
});

describe("querySuspended", () => {
  it("queries the rows of suspended streams", () => {
    const context = { arguments: { nextToken: "t" }, stash: { limit: 5 } };
    expect(render("shared/querySuspended.request", context)).toEqual({
      json: {
        version: "2018-05-29",
        operation: "Query",
        query: { expression: "pk = :pk", expressionValues: { ":pk": { S: "suspended" } } },
        consistentRead: true,
        limit: 5,
        nextToken: "t",
      },
    });
  });

  it("answers with the page", () => {
    const result = { items: [{ accountId: "savings" }], nextToken: "t", scannedCount: 1 };
    expect(render("shared/querySuspended.response", { result })).toEqual({
      json: { items: [{ accountId: "savings" }], nextToken: "t" },
    });
  });
});

describe("a nextToken that is refused", () => {
  const refused = [
    {
      type: "DynamoDB:UserIllegalArgumentException",
      message:
        "com.amazonaws.deepdish.common.pagination.InvalidPaginationTokenException: Invalid pagination token given.",
    },
    {
      type: "DynamoDB:DynamoDbException",
      message: "The provided starting key is invalid (Service: DynamoDb, Status Code: 400)",
    },
    {
      type: "DynamoDB:ValidationException",
      message:
        "The provided starting key is outside query boundaries based on provided conditions (Service: DynamoDb, Status Code: 400)",
    },
  ];
  const lists = ["shared/queryEntries", "shared/queryOwner", "shared/querySuspended"];

  it.each(lists)("is invalid input to %s", (name) => {
    const args = { ...context, arguments: { nextToken: "t" } };
    for (const error of refused) {
      expect(refusalOf(render(`${name}.response`, { ...args, error }))).toEqual(
        refusal(
          "InvalidInput",
          "nextToken",
          "nextToken: expected the one of this list's page before; begin again from the first page",
        ),
      );
    }
  });

  it.each(lists)("is not to blame in %s where none was sent, or for a throttle", (name) => {
    for (const args of [{}, { nextToken: null }]) {
      const rendered = render(`${name}.response`, { arguments: args, error: refused[0] ?? null });
      expect(refusalOf(rendered)).toMatchObject({ errorType: "Unavailable" });
    }
    const rendered = render(`${name}.response`, {
      arguments: { nextToken: "t" },
      error: throttled,
    });
    expect(refusalOf(rendered)).toMatchObject({ errorType: "Unavailable" });
  });
});

describe("a read model that cannot be reached", () => {
  it.each([
    "shared/getSummary",
    "shared/queryEntries",
    "shared/queryOwner",
    "shared/getSummaries",
    "shared/querySuspended",
  ])("is reported by %s", (name) => {
    const rendered = render(`${name}.response`, { ...context, error: throttled });
    expect(refusalOf(rendered)).toEqual(
      unavailable("The read model could not be reached. Try again."),
    );
  });
});
