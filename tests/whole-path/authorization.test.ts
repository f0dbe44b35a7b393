/** Who may do what: every operation of the API, asked with every kind of credentials, in one started stack. */
import { randomUUID } from "node:crypto";
import { buildSchema } from "local-aws";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { schema as sdl } from "../../infra/templates";
import { wiring } from "../../vtl/wiring";
import { type CredentialsName, makeCredentials } from "../authorization/credentials";
import { ask, type HeadersFor, type Request, subscribe } from "../authorization/requests";
import { startWorld, type World } from "./world";

/** `+` is done, `U` is the error Unauthorized, of the field alone. */
type Answer = "+" | "U";

/** Whom an accepted request is from. */
type Role = "owner" | "other user" | "operator" | "projector" | "other role";

/**
 * What each may do with an account of the owner's, in the order of the roles. `other role` is a role of the AWS account
 * without a permission on the API. An account is opened under a new id, so everybody who is signed in may.
 */
// biome-ignore format: a table is read by its columns.
const permitted: Readonly<Record<string, Readonly<Record<Role, Answer>>>> = {
  "Mutation.openAccount":          row("+", "+", "+", "U", "U"),
  "Mutation.deposit":              row("+", "U", "+", "U", "U"),
  "Mutation.withdraw":             row("+", "U", "+", "U", "U"),
  "Mutation.closeAccount":         row("+", "U", "+", "U", "U"),
  "Mutation.resumeStream":         row("U", "U", "+", "U", "U"),
  "Mutation.publishAccountChange": row("U", "U", "U", "+", "U"),
  "Query.account":                 row("+", "U", "+", "U", "U"),
  "Query.accounts":                row("+", "U", "+", "U", "U"),
  "Query.statement":               row("+", "U", "+", "U", "U"),
  "Query.suspendedStreams":        row("U", "U", "+", "U", "U"),
  "Subscription.onAccountChange":  row("+", "U", "+", "U", "U"),
};

function row(
  owner: Answer,
  otherUser: Answer,
  operator: Answer,
  projector: Answer,
  otherRole: Answer,
): Readonly<Record<Role, Answer>> {
  return { owner, "other user": otherUser, operator, projector, "other role": otherRole };
}

/**
 * Whom AppSync takes a request for, by its credentials; or the error of the whole request. AppSync verifies a token by
 * itself: whoever is disabled or has signed out is let in until the token expires.
 */
const takenFor: Readonly<Record<CredentialsName, Role | `${string}Exception`>> = {
  "id token": "owner",
  "access token": "owner",
  "id token after Bearer": "owner",
  "another user's": "other user",
  "an operator's": "operator",
  "a disabled user's": "owner",
  "a user's who has signed out": "owner",
  "a user's whose refresh token is revoked": "owner",
  none: "UnauthorizedException",
  empty: "UnauthorizedException",
  "no token": "UnauthorizedException",
  "refresh token": "UnauthorizedException",
  expired: "UnauthorizedException",
  "wrong signature": "UnauthorizedException",
  "other claims": "UnauthorizedException",
  "alg none": "UnauthorizedException",
  "alg HS256": "UnauthorizedException",
  "another key": "UnauthorizedException",
  "another pool's": "UnauthorizedException",
  "another client's": "UnauthorizedException",
  "IAM, the projector's": "projector",
  "IAM, another role's": "other role",
  "IAM, of an unknown key": "UnrecognizedClientException",
  "IAM, with an altered body": "InvalidSignatureException",
  "IAM, with an old date": "InvalidSignatureException",
};

let world: World;
let sub: string;
let credentials: Readonly<Record<CredentialsName, HeadersFor>>;

beforeAll(async () => {
  world = await startWorld();
  ({ sub, credentials } = await makeCredentials(world));
});
afterAll(() => world?.stop());

const endpoints = () => ({
  graphqlUrl: String(world.stack.outputs.graphqlUrl),
  realtimeUrl: String(world.stack.outputs.realtimeUrl),
});

const newCommand = (expectedVersion: number, more: object = {}) => ({
  input: { accountId: randomUUID(), commandId: randomUUID(), expectedVersion, ...more },
});

/** Opens an account as its owner, who holds a token that is still accepted. */
async function open(): Promise<string> {
  const opening = newCommand(0, { currency: "EUR" });
  const query =
    "mutation Open($input: OpenAccountInput!) { openAccount(input: $input) { version } }";
  expect(await ask(endpoints(), credentials["id token"], { query, variables: opening })).toBe("+");
  return opening.input.accountId;
}

