import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { buildSchema } from "../../src/appsync/schema";
import { brokenRequests, type MadeUpRequest, madeUpRequests } from "./documents";
import { startApi, type TestApi } from "./harness";

// Fields have names that mean something to JavaScript's objects.
const schema = `
  enum Color { RED GREEN }
  input In { s: String!, constructor: Int, c: Color, list: [Int!], self: In, at: AWSDateTime }
  interface Node { id: ID!, node: Node }
  type Item implements Node { id: ID!, node: Node, items: [Item!], constructor: String, valueOf(x: Int): Item, need: Int! }
  type Other implements Node { id: ID!, node: Node, either: [Either] }
  union Either = Item | Other
  type Query { item(in: In, f: Float): Item, node: Node, either: [Either], constructor: Item, secret: String @aws_cognito_user_pools(cognito_groups: ["none"]) }
  type Mutation { valueOf(id: ID!): Item, constructor(flags: [Boolean]): Item, secret: String @aws_cognito_user_pools(cognito_groups: ["none"]) }
`;

let test: TestApi;
let token: string;

beforeAll(async () => {
  test = await startApi({ schema });
  token = test.signIn.token();
  test.local("Query.item", '{"id": 1, "items": [{"id": 2}, {"need": 3}], "constructor": {"a": 1}}');
  test.local("Query.node", '{"__typename": "Other", "id": "o", "node": {"id": "x"}}');
  test.local("Query.either", '[{"__typename": "Item", "id": "i"}, {"__typename": "No"}, 1]');
  test.local("Mutation.valueOf", "$util.toJson($ctx.args)");
  test.local("Query.secret", '"secret"');
  test.local("Mutation.secret", '"secret"');
});
afterAll(() => test.stop());

async function send({ query, variables }: MadeUpRequest, operationName?: string) {
  const name = operationName === undefined ? "" : `, "operationName": "${operationName}"`;
  const body = `{"query": ${JSON.stringify(query)}, "variables": ${variables}${name}}`;
  const response = await test.post(body, { authorization: token });
  return { status: response.status, text: await response.text() };
}

/** A GraphQL response, or a request that is refused as such. */
async function expectAnswer(request: MadeUpRequest): Promise<void> {
  const { status, text } = await send(request);
  const { errors = [], ...rest } = JSON.parse(text);
  if (status === 400) {
    expect(rest).toEqual({});
    expect([
      "MalformedHttpRequestException",
      "BadRequestException",
      "UnsupportedOperation",
    ]).toContain(errors[0].errorType);
    return;
  }
  expect(status).toBe(200);
  expect(Object.keys(rest)).toEqual(["data"]);
  for (const error of errors) {
    expect(error).toMatchObject({ message: expect.any(String) });
    expect(error.path === null || Array.isArray(error.path)).toBe(true);
    expect([undefined, "Unauthorized"]).toContain(error.errorType);
  }
  expect(text).not.toContain('"secret":"secret"');
}

describe("AppSync's answer to any document", () => {
  const built = buildSchema(schema, false);
  const runs = { numRuns: 60 };

  it("is a GraphQL response", async () => {
    await fc.assert(fc.asyncProperty(madeUpRequests(built), expectAnswer), runs);
    expect(test.logged).toEqual([]);
  });

  it("is a GraphQL response, also where parts of the text are broken", async () => {
    await fc.assert(fc.asyncProperty(brokenRequests(built), expectAnswer), runs);
    expect(test.logged).toEqual([]);
  });
});

describe("names that mean something to JavaScript", () => {
  it.each(["__proto__", "constructor", "valueOf", "toString"])(
    "are names like any other: %s",
    async (name) => {
      const ask = async (query: string, variables = "{}", operationName?: string) =>
        JSON.parse((await send({ query, variables }, operationName)).text);
      const two = `query ${name} { constructor { id } } query other { node { id } }`;
      expect(await ask(two, "{}", name)).toEqual({ data: { constructor: null } });
      const secret = `mutation ${name} { secret }`;
      expect(await ask(secret, "{}", name)).toMatchObject({
        data: { secret: null },
        errors: [{ errorType: "Unauthorized" }],
      });
      const spread = `{ ...${name} } fragment ${name} on Query { ${name}: constructor { id } }`;
      expect(JSON.stringify(await ask(spread))).toBe(`{"data":{"${name}":null}}`);
      const missing = await ask(`{ ...${name} @${name} }`);
      expect(missing.errors.map(({ message }: Error) => message)).toEqual([
        `Validation error of type UndefinedFragment: Undefined fragment ${name}`,
        `Validation error of type UnknownDirective: Unknown directive ${name}`,
      ]);
    },
  );

  it("are fields that have their own values only", async () => {
    expect((await test.ask("{ item { constructor } }")).data).toEqual({
      item: { constructor: "{a=1}" },
    });
    expect((await test.ask('mutation { valueOf(id: "1") { constructor } }')).data).toEqual({
      valueOf: { constructor: null },
    });
  });
});

describe("a document that costs more than it is long", () => {
  const chain = (selection: (next: string) => string) =>
    Array.from({ length: 30 }, (_, index) => {
      const next = index < 29 ? `...F${index + 1}` : "id";
      return `fragment F${index} on Item { ${selection(next)} }`;
    }).join(" ");

  it("is answered where fragments spread fragments", async () => {
    const twice = `{ item { ...F0 } } ${chain((next) => `${next} ${next}`)}`;
    expect(await test.ask(twice)).toEqual({ data: { item: { id: "1" } } });
    const nested = `{ item { ...F0 } } ${chain((next) => `a: valueOf { ${next} } b: valueOf { ${next} }`)}`;
    expect(await test.ask(nested)).toEqual({ data: { item: { a: null, b: null } } });
  });

  it("is measured once a fragment for the depth limit", async () => {
    const limited = await startApi({ schema, queryDepthLimit: 30 });
    const nested = `{ item { ...F0 } } ${chain((next) => `a: valueOf { ${next} } b: valueOf { ${next} }`)}`;
    expect(await limited.ask(nested)).toMatchObject({
      data: null,
      errors: [{ errorType: "QueryDepthLimitExceeded", message: expect.stringContaining("32") }],
    });
    await limited.stop();
  });

  it.each([
    ["many fields of one name", `{ item { ${"id ".repeat(5_000)} } }`],
    ["deep selections", `{ item { ${"valueOf { ".repeat(300)} id ${"}".repeat(300)} } }`],
    ["deep literals", `{ item(f: ${"[".repeat(5_000)}${"]".repeat(5_000)}) { id } }`],
    ["many tokens", `{ ${"a ".repeat(20_000)} }`],
  ])("is refused for %s", async (_title, query) => {
    expect(await send({ query, variables: "{}" })).toMatchObject({
      status: 400,
      text: expect.stringContaining("MalformedHttpRequestException"),
    });
  });

  it("is refused for variables that nest too deeply", async () => {
    const query = "query ($in: In) { item(in: $in) { id } }";
    const variables = `{"in": ${'{"self": '.repeat(2_000)}null${"}".repeat(2_000)}}`;
    expect((await send({ query, variables })).status).toBe(400);
  });
});
