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
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { ledger } from "../../core/ledger";
import type { Change } from "../../core/projection/summary";
import { appSyncPublisher, publication } from "../../lambda/adapters/publisher";
import { deposit, opening, stored, withdrawal } from "../core/ledger/requests";
import { folded } from "../core/projection/memory";
import { type Api, apiSchema, projectorRole, startApi } from "./graphql-api";

const region = "eu-central-1";
const never = new AbortController().signal;

const [, deposited, declined] = folded(stored(opening(), deposit(100, "rent"), withdrawal(101)))
  .changes as [Change, Change, Change];
const unopened = folded(stored(deposit(1))).changes[0] as Change;

describe("the publishing mutation", () => {
  const schema = apiSchema();
  const document = parse(publication(ledger));

  it("is valid in the API's schema", () => {
    expect(validate(schema, document)).toEqual([]);
  });

  it("selects every field of a change: what it leaves out, no subscriber would get", () => {
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

  /** Publishes a change, and answers with the failure that was reported, if any. */
  const publish = async (
    change: Change,
    { budget = never, credentials = role.credentials, endpoint = api.url } = {},
  ): Promise<unknown> => {
    const { config: signer } = new DynamoDBClient({ region, credentials });
    let reported: unknown;
    const failed = (_: Change, cause: unknown) => () => {
      reported = cause;
    };
    await appSyncPublisher(ledger, { endpoint, signer, budget, failed }).publish(change)();
    return reported;
  };

  it("signs as its role, and sends the change as the schema takes it", async () => {
    expect(await publish(deposited)).toBeUndefined();
    const asked = api.asked.at(-1);
    expect(asked).toMatchObject({ caller: { arn: role.arn }, query: publication(ledger) });
    expect(asked?.variables.change).toEqual({
      accountId: "savings",
      owner: "alice",
      version: 2,
      type: "DepositRequested",
      commandId: "command-2",
      actor: "alice",
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
    const sent = api.asked.at(-1)?.variables.change ?? {};
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
    expect(api.asked.at(-1)?.variables.change).toMatchObject({
      outcome: "DECLINED",
      reason: "INSUFFICIENT_FUNDS",
      balance: "100",
    });
  });

  const failure = (message: RegExp) =>
    expect.objectContaining({ message: expect.stringMatching(message) });

  it.each([
    ["a GraphQL error", 200, '{"data":null,"errors":[{"message":"no"}]}', /answered 200: .*"no"/],
    ["a refusal", 401, '{"errors":[{"message":"denied"}]}', /answered 401: .*denied/],
    ["a failing server", 503, "busy", /answered 503: busy/],
    ["no GraphQL at all", 200, "<html>", /JSON/],
  ])("reports %s as a failure, with what was answered", async (_, status, body, message) => {
    api.answer = { status, body };
    expect(await publish(deposited)).toEqual(failure(message));
  });

  it("keeps the change out of the report of a partial answer", async () => {
    const data = { publishAccountChange: { amount: "4711" } };
    api.answer = {
      status: 200,
      body: JSON.stringify({ data, errors: [{ message: "no status" }] }),
    };
    expect(await publish(deposited)).toEqual(failure(/^(?!.*4711).*no status/));
  });

  it("reports that its signature does not verify", async () => {
    const forged = { ...role.credentials, secretAccessKey: "guessed" };
    expect(await publish(deposited, { credentials: forged })).toEqual(failure(/answered 401/));
  });

  it("gives up an API that does not answer", async () => {
    api.answer = undefined;
    expect(await publish(deposited)).toEqual(failure(/timeout/));
  });

  it("gives up at once when the invocation's time for publishing is used up", async () => {
    api.answer = undefined;
    expect(
      await publish(deposited, { budget: AbortSignal.abort(new Error("no time left")) }),
    ).toEqual(failure(/no time left/));
  });

  it("reports that there is no API", async () => {
    expect(await publish(deposited, { endpoint: "http://127.0.0.1:1/graphql" })).toEqual(
      failure(/./),
    );
  });
});
