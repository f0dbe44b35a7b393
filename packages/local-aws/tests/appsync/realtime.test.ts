import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { base64url, roleAllowing, signedHeaders, startApi, type TestApi } from "./harness";
import { Client, closeClients, urlWithHeader } from "./realtime-client";

const schema = `
  type Change @aws_iam @aws_cognito_user_pools { owner: String!, id: ID!, amount: Int, memo: String, at: AWSDateTime }
  type Query { none: String }
  type Mutation {
    change(owner: String!, id: ID!, amount: Int, memo: String): Change @aws_iam @aws_cognito_user_pools
    fail(id: ID!): Change
    unheard(id: ID!): Change
  }
  type Subscription {
    onChange(owner: String!, id: ID, memo: String): Change @aws_subscribe(mutations: ["change", "fail"]) @aws_iam @aws_cognito_user_pools
  }
`;

const mutation = (selection: string) =>
  `mutation M($owner: String!, $id: ID!, $amount: Int, $memo: String) {
    change(owner: $owner, id: $id, amount: $amount, memo: $memo) { ${selection} }
  }`;
const everything = "owner id amount memo";

let test: TestApi;

beforeAll(async () => {
  test = await startApi({
    schema,
    additionalAuthenticationProviders: [{ authenticationType: "AWS_IAM" }],
  });
  test.local("Mutation.change", "$util.toJson($ctx.args)");
  test.local("Mutation.unheard", '{"owner": "user-1", "id": "u"}');
  test.local("Mutation.fail", '#if(true)$util.error("failed")#end');
  test.local(
    "Subscription.onChange",
    "#if($ctx.identity.sub != $ctx.args.owner && $ctx.identity.sub) $util.unauthorized() #end null",
  );
});

afterAll(async () => {
  closeClients();
  await test.stop();
});

const withHeader = (header: unknown) => urlWithHeader(test.api.uris.REALTIME, header);

const tokenHeader = (token = test.signIn.token()) => ({
  host: new URL(test.api.uris.GRAPHQL).host,
  Authorization: token,
});

async function connected(): Promise<Client> {
  const client = await Client.open(withHeader(tokenHeader()));
  client.send({ type: "connection_init" });
  expect(await client.next()).toEqual({
    type: "connection_ack",
    payload: { connectionTimeoutMs: 300_000 },
  });
  return client;
}

/** Subscribes user-1 with the given further arguments. */
async function subscribed(
  args: string,
  selection: string,
  variables: object = {},
): Promise<Client> {
  const client = await connected();
  const names = Object.keys(variables).map(
    (name) => `$${name}: ${name === "id" ? "ID" : "String"}`,
  );
  const head = names.length > 0 ? `(${names.join(", ")})` : "";
  const query = `subscription S${head} { onChange(owner: "user-1"${args}) { ${selection} } }`;
  expect(await client.start("s", query, variables, tokenHeader())).toEqual({
    id: "s",
    type: "start_ack",
  });
  return client;
}

async function change(variables: object, selection = everything): Promise<void> {
  const { errors } = await test.ask(mutation(selection), {
    owner: "user-1",
    id: "1",
    ...variables,
  });
  expect(errors).toBeUndefined();
}

