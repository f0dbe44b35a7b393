import { newMap, type TemplateContext } from "local-aws";
import { describe, expect, it } from "vitest";
import { renderBefore } from "./commands";
import {
  callers,
  refusal,
  refusalOf,
  render,
  throttled,
  unauthorized,
  unavailable,
} from "./templates";

const idMessage =
  "expected 1 to 64 letters, digits, _ or -, beginning with a letter or digit" as const;

const move = { accountId: "savings", commandId: "c-7", expectedVersion: 6, amount: "250" };
const open = { accountId: "savings", commandId: "c-1", expectedVersion: 0, currency: "EUR" };

const context = (input: object, more: Omit<TemplateContext, "arguments"> = {}) => ({
  arguments: { input },
  identity: callers.owner,
  ...more,
});

/** The stash after the first template of a command's pipeline. */
function stashAfter(command: string, input: object) {
  const stash = newMap();
  expect(renderBefore(command, context(input, { stash }))).toEqual({ json: {} });
  return stash;
}

const refusalBy = (name: string, input: object, stash: Record<string, unknown> = {}) =>
  refusalOf(render(name, context(input, { stash })));

describe("openAccount.before", () => {
  it("stashes an opening, which must be the first event of its stream", () => {
    expect(stashAfter("openAccount", { ...open, name: "Rainy days" })).toEqual({
      opens: true,
      event: {
        type: "AccountOpeningRequested",
        schemaVersion: 2,
        data: { currency: "EUR", name: "Rainy days" },
      },
    });
  });

  it.each([{}, { name: null }])("names the account after its id for %j", (unnamed) => {
    expect(stashAfter("openAccount", { ...open, ...unnamed })).toMatchObject({
      event: { data: { currency: "EUR", name: "savings" } },
    });
  });

  it("rejects an invalid currency, and a name that is empty or too long", () => {
    const by = (fault: object) =>
      refusalOf(renderBefore("openAccount", context({ ...open, ...fault })));
    const currency = "currency: expected an ISO 4217 code such as EUR";
    const name = "name: expected 1 to 64 characters, without unpaired surrogates";
    expect(by({ currency: "eur" })).toEqual(refusal("InvalidInput", "currency", currency));
    expect(by({ name: "" })).toEqual(refusal("InvalidInput", "name", name));
    expect(by({ name: "n".repeat(65) })).toEqual(refusal("InvalidInput", "name", name));
  });

  it("counts the characters of a name, and refuses unpaired surrogates", () => {
    const by = (name: string) => renderBefore("openAccount", context({ ...open, name }));
    expect(by("😀".repeat(64))).toEqual({ json: {} });
    expect(refusalOf(by("😀".repeat(65)))).toMatchObject({ errorInfo: { field: "name" } });
    expect(refusalOf(by("Rainy \ud800"))).toMatchObject({ errorInfo: { field: "name" } });
  });
});

describe("moveMoney.before", () => {
  it.each([
    ["deposit", "DepositRequested"],
    ["withdraw", "WithdrawalRequested"],
  ] as const)("stashes for %s a %s, which must follow another event", (command, type) => {
    expect(stashAfter(command, { ...move, memo: "Rent" })).toEqual({
      opens: false,
      event: { type, schemaVersion: 1, data: { amount: "250", memo: "Rent" } },
    });
  });

  it.each([{}, { memo: null }])("leaves the memo out of the event for %j", (none) => {
    const { event } = stashAfter("deposit", { ...move, ...none });
    expect(event).toMatchObject({ data: { amount: "250" } });
    expect(event).not.toHaveProperty("data.memo");
  });

  it("rejects an invalid amount, and a memo that is too long", () => {
    const by = (fault: object) =>
      refusalOf(renderBefore("deposit", context({ ...move, ...fault })));
    const amount =
      "amount: expected a positive number of minor units, 1 to 18 digits without leading zeros, as a string";
    expect(by({ amount: "-5" })).toEqual(refusal("InvalidInput", "amount", amount));
    expect(by({ memo: "m".repeat(141) })).toEqual(
      refusal(
        "InvalidInput",
        "memo",
        "memo: expected at most 140 characters, without unpaired surrogates",
      ),
    );
  });

  it("counts the characters of a memo, and refuses unpaired surrogates", () => {
    const by = (memo: string) => renderBefore("deposit", context({ ...move, memo }));
    expect(by("😀".repeat(140))).toEqual({ json: {} });
    expect(refusalOf(by("😀".repeat(141)))).toMatchObject({ errorInfo: { field: "memo" } });
    for (const unpaired of ["\ud83d", "Rent \ude00", "\ude00\ud83d"]) {
      expect(refusalOf(by(unpaired))).toMatchObject({ errorInfo: { field: "memo" } });
    }
  });
});

