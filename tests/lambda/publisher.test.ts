import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import {
  coerceInputValue,
  type GraphQLInputType,
  type GraphQLObjectType,
  type OperationDefinitionNode,
  parse,
  validate,
} from "graphql";
import { Iam } from "local-aws";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { ledger } from "../../core/ledger";
import type { Change } from "../../core/projection/summary";
import { maxChangesInRequest } from "../../lambda/adapters/keys";
import { appSyncPublisher, publication } from "../../lambda/adapters/publisher";
import { deposit, opening, stored, storedIn, withdrawal } from "../core/ledger/requests";
import { folded } from "../core/projection/memory";
import { type Api, apiSchema, projectorRole, startApi } from "./graphql-api";

const region = "eu-central-1";

const [, deposited, declined] = folded(stored(opening(), deposit(100, "rent"), withdrawal(101)))
  .changes as [Change, Change, Change];
const unopened = folded(stored(deposit(1))).changes[0] as Change;

describe("the publishing mutation", () => {
  const schema = apiSchema();
  const document = parse(publication(ledger, 2));

  it("is valid in the API's schema", () => {
    expect(validate(schema, document)).toEqual([]);
  });

  it("selects every field of a change: subscribers get no other field", () => {
    const operation = document.definitions[0] as OperationDefinitionNode;
    const [mutation] = operation.selectionSet.selections;
    const selected =
      mutation?.kind === "Field"
        ? mutation.selectionSet?.selections.map((field) =>
            field.kind === "Field" ? field.name.value : "",
          )
        : [];
    const fields = (schema.getType("AccountChange") as GraphQLObjectType).getFields();
    expect(selected?.toSorted()).toEqual(Object.keys(fields).toSorted());
  });
});