type MakeRequest = (willRecord: boolean) => Promise<Request> | Request;

/** A command that follows an opening: of a new account, where it will be recorded. */
const following =
  (field: string, type: string, more: object): MakeRequest =>
  async (willRecord) => ({
    query: `mutation Any($input: ${type}!) { ${field}(input: $input) { version } }`,
    variables: {
      input: { ...newCommand(1, more).input, accountId: willRecord ? await open() : folded },
    },
  });

/** Operators have to give one. */
const reason = "asked to";

/** A request of each operation, about an account of the owner's. */
const requests: Readonly<Record<string, MakeRequest>> = {
  "Mutation.openAccount": () => ({
    query: "mutation Any($input: OpenAccountInput!) { openAccount(input: $input) { version } }",
    variables: newCommand(0, { currency: "EUR" }),
  }),
  "Mutation.deposit": following("deposit", "MoveMoneyInput", { amount: "1", reason }),
  "Mutation.withdraw": following("withdraw", "MoveMoneyInput", { amount: "1", reason }),
  "Mutation.closeAccount": following("closeAccount", "CloseAccountInput", { reason }),
  "Mutation.resumeStream": () => ({
    query: "mutation Any($accountId: ID!) { resumeStream(accountId: $accountId) { version } }",
    variables: { accountId: folded },
  }),
  "Mutation.publishAccountChange": () => ({
    query: `mutation Any($change: AccountChangeInput!) {
      publishAccountChange(change: $change) { accountId }
    }`,
    variables: {
      change: {
        ...{ accountId: folded, owner: sub, version: 1, type: "AccountOpeningRequested" },
        ...{
          commandId: "c",
          actor: sub,
          recordedAt: "2026-01-01T00:00:00.000Z",
          outcome: "POSTED",
        },
      },
    },
  }),
  "Query.account": () => ({
    query: "query Any($accountId: ID!) { account(accountId: $accountId) { balance } }",
    variables: { accountId: folded },
  }),
  "Query.accounts": () => ({
    query: "query Any($owner: ID) { accounts(owner: $owner) { items { balance } } }",
    variables: { owner: sub },
  }),
  "Query.statement": () => ({
    query: "query Any($accountId: ID!) { statement(accountId: $accountId) { items { version } } }",
    variables: { accountId: folded },
  }),
  "Query.suspendedStreams": () => ({
    query: "query Any { suspendedStreams { items { version } } }",
    variables: {},
  }),
  "Subscription.onAccountChange": () => ({
    query: "subscription Any($owner: ID!) { onAccountChange(owner: $owner) { version } }",
    variables: { owner: sub },
  }),
};

/** An account of the owner's that the queries find. */
let folded: string;

beforeAll(async () => {
  folded = await open();
  const query = "query Any($accountId: ID!) { account(accountId: $accountId) { balance } }";
  await vi.waitUntil(
    async () =>
      (await ask(endpoints(), credentials["id token"], {
        query,
        variables: { accountId: folded },
      })) === "+",
    { timeout: 30_000, interval: 50 },
  );
});

it("every operation of the schema has a row", () => {
  const schema = buildSchema(sdl(wiring), true);
  const roots = [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()];
  const operations = roots.flatMap((root) =>
    Object.keys(root?.getFields() ?? {}).map((field) => `${root?.name}.${field}`),
  );
  expect(Object.keys(permitted).sort()).toEqual(operations.sort());
  expect(Object.keys(requests).sort()).toEqual(operations.sort());
});

it.each(Object.keys(permitted))(
  "%s answers to each kind of credentials as it may",
  async (operation) => {
    const make = requests[operation] as MakeRequest;
    const answers: Record<string, string> = {};
    const expected: Record<string, string> = {};
    for (const [name, headersFor] of Object.entries(credentials)) {
      const takenAs = takenFor[name as CredentialsName];
      const answer = permitted[operation]?.[takenAs as Role] ?? takenAs;
      const request = await make(answer === "+");
      // A day later every token has expired.
      if (name === "expired") vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 86_400_000 });
      const send = operation.startsWith("Subscription") ? subscribe : ask;
      answers[name] = await send(endpoints(), headersFor, request);
      vi.useRealTimers();
      expected[name] = answer;
    }
    expect(answers).toEqual(expected);
  },
);