describe("closeAccount.before", () => {
  it("stashes a closing, which must follow another event", () => {
    expect(stashAfter("closeAccount", move)).toEqual({
      opens: false,
      event: { type: "AccountClosingRequested", schemaVersion: 1, data: {} },
    });
  });
});

describe("loadPreviousEvent.request", () => {
  it("reads the event that the command wants to follow, consistently", () => {
    const stash = newMap([["opens", false]]);
    expect(render("shared/loadPreviousEvent.request", context(move, { stash }))).toEqual({
      json: {
        version: "2018-05-29",
        operation: "GetItem",
        key: { streamId: { S: "savings" }, version: { N: "6" } },
        consistentRead: true,
      },
    });
    expect(stash).not.toHaveProperty("owner");
  });

  it("reads nothing before the first event, and makes the caller the owner", () => {
    const stash = newMap([["opens", true]]);
    expect(render("shared/loadPreviousEvent.request", context(open, { stash }))).toEqual({
      returned: null,
    });
    expect(stash).toMatchObject({ owner: "alice" });
  });

  it.each(["accountId", "commandId"])("rejects an invalid %s", (field) => {
    const stash = { opens: false };
    const by = (id: string) =>
      refusalBy("shared/loadPreviousEvent.request", { ...move, [field]: id }, stash);
    const expected = refusal("InvalidInput", field, `${field}: ${idMessage}`);
    for (const id of ["", "-savings", "sav ings", "savings\n", "s".repeat(65)]) {
      expect(by(id)).toEqual(expected);
    }
  });

  it.each([-1, 1, 6])("rejects an opening with an expectedVersion of %i", (expectedVersion) => {
    const input = { ...open, expectedVersion };
    expect(refusalBy("shared/loadPreviousEvent.request", input, { opens: true })).toEqual(
      refusal(
        "InvalidInput",
        "expectedVersion",
        "expectedVersion: expected 0, because this command is the account's first",
      ),
    );
  });

  it.each([-1, 0, 2_147_483_647])(
    "rejects, for what must follow another event, an expectedVersion of %i",
    (expectedVersion) => {
      const input = { ...move, expectedVersion };
      expect(refusalBy("shared/loadPreviousEvent.request", input, { opens: false })).toEqual(
        refusal(
          "InvalidInput",
          "expectedVersion",
          "expectedVersion: expected the version of the account's last event, 1 or more",
        ),
      );
    },
  );
});

describe("loadPreviousEvent.response", () => {
  const reason = "Branch deposit, slip 17";
  const respond = (more: Omit<TemplateContext, "arguments">, input: object = { ...move, reason }) =>
    render(
      "shared/loadPreviousEvent.response",
      context(input, { info: { fieldName: "deposit", parentTypeName: "Mutation" }, ...more }),
    );

  it.each([
    ["owner", { owner: "alice" }],
    ["operator", { owner: "alice", actorReason: reason }],
  ] as const)("stashes for the %s what the event needs: %j", (caller, expected) => {
    const stash = newMap();
    const rendered = respond({ identity: callers[caller], stash, result: { owner: "alice" } });
    expect(rendered).toEqual({ json: {} });
    expect(stash).toEqual(expected);
  });

  it.each([{}, { reason: null }])("rejects an operator's command for %j", (without) => {
    const more = { identity: callers.operator, stash: newMap(), result: { owner: "alice" } };
    expect(refusalOf(respond(more, { ...move, ...without }))).toEqual(
      refusal(
        "InvalidInput",
        "reason",
        "reason: required of an operator who acts on another's account, 1 to 200 characters",
      ),
    );
  });

  it.each([
    ["operator", "olga"],
    ["owner", "alice"],
  ] as const)("asks the %s for no reason on an own account", (caller, owner) => {
    const stash = newMap();
    const rendered = respond({ identity: callers[caller], stash, result: { owner } }, move);
    expect(rendered).toEqual({ json: {} });
    expect(stash).toEqual({ owner });
  });

  it.each(["stranger", "user without groups"] as const)(
    "marks the command of a %s as rejected, as for an event that is missing",
    (caller) => {
      const stash = newMap();
      const rendered = respond({ identity: callers[caller], stash, result: { owner: "alice" } });
      expect(rendered).toEqual({ json: {} });
      expect(stash).toEqual({ rejected: true });
    },
  );

  it("marks the command as rejected when the event is missing", () => {
    const stash = newMap();
    expect(respond({ stash, result: null })).toEqual({ json: {} });
    expect(stash).toEqual({ rejected: true });
  });
});