describe("the publisher", () => {
  const iam = new Iam({ region });
  const role = projectorRole(iam);
  let api: Api;

  beforeAll(async () => {
    api = await startApi(iam);
  });
  afterAll(() => api.stop());
  afterEach(() => {
    api.answer = { status: 200, body: '{"data":{}}' };
  });

  const start = ({ credentials = role.credentials, endpoint = api.url } = {}) => {
    const { config: signer } = new DynamoDBClient({ region, credentials });
    /** The failures that are reported, by position. */
    const failures = new Map<string, unknown>();
    const failed =
      ({ streamId, version }: Change, cause: unknown) =>
      () =>
        void failures.set(`${streamId} ${version}`, cause);
    return { ...appSyncPublisher(ledger, { endpoint, signer, failed }), failures };
  };

  /** Publishes a change, and answers with the failure that was reported, if any. */
  const publish = async (
    change: Change,
    { timeoutMs = 60_000, ...options }: Parameters<typeof start>[0] & { timeoutMs?: number } = {},
  ): Promise<unknown> => {
    const publisher = start(options);
    await publisher.publish([change])();
    await publisher.finish(timeoutMs)();
    return publisher.failures.get(`${change.streamId} ${change.version}`);
  };

  it("signs as its role, and sends the change in the schema's form", async () => {
    expect(await publish(deposited)).toBeUndefined();
    const asked = api.asked.at(-1);
    expect(asked).toMatchObject({ caller: { arn: role.arn }, query: publication(ledger, 1) });
    expect(asked?.variables.c0).toEqual({
      accountId: "savings",
      owner: "alice",
      version: 2,
      type: "DepositRequested",
      commandId: "command-2",
      actor: "alice",
      actorReason: null,
      recordedAt: deposited.recordedAt,
      amount: "100",
      memo: "rent",
      outcome: "POSTED",
      reason: null,
      balance: "100",
      name: "Savings",
      currency: "EUR",
      status: "OPEN",
    });
  });

  it.each([
    ["a posted change", deposited],
    ["a declined change", declined],
    ["a change before any account", unopened],
  ])("gives %s every field of the mutation's input, in its types", async (_, change) => {
    await publish(change);
    const sent = api.asked.at(-1)?.variables.c0 ?? {};
    const type = apiSchema().getType("AccountChangeInput") as GraphQLInputType & {
      getFields(): object;
    };
    coerceInputValue(sent, type, (path, __, error) => {
      throw new Error(`${path.join(".")}: ${error.message}`);
    });
    expect(Object.keys(sent).toSorted()).toEqual(Object.keys(type.getFields()).toSorted());
  });

  it("publishes why a request was declined, and the unchanged balance", async () => {
    await publish(declined);
    expect(api.asked.at(-1)?.variables.c0).toMatchObject({
      outcome: "DECLINED",
      reason: "INSUFFICIENT_FUNDS",
      balance: "100",
    });
  });

  const failure = (message: RegExp) =>
    expect.objectContaining({ message: expect.stringMatching(message) });

  it.each([
    [
      "a GraphQL error",
      200,
      '{"data":null,"errors":[{"message":"no"}]}',
      /answered with errors: .*"no"/,
    ],
    ["an unauthorized request", 401, '{"errors":[{"message":"denied"}]}', /answered 401: .*denied/],
    ["a failing server", 503, "busy", /answered 503: busy/],
    ["no GraphQL at all", 200, "<html>", /JSON/],
  ])("reports %s as a failure, with the answer", async (_, status, body, message) => {
    api.answer = { status, body };
    expect(await publish(deposited)).toEqual(failure(message));
  });

  it("keeps the change out of the report of a partial answer", async () => {
    const data = { c0: { amount: "4711" } };
    api.answer = {
      status: 200,
      body: JSON.stringify({ data, errors: [{ message: "no status" }] }),
    };
    expect(await publish(deposited)).toEqual(failure(/^(?!.*4711).*no status/));
  });

  it("reports that AppSync does not accept its signature", async () => {
    const forged = { ...role.credentials, secretAccessKey: "guessed" };
    expect(await publish(deposited, { credentials: forged })).toEqual(failure(/answered 401/));
  });

  it("gives up on an API that does not answer", async () => {
    api.answer = undefined;
    expect(await publish(deposited)).toEqual(failure(/timeout/));
  });

  it("gives up what is left when the invocation has no more time", async () => {
    api.answer = undefined;
    expect(await publish(deposited, { timeoutMs: 1 })).toEqual(failure(/no more time/));
  });

  /** Changes of one stream, at versions from 1 on. */
  const changesOf = (streamId: string, count: number) =>
    folded(
      storedIn(streamId, opening(), ...Array.from({ length: count - 1 }, () => deposit(1))),
      streamId,
    ).changes;

  it("sends a stream's changes in order, several in one request", async () => {
    api.asked.length = 0;
    const publisher = start();
    await publisher.publish(changesOf("busy", 25))();
    await publisher.publish(changesOf("busy", 30).slice(25))();
    await publisher.finish(60_000)();
    const versions = api.asked
      .map(({ variables }) => Object.values(variables))
      .filter(([first]) => first?.accountId === "busy")
      .map((changes) => changes.map(({ version }) => Number(version)));
    expect(versions.map(({ length }) => length)).toEqual([
      maxChangesInRequest,
      maxChangesInRequest,
      5,
      5,
    ]);
    expect(versions.flat()).toEqual(Array.from({ length: 30 }, (_, index) => index + 1));
    expect(publisher.failures.size).toBe(0);
  });

  it("publishes nothing of a stream while an earlier request of it is under way", async () => {
    api.answer = undefined;
    api.asked.length = 0;
    const publisher = start();
    await publisher.publish(changesOf("one-by-one", 25))();
    await publisher.publish(changesOf("one-by-one", 30).slice(25))();
    await vi.waitUntil(() => api.asked.length > 0);
    // Time for a request that should not be there.
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(api.asked.map(({ variables }) => variables.c0?.version)).toEqual([1]);
    await publisher.finish(1)();
  });

  it("drops no change because others are many: time begins when the ledger's work is done", async () => {
    const publisher = start();
    await publisher.publish(changesOf("long", 500))();
    await new Promise((resolve) => setTimeout(resolve, 50));
    await publisher.finish(60_000)();
    expect(publisher.failures.size).toBe(0);
  });

  it("reports the changes alone whose fields have failed", async () => {
    const errors = [{ message: "odd", path: ["c1", "amount"] }];
    api.answer = { status: 200, body: JSON.stringify({ data: {}, errors }) };
    const publisher = start();
    await publisher.publish(changesOf("partly", 3))();
    await publisher.finish(60_000)();
    expect([...publisher.failures.keys()]).toEqual(["partly 2"]);
  });

  it("leaves an API alone that has failed three times in a row", async () => {
    api.answer = { status: 503, body: "busy" };
    api.asked.length = 0;
    const publisher = start();
    await publisher.publish(changesOf("down", 100))();
    await publisher.finish(60_000)();
    expect(api.asked).toHaveLength(3);
    expect(publisher.failures.size).toBe(100);
    expect(publisher.failures.get("down 100")).toEqual(failure(/times in a row/));
  });

  it("does not let one stream wait for another", async () => {
    api.answer = undefined;
    const publisher = start();
    await publisher.publish(changesOf("stuck", 1))();
    await vi.waitUntil(() => api.asked.at(-1)?.variables.c0?.accountId === "stuck");
    api.answer = { status: 200, body: "{}" };
    await publisher.publish(changesOf("free", 1))();
    await vi.waitUntil(() => api.asked.at(-1)?.variables.c0?.accountId === "free");
    await publisher.finish(1)();
    expect([...publisher.failures.keys()]).toEqual(["stuck 1"]);
  });

  it("reports that no connection can be made", async () => {
    expect(await publish(deposited, { endpoint: "http://127.0.0.1:1/graphql" })).toEqual(
      failure(/./),
    );
  });
});