describe("a realtime connection", () => {
  it("accepts authorization as query parameter, as subprotocol or as header", async () => {
    const { REALTIME } = test.api.uris;
    const header = tokenHeader();
    const clients = [
      await Client.open(withHeader(header)),
      await Client.open(REALTIME, ["graphql-ws", `header-${base64url(header)}`]),
      await Client.open(REALTIME, ["graphql-ws"], { authorization: header.Authorization }),
    ];
    for (const client of clients) {
      expect(client.socket.protocol).toBe("graphql-ws");
      client.send({ type: "connection_init" });
      expect(await client.next()).toMatchObject({ type: "connection_ack" });
    }
  });

  it("verifies a signature over …/graphql/connect", async () => {
    const credentials = test.iam.administrator;
    const connect = await signedHeaders(`${test.api.uris.GRAPHQL}/connect`, "{}", credentials);
    const client = await Client.open(withHeader(connect));
    client.send({ type: "connection_init" });
    expect(await client.next()).toMatchObject({ type: "connection_ack" });
    const other = await signedHeaders(test.api.uris.GRAPHQL, "{}", credentials);
    const rejected = await Client.open(withHeader(other));
    rejected.send({ type: "connection_init" });
    expect(await rejected.next()).toMatchObject({ type: "connection_error" });
  });

  it.each([
    ["without authorization", () => ({})],
    ["with a forged token", () => tokenHeader(test.signIn.forged())],
  ])("is rejected %s", async (_title, header) => {
    const client = await Client.open(withHeader(header()));
    const closed = new Promise((resolve) => client.socket.once("close", resolve));
    client.send({ type: "connection_init" });
    expect(await client.next()).toMatchObject({
      type: "connection_error",
      payload: { errors: [{ errorType: "UnauthorizedException", errorCode: 401 }] },
    });
    await closed;
  });

  it("is served at one path only", async () => {
    await expect(Client.open(test.api.uris.REALTIME.replace("realtime", "x"))).rejects.toThrow(
      "404",
    );
  });
});

describe("a subscription", () => {
  const query = 'subscription { onChange(owner: "user-1") { id } }';
  const refusal = (errorType: string | object) => ({
    type: "error",
    id: "1",
    payload: { errors: [{ errorType }] },
  });

  it("runs the field's resolver, which may reject it", async () => {
    const client = await connected();
    const other = 'subscription { onChange(owner: "user-2") { id } }';
    expect(await client.start("1", other, {}, tokenHeader())).toMatchObject({
      type: "error",
      payload: {
        errors: [
          {
            errorType: "Unauthorized",
            message: "Not Authorized to access onChange on type Subscription",
          },
        ],
      },
    });
    expect(await client.start("1", query, {}, tokenHeader())).toMatchObject({ type: "start_ack" });
  });

  it("is authorized separately from its connection", async () => {
    const client = await connected();
    const forged = tokenHeader(test.signIn.forged());
    const unauthorized = refusal("UnauthorizedException");
    expect(await client.start("1", query, {}, forged)).toMatchObject(unauthorized);
    expect(await client.start("1", query, {}, {})).toMatchObject(unauthorized);
  });

  it("accepts a signature of a role that may access the field", async () => {
    const client = await connected();
    const data = JSON.stringify({ query, variables: {} });
    const headersOf = (resource: string) => {
      const role = roleAllowing(test.iam, ["appsync:GraphQL"], `${test.api.arn}/types/${resource}`);
      return signedHeaders(test.api.uris.GRAPHQL, data, test.iam.assumeRole(role));
    };
    const allowed = await headersOf("Subscription/fields/onChange");
    expect(await client.start("1", query, {}, allowed)).toMatchObject({ type: "start_ack" });
    const elsewhere = await headersOf("Mutation/fields/change");
    expect(await client.start("2", query, {}, elsewhere)).toMatchObject({
      payload: { errors: [{ errorType: "Unauthorized" }] },
    });
  });

  it("is rejected when it is another operation or does not match the schema", async () => {
    const client = await connected();
    const start = (text: string) => client.start("1", text, {}, tokenHeader());
    expect(await start("{ none }")).toMatchObject(refusal("UnsupportedOperation"));
    expect(await start("subscription {")).toMatchObject(refusal("MalformedHttpRequestException"));
    expect(await start("subscription { onChange { id } }")).toMatchObject({
      payload: { errors: [{ message: expect.stringContaining("MissingFieldArgument") }] },
    });
    client.send({ type: "shout", id: "1" });
    expect(await client.next()).toMatchObject(refusal("UnsupportedOperation"));
  });

  it("is rejected with an id in use, or beyond 100 on one connection", async () => {
    const client = await connected();
    const start = (id: string) => client.start(id, query, {}, tokenHeader());
    for (let index = 1; index <= 100; index += 1) {
      expect(await start(String(index))).toMatchObject({ type: "start_ack" });
    }
    expect(await start("1")).toMatchObject(refusal("DuplicatedOperationError"));
    expect(await start("101")).toMatchObject({
      payload: { errors: [{ errorType: "MaxSubscriptionsReachedError" }] },
    });
    client.send({ type: "stop", id: "1" });
    expect(await client.next()).toEqual({ type: "complete", id: "1" });
    expect(await start("101")).toMatchObject({ type: "start_ack" });
  });

  it("is rejected over HTTP", async () => {
    expect(await test.ask(query)).toMatchObject({
      errors: [{ errorType: "UnsupportedOperation" }],
    });
  });
});