describe("append.request with an actor's reason", () => {
  it("puts it beside the actor", () => {
    const event = { type: "DepositRequested", schemaVersion: 1, data: { amount: "250" } };
    const stash = { owner: "alice", actorReason: "Branch deposit", event };
    expect(
      render("shared/append.request", context(move, { identity: callers.operator, stash })),
    ).toMatchObject({
      json: { attributeValues: { actor: { S: "olga" }, actorReason: { S: "Branch deposit" } } },
    });
  });
});

describe("append.request", () => {
  const event = { type: "DepositRequested", schemaVersion: 1, data: { amount: "250" } };

  it("puts the next event, on condition that there is none yet", () => {
    const stash = { owner: "alice", event };
    expect(
      render("shared/append.request", context(move, { identity: callers.operator, stash })),
    ).toEqual({
      json: {
        version: "2018-05-29",
        operation: "PutItem",
        key: { streamId: { S: "savings" }, version: { N: "7" } },
        attributeValues: {
          type: { S: "DepositRequested" },
          schemaVersion: { N: "1" },
          commandId: { S: "c-7" },
          owner: { S: "alice" },
          actor: { S: "olga" },
          recordedAt: { S: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/) },
          data: { M: { amount: { S: "250" } } },
        },
        condition: {
          expression: "attribute_not_exists(streamId)",
          equalsIgnore: ["recordedAt"],
          consistentRead: true,
        },
      },
    });
  });

  it("appends nothing for a rejected command", () => {
    const stash = { rejected: true, event };
    expect(render("shared/append.request", context(move, { stash }))).toEqual({ returned: null });
  });
});

describe("append.response", () => {
  const conflict = {
    type: "DynamoDB:ConditionalCheckFailedException",
    message: "The conditional request failed (Service: DynamoDb, Status Code: 400)",
  };

  it("answers with the event", () => {
    const result = { streamId: "savings", version: 7, data: { amount: "250" } };
    expect(render("shared/append.response", context(move, { result }))).toEqual({ json: result });
  });

  it.each([null, { owner: "bob" }])(
    "leaves it to the next function when the place is taken, whatever was read: %j",
    (result) => {
      for (const input of [open, move]) {
        const stash = newMap();
        const more = { stash, error: conflict, result };
        expect(render("shared/append.response", context(input, more))).toEqual({ json: result });
        expect(stash).toEqual({ placeTaken: true });
      }
    },
  );
});

describe("recogniseRepetition", () => {
  const data = { amount: "250", pieces: 3 };
  const event = { type: "DepositRequested", schemaVersion: 2, data };
  const own = { commandId: "c-7", actor: "alice", owner: "alice", ...event };

  it("reads nothing for a command that was recorded or rejected, and hands on what came before", () => {
    const result = { streamId: "savings", version: 7 };
    for (const stash of [{}, { rejected: true }]) {
      const more = { prev: { result }, stash };
      expect(render("shared/recogniseRepetition.request", context(move, more))).toEqual({
        returned: result,
      });
    }
  });

  it("reads the event that has taken the command's place, consistently", () => {
    const stash = { placeTaken: true };
    expect(render("shared/recogniseRepetition.request", context(move, { stash }))).toEqual({
      json: {
        version: "2018-05-29",
        operation: "GetItem",
        key: { streamId: { S: "savings" }, version: { N: "7" } },
        consistentRead: true,
      },
    });
  });

  const respond = (result: object | null, actorReason: string | null = null) => {
    const stash = newMap([
      ["placeTaken", true],
      ["event", event],
      ["actorReason", actorReason],
    ]);
    const rendered = render(
      "shared/recogniseRepetition.response",
      context(move, { result, stash }),
    );
    expect(rendered).toEqual({ json: result });
    return { rejected: stash.rejected === true, hasCommandId: stash.hasCommandId === true };
  };
  const recognised = { rejected: false, hasCommandId: false };

  it.each([
    { data },
    { data: { pieces: 3, amount: "250" } },
    { owner: "bob", recordedAt: "2026-03-01T10:00:00.000Z", channel: "mobile" },
    { schemaVersion: 1, data: { amount: "250" } },
    { schemaVersion: 3, data: { ...data, memo: "Rent" } },
    { schemaVersion: 3, data: {} },
  ])("answers with the command's own event, in whatever form: %j", (form) => {
    expect(respond({ ...own, ...form })).toEqual(recognised);
  });

  it.each([
    { type: "WithdrawalRequested" },
    { data: { amount: "250" } },
    { data: { ...data, memo: "Rent" } },
    { data: { ...data, pieces: 4 } },
    { data: { amount: "250", weight: 3 } },
    { schemaVersion: 1, data: { ...data, amount: "25" } },
    { schemaVersion: 3, data: { ...data, amount: null } },
    { schemaVersion: 1, type: "WithdrawalRequested" },
  ])("rejects what has the commandId, and is another command: %j", (other) => {
    expect(respond({ ...own, ...other })).toEqual({ rejected: true, hasCommandId: true });
  });

  it.each([
    [{ actorReason: "slip 17" }, "slip 17"],
    // An earlier release has recorded it, and asked for none.
    [{}, "slip 17"],
  ])("answers with the command's own event, recorded for %j and sent for %j", (was, is) => {
    expect(respond({ ...own, ...was }, is)).toEqual(recognised);
  });

  it("rejects what has the commandId, and was recorded for another reason", () => {
    for (const other of ["slip 18", null]) {
      expect(respond({ ...own, actorReason: "slip 17" }, other)).toEqual({
        ...{ rejected: true, hasCommandId: true },
      });
    }
  });

  it.each([{ commandId: "c-8" }, { actor: "olga" }, null])(
    "rejects what has not the caller's commandId: %j",
    (other) => {
      const result = other && { ...own, ...other };
      expect(respond(result)).toEqual({ rejected: true, hasCommandId: false });
    },
  );
});

const conflictAt = (version: number, field: string, message: string) => ({
  ...refusal("VersionConflict", field, message),
  errorInfo: { field, version },
});

const versionConflict = conflictAt(
  9,
  "expectedVersion",
  "expectedVersion: the command was not recorded after version 6. The account is at version 9: decide again, and send the command with that version.",
);

const commandIdTaken = conflictAt(
  9,
  "commandId",
  "commandId: event 7 has it, with another type or other data. Look at that event before you decide again.",
);

const noSuchAccount = refusal("NotFound", "accountId", "accountId: there is no such account");

describe("loadFirstEvent", () => {
  const info = { fieldName: "deposit", parentTypeName: "Mutation" };

  it("reads nothing for a recorded command, and passes its event on", () => {
    const result = { streamId: "savings", version: 7 };
    const rendered = render("shared/loadFirstEvent.request", context(move, { prev: { result } }));
    expect(rendered).toEqual({ returned: result });
  });

  it("reads the first event of a rejected command's stream, which names the owner", () => {
    const stash = { rejected: true };
    expect(render("shared/loadFirstEvent.request", context(move, { stash }))).toEqual({
      json: {
        version: "2018-05-29",
        operation: "GetItem",
        key: { streamId: { S: "savings" }, version: { N: "1" } },
        consistentRead: true,
      },
    });
  });

  it.each([
    ["owner", "exists", undefined],
    ["operator", "exists", undefined],
    ["stranger", "exists", unauthorized("deposit", "Mutation")],
    ["user without groups", "exists", unauthorized("deposit", "Mutation")],
    ["owner", "does not exist", unauthorized("deposit", "Mutation")],
    ["operator", "does not exist", noSuchAccount],
    ["stranger", "does not exist", unauthorized("deposit", "Mutation")],
    ["user without groups", "does not exist", unauthorized("deposit", "Mutation")],
  ] as const)(
    "gives the %s the permitted error where the account %s",
    (caller, existence, expected) => {
      const result = existence === "exists" ? { owner: "alice", version: 1 } : null;
      const more = { identity: callers[caller], info, result };
      expect(refusalOf(render("shared/loadFirstEvent.response", context(move, more)))).toEqual(
        expected,
      );
    },
  );
});