describe("a subscriber", () => {
  const data = (onChange: unknown) => ({ id: "s", type: "data", payload: { data: { onChange } } });

  it("receives its own selection of the fields that the mutation selected, in order", async () => {
    const client = await subscribed("", "__typename n: amount id memo");
    for (const amount of [1, 2, 3]) {
      await change({ amount }, "id who: owner value: amount");
    }
    for (const n of [1, 2, 3]) {
      expect(await client.next()).toEqual(data({ __typename: "Change", n, id: "1", memo: null }));
    }
  });

  it("receives an error for a non-null field that the mutation did not select", async () => {
    const client = await subscribed("", "id");
    await change({}, "owner");
    expect(await client.next()).toEqual({
      id: "s",
      type: "data",
      payload: {
        data: { onChange: null },
        errors: [
          {
            path: ["onChange", "id"],
            locations: null,
            message:
              "Cannot return null for non-nullable type: 'ID' within parent 'Change' (/onChange/id)",
          },
        ],
      },
    });
  });

  it("receives only changes that match its arguments, null included", async () => {
    const one = await subscribed(', id: "1"', "id memo");
    const withoutMemo = await subscribed(", memo: null", "id memo");
    const byVariable = await subscribed(", memo: $memo", "id memo", { memo: "x" });
    const leftOut = await subscribed("", "id memo", {});
    const withoutValue = await subscribed(", memo: $memo", "id memo", { memo: undefined });
    await change({ id: "2", memo: "x" });
    await change({ id: "3" });
    await change({ id: "1", memo: "y" });
    // A field that is not selected counts as null.
    await change({ id: "4", memo: "x" }, "owner id");
    expect(await one.next()).toEqual(data({ id: "1", memo: "y" }));
    expect(await withoutMemo.next()).toEqual(data({ id: "3", memo: null }));
    expect(await withoutMemo.next()).toEqual(data({ id: "4", memo: null }));
    expect(await byVariable.next()).toEqual(data({ id: "2", memo: "x" }));
    expect(await leftOut.next()).toEqual(data({ id: "2", memo: "x" }));
    expect(await leftOut.next()).toEqual(data({ id: "3", memo: null }));
    // A variable without a value is null, not left out: aws/aws-appsync-community 36 and 94.
    expect(await withoutValue.next()).toEqual(data({ id: "3", memo: null }));
    await change({ id: "1", memo: "x" });
    expect(await one.next()).toEqual(data({ id: "1", memo: "x" }));
    expect(await byVariable.next()).toEqual(data({ id: "1", memo: "x" }));
  });

  it("receives nothing of other owners, failed or other mutations, nor after stop", async () => {
    const client = await subscribed("", "id");
    await change({ owner: "user-2" });
    await test.ask('mutation { fail(id: "1") { owner id } unheard(id: "1") { owner id } }');
    await change({ id: "heard" });
    expect(await client.next()).toEqual(data({ id: "heard" }));
    client.send({ type: "stop", id: "s" });
    expect(await client.next()).toMatchObject({ type: "complete" });
    await change({ id: "unheard" });
    await client.start("t", 'subscription { onChange(owner: "user-1") { id } }', {}, tokenHeader());
    await change({ id: "again" });
    expect(await client.next()).toMatchObject({
      id: "t",
      payload: { data: { onChange: { id: "again" } } },
    });
  });

  it("receives no payload of more than 240 KB, which the log reports", async () => {
    const client = await subscribed("", "id memo");
    await change({ id: "large", memo: "x".repeat(240 * 1024) });
    await change({ id: "small" });
    expect(await client.next()).toEqual(data({ id: "small", memo: null }));
    expect(test.logged.join()).toContain("exceed the limit of 240 KB");
  });
});