describe("explainRejection", () => {
  it("reads nothing for a recorded command, and passes its event on", () => {
    const result = { streamId: "savings", version: 7 };
    const rendered = render("shared/explainRejection.request", context(move, { prev: { result } }));
    expect(rendered).toEqual({ returned: result });
  });

  it("reads the last event of a rejected command's stream", () => {
    const stash = { rejected: true };
    expect(render("shared/explainRejection.request", context(move, { stash }))).toEqual({
      json: {
        version: "2018-05-29",
        operation: "Query",
        query: {
          expression: "streamId = :streamId",
          expressionValues: { ":streamId": { S: "savings" } },
        },
        scanIndexForward: false,
        consistentRead: true,
        limit: 1,
      },
    });
  });

  it("names the version that the stream is at", () => {
    const result = { items: [{ owner: "alice", version: 9 }] };
    const respond = (stash: Record<string, unknown>) =>
      refusalOf(render("shared/explainRejection.response", context(move, { stash, result })));
    expect(respond({ rejected: true })).toEqual(versionConflict);
    expect(respond({ rejected: true, hasCommandId: true })).toEqual(commandIdTaken);
  });
});

describe("an event table that cannot be reached", () => {
  it.each([
    ...["loadPreviousEvent", "append", "recogniseRepetition"],
    ...["loadFirstEvent", "explainRejection"],
  ])("is reported by %s, with the advice to send the command again", (name) => {
    const more = { error: throttled, stash: { rejected: true } };
    expect(refusalOf(render(`shared/${name}.response`, context(move, more)))).toEqual(
      unavailable(
        "The event table could not be reached. Send the same command again: it is recorded once.",
      ),
    );
  });
});

describe("resumeStream", () => {
  it("invokes the function with the stream's id", () => {
    const args = { arguments: { accountId: "savings" } };
    expect(render("shared/resumeStream.request", args)).toEqual({
      json: {
        version: "2018-05-29",
        operation: "Invoke",
        payload: { accountId: "savings" },
      },
    });
  });

  it.each(["", "-savings", "a".repeat(65), "a".repeat(10_000), "😀", "\ud800"])(
    "invokes nothing for an id that no account has: %j",
    (accountId) => {
      const rendered = render("shared/resumeStream.request", { arguments: { accountId } });
      expect(refusalOf(rendered)).toEqual(
        refusal("InvalidInput", "accountId", `accountId: ${idMessage}`),
      );
    },
  );

  it("answers with the state of the stream, or that there is no such account", () => {
    const result = { accountId: "savings", version: 7, processing: "CURRENT" };
    const respond = (more: TemplateContext) => render("shared/resumeStream.response", more);
    expect(respond({ result })).toEqual({ json: result });
    expect(refusalOf(respond({ result: null }))).toEqual(noSuchAccount);
  });

  it("reports that the function failed", () => {
    const error = { type: "Lambda:Unhandled", message: "It timed out." };
    expect(refusalOf(render("shared/resumeStream.response", { error }))).toEqual({
      message: "The stream could not be resumed. Try again.",
      errorType: "Unavailable",
      data: {},
      errorInfo: { cause: "Lambda:Unhandled" },
    });
  });
});

describe("toRecordedEvent.after", () => {
  const stored = {
    streamId: "savings",
    version: 7,
    type: "DepositRequested",
    schemaVersion: 1,
    commandId: "c-7",
    owner: "alice",
    actor: "olga",
    recordedAt: "2026-03-01T10:00:00.000Z",
  };
  const { streamId, schemaVersion, ...envelope } = stored;

  it.each([
    { amount: "250", memo: "Rent" },
    { amount: "250" },
    { currency: "EUR", name: "Rainy days" },
    {},
  ])("answers with the event and its data %j", (data) => {
    const rendered = render("shared/toRecordedEvent.after", {
      prev: { result: { ...stored, data } },
    });
    expect(rendered).toEqual({
      json: { accountId: "savings", ...envelope, actorReason: null, ...data },
    });
  });

  it("lets no field of the data replace a field of the envelope", () => {
    const actorReason = "Branch deposit";
    const data = { owner: "mallory", accountId: "checking", actorReason: "none" };
    const result = { ...stored, actorReason, data };
    expect(render("shared/toRecordedEvent.after", { prev: { result } })).toEqual({
      json: { accountId: "savings", ...envelope, actorReason },
    });
  });
});
