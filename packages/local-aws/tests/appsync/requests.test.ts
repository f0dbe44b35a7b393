import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { roleAllowing, signedHeaders, startApi, type TestApi } from "./harness";

const schema = `
  type Item @aws_iam @aws_cognito_user_pools { id: ID!, name: String, secret: String @aws_cognito_user_pools(cognito_groups: ["operators"]) }
  type Plain { id: ID }
  type Query {
    item(id: ID!): Item
    plain: Plain
    both: Plain @aws_iam @aws_cognito_user_pools
    operators: String @aws_cognito_user_pools(cognito_groups: ["operators"])
    identity: AWSJSON @aws_iam @aws_cognito_user_pools
    info(a: Int, b: [String]): AWSJSON
    fails: Item
    appends: Item
    broken: Item
    needed: [Item!]
    stamp(at: AWSDateTime!, mail: AWSEmail, json: AWSJSON): AWSJSON
  }
  type Mutation { notify(id: ID!): Item @aws_iam, other: Item @aws_iam }
`;

let test: TestApi;

beforeAll(async () => {
  test = await startApi({
    schema,
    additionalAuthenticationProviders: [{ authenticationType: "AWS_IAM" }],
    userPoolConfig: {
      userPoolId: "eu-central-1_pool",
      defaultAction: "ALLOW",
      appIdClientRegex: "client-\\d",
    },
    queryDepthLimit: 4,
    resolverCountLimit: 3,
  });
  test.local("Query.item", '{"id": $util.toJson($ctx.args.id), "name": "n", "secret": "s"}');
  test.local("Query.plain", '{"id": "p"}');
  test.local("Query.both", '{"id": "b"}');
  test.local("Query.operators", '"only"');
  test.local("Query.identity", "$util.toJson($ctx.identity)");
  test.local("Query.info", "$util.toJson($ctx.info)");
  test.local("Query.stamp", "$util.toJson($ctx.args)");
  test.local("Query.fails", '#set($d = {"id": 1, "other": 2})$util.error("m", "T", $d, $d)');
  test.local("Query.appends", '{"id": "1"}', '$util.appendError("m", "T") {"id": "1"}');
  test.local("Query.broken", '"$nothing"');
  test.local("Query.needed", '[{"name": "without id"}]');
  test.local("Mutation.notify", '{"id": $util.toJson($ctx.args.id), "name": "n"}');
  test.local("Mutation.other", '{"id": "o"}');
});

afterAll(() => test.stop());

describe("the GraphQL endpoint", () => {
  const send = (body: string) => test.post(body, { authorization: test.signIn.token() });

  it.each([
    ["", "Request body is empty."],
    ["meow", "Unable to parse GraphQL query."],
    ["{}", "Unable to parse GraphQL query."],
    ["[]", "Unable to parse GraphQL query."],
    ['{"query": "{"}', "Unable to parse GraphQL query."],
    ['{"query": "{plain{id}}", "variables": []}', "Unable to parse GraphQL query."],
  ])("answers the body %j with status 400", async (body, message) => {
    const response = await send(body);
    expect(response.status).toBe(400);
    expect(response.headers.get("x-amzn-errortype")).toBe("MalformedHttpRequestException");
    expect(await response.json()).toEqual({
      errors: [{ errorType: "MalformedHttpRequestException", message }],
    });
  });

  it("answers an invalid document with status 200 and no data, as AppSync does", async () => {
    const response = await send('{"query": "{ nope }"}');
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({
      data: null,
      errors: [
        {
          path: null,
          locations: [{ line: 1, column: 3, sourceName: null }],
          message: expect.stringContaining("Validation error of type FieldUndefined"),
        },
      ],
    });
  });

  it("runs the named operation of a document", async () => {
    const query = "query A { plain { id } } query B { both { id } }";
    const named = await send(JSON.stringify({ query, operationName: "B" }));
    expect(await named.json()).toEqual({ data: { both: { id: "b" } } });
    expect((await send(JSON.stringify({ query }))).status).toBe(400);
    expect((await send(JSON.stringify({ query, operationName: "C" }))).status).toBe(400);
  });

  it("allows a front end on another origin", async () => {
    const response = await fetch(test.api.uris.GRAPHQL, {
      method: "OPTIONS",
      headers: {
        origin: "http://localhost:5173",
        "access-control-request-method": "POST",
        "access-control-request-headers": "authorization,content-type,x-amz-user-agent",
      },
    });
    expect(response.status).toBe(200);
    expect(response.headers.get("access-control-allow-origin")).toBe("*");
    expect(response.headers.get("access-control-allow-headers")).toContain("authorization");
  });

  it("answers a body of more than 1 MiB with status 413, before anybody is authenticated", async () => {
    const largest = " ".repeat(1024 * 1024);
    expect((await test.post(largest, {})).status).toBe(401);
    const response = await test.post(`${largest} `, {});
    expect(response.status).toBe(413);
    expect(response.headers.get("x-amzn-errortype")).toBe("RequestEntityTooLargeException");
    expect(await response.json()).toMatchObject({
      errors: [{ errorType: "RequestEntityTooLargeException" }],
    });
  });

  it("answers other paths with 404 and other methods with 405", async () => {
    const headers = { authorization: test.signIn.token() };
    const elsewhere = await fetch(test.api.uris.GRAPHQL.replace("graphql", "x"), { headers });
    expect(elsewhere.status).toBe(404);
    const put = await fetch(test.api.uris.GRAPHQL, { method: "PUT", headers, body: "{}" });
    expect(put.status).toBe(405);
  });

  it("reads a GET request's query string", async () => {
    const get = async (parameters: Record<string, string>) => {
      const url = `${test.api.uris.GRAPHQL}?${new URLSearchParams(parameters)}`;
      const response = await fetch(url, { headers: { authorization: test.signIn.token() } });
      return { status: response.status, body: await response.json() };
    };
    const query = "query A($id: ID!) { item(id: $id) { id } } query B { plain { id } }";
    const item = { status: 200, body: { data: { item: { id: "9007199254740993" } } } };
    const variables = '{"id": 9007199254740993}';
    expect(await get({ query, operationName: "A", variables })).toEqual(item);
    const plain = { status: 200, body: { data: { plain: { id: "p" } } } };
    expect(await get({ query, operationName: "B" })).toEqual(plain);
    const malformed = { errors: [{ errorType: "MalformedHttpRequestException" }] };
    expect(await get({})).toMatchObject({ status: 400, body: malformed });
    expect(await get({ query, variables: "{" })).toMatchObject({ status: 400, body: malformed });
  });
});

describe("user pool authorization", () => {
  const status = async (token: string) =>
    (await test.post('{"query": "{ plain { id } }"}', { authorization: token })).status;

  it("accepts id tokens and access tokens", async () => {
    const access = { token_use: "access", client_id: "client-2", aud: undefined };
    expect(await status(test.signIn.token())).toBe(200);
    expect(await status(test.signIn.token(access))).toBe(200);
  });

  it.each([
    ["that has expired", (t: TestApi) => t.signIn.token({ exp: 1 })],
    ["of another issuer", (t: TestApi) => t.signIn.token({ iss: "http://127.0.0.1/x" })],
    ["of another client", (t: TestApi) => t.signIn.token({ aud: "other-client-1" })],
    ["for another use", (t: TestApi) => t.signIn.token({ token_use: "refresh" })],
    ["signed with a foreign key", (t: TestApi) => t.signIn.forged()],
    ["that is not a JWT", () => "abc"],
    ["without a signature", (t: TestApi) => t.signIn.token().replace(/[^.]*$/, "")],
  ])("rejects a token %s", async (_title, token) => {
    const response = await test.post('{"query": "{ plain { id } }"}', {
      authorization: token(test),
    });
    expect(response.status).toBe(401);
    expect(await response.json()).toMatchObject({
      errors: [{ errorType: "UnauthorizedException", message: expect.any(String) }],
    });
  });

  it("rejects a request without authorization before it parses the body", async () => {
    expect((await test.post("meow", {})).status).toBe(401);
  });

  it("shows the identity to templates", async () => {
    const token = test.signIn.token({ groups: ["operators"] });
    const { data } = await test.ask("{ identity }", {}, token);
    expect(JSON.parse(String(data?.identity))).toMatchObject({
      sub: "user-1",
      username: "anna",
      issuer: test.signIn.issuerOf("eu-central-1_pool"),
      groups: ["operators"],
      claims: { "cognito:groups": ["operators"], token_use: "id" },
      sourceIp: ["127.0.0.1"],
      defaultAuthStrategy: "ALLOW",
    });
  });
});

describe("IAM authorization", () => {
  const mutation = (field: string) => JSON.stringify({ query: `mutation { ${field} { id } }` });

  async function ask(body: string, resource: string) {
    const role = roleAllowing(test.iam, ["appsync:GraphQL"], resource);
    const credentials = test.iam.assumeRole(role);
    const headers = await signedHeaders(test.api.uris.GRAPHQL, body, credentials);
    const response = await test.post(body, headers);
    return { status: response.status, body: await response.json() };
  }

  it("allows exactly the fields that the role's policy names", async () => {
    const notify = `${test.api.arn}/types/Mutation/fields/notify`;
    expect(await ask(mutation('notify(id: "1")'), notify)).toEqual({
      status: 200,
      body: { data: { notify: { id: "1" } } },
    });
    expect((await ask(mutation("other"), notify)).body).toMatchObject({
      data: { other: null },
      errors: [
        {
          path: ["other"],
          data: null,
          errorType: "Unauthorized",
          errorInfo: null,
          locations: [{ line: 1, column: 12, sourceName: null }],
          message: "Not Authorized to access other on type Mutation",
        },
      ],
    });
  });

  it("rejects a signature over another body", async () => {
    const credentials = test.iam.administrator;
    const headers = await signedHeaders(test.api.uris.GRAPHQL, mutation("other"), credentials);
    const response = await test.post(mutation('notify(id: "2")'), headers);
    expect(response.status).toBe(401);
    expect(await response.json()).toMatchObject({
      errors: [{ errorType: "InvalidSignatureException" }],
    });
  });

  it("shows the identity to templates", async () => {
    const body = '{"query": "{ identity }"}';
    const answer = await ask(body, `${test.api.arn}/types/Query/fields/identity`);
    const { data } = answer.body as { data: { identity: string } };
    expect(JSON.parse(data.identity)).toMatchObject({
      accountId: "000000000000",
      userArn: expect.stringMatching(/^arn:aws:sts::000000000000:assumed-role\/role-/),
      sourceIp: ["127.0.0.1"],
    });
  });

  it("grants neither fields nor types of the default mode", async () => {
    const everything = `${test.api.arn}/*`;
    const plain = await ask('{"query": "{ plain { id } both { id } }"}', everything);
    expect(plain.body).toMatchObject({
      data: { plain: null, both: { id: null } },
      errors: [
        { path: ["plain"], errorType: "Unauthorized" },
        { path: ["both", "id"], errorType: "Unauthorized" },
      ],
    });
  });
});

describe("authorization directives", () => {
  it("grant a field to the groups that they name", async () => {
    const operator = test.signIn.token({ groups: ["operators"] });
    const query = '{ operators item(id: "1") { id secret } }';
    expect((await test.ask(query, {}, operator)).data).toEqual({
      operators: "only",
      item: { id: "1", secret: "s" },
    });
    expect(await test.ask(query)).toMatchObject({
      data: { operators: null, item: { id: "1", secret: null } },
      errors: [
        { message: "Not Authorized to access operators on type Query" },
        { message: "Not Authorized to access secret on type Item" },
      ],
    });
  });

  it("deny users a field that is for IAM only", async () => {
    expect(await test.ask('mutation { notify(id: "1") { id } }')).toMatchObject({
      data: { notify: null },
      errors: [{ errorType: "Unauthorized" }],
    });
  });

  it("grant nothing by default under defaultAction DENY", async () => {
    const denying = await startApi({
      schema: `type Query { a: String  b: String @aws_auth(cognito_groups: ["g"]) }`,
      userPoolConfig: { userPoolId: "eu-central-1_pool", defaultAction: "DENY" },
    });
    denying.local("Query.a", '"a"');
    denying.local("Query.b", '"b"');
    const member = denying.signIn.token({ groups: ["g"] });
    expect((await denying.ask("{ a b }", {}, member)).data).toEqual({ a: null, b: "b" });
    expect((await denying.ask("{ a b }")).data).toEqual({ a: null, b: null });
    await denying.stop();
  });
});

describe("resolver errors", () => {
  it("contain data filtered by the selection, and errorInfo unfiltered", async () => {
    expect(await test.ask("{ fails { id } }")).toEqual({
      data: { fails: null },
      errors: [
        {
          path: ["fails"],
          data: { id: 1 },
          errorType: "T",
          errorInfo: { id: 1, other: 2 },
          locations: [{ line: 1, column: 3, sourceName: null }],
          message: "m",
        },
      ],
    });
  });

  it("are listed beside the data when appended", async () => {
    expect(await test.ask("{ appends { id } }")).toMatchObject({
      data: { appends: { id: "1" } },
      errors: [{ path: ["appends"], errorType: "T", message: "m" }],
    });
  });

  it("report a mistake in a template", async () => {
    expect(await test.ask("{ broken { id } }")).toMatchObject({
      data: { broken: null },
      errors: [
        {
          errorType: "MappingTemplate",
          message: expect.stringMatching(/resolver Query.broken: request template: \$nothing/),
        },
      ],
    });
  });

  it("use AppSync's wording for null in a non-null field", async () => {
    expect(await test.ask("{ needed { id } }")).toMatchObject({
      data: { needed: null },
      errors: [
        {
          message:
            "Cannot return null for non-nullable type: 'ID' within parent 'Item' (/needed[0]/id)",
        },
      ],
    });
  });
});

describe("resolver input", () => {
  it("describes the field, its variables and its selection", async () => {
    const { data } = await test.ask("query Q($a: Int) { x: info(a: $a) }", { a: 5 });
    expect(JSON.parse(String(data?.x))).toEqual({
      fieldName: "info",
      parentTypeName: "Query",
      variables: { a: 5 },
      selectionSetList: [],
      selectionSetGraphQL: "",
    });
  });

  it("contains AWSJSON parsed, and other scalars validated", async () => {
    const query = "query Q($at: AWSDateTime!, $json: AWSJSON) { stamp(at: $at, json: $json) }";
    const variables = { at: "2026-01-31T10:00:00Z", json: '{"k": [1]}' };
    const { data } = await test.ask(query, variables);
    expect(JSON.parse(String(data?.stamp))).toEqual({ at: variables.at, json: { k: [1] } });
    for (const at of ["2026-01-31", "2026-01-31T10:00:00", "2026-13-01T10:00:00Z", 5]) {
      expect(await test.ask(query, { at })).toMatchObject({
        data: null,
        errors: [
          {
            path: null,
            locations: [{ line: 1, column: 9, sourceName: null }],
            message: `Variable 'at' has an invalid value. Unable to parse \`${at}\` as a valid DateTime Object.`,
          },
        ],
      });
    }
  });
});

describe("an API's limits", () => {
  it("restrict the number of resolvers per operation", async () => {
    const three = "a: plain { id } b: plain { id } c: plain { id }";
    expect((await test.ask(`{ ${three} }`)).errors).toBeUndefined();
    expect(await test.ask(`{ ${three} d: plain { id } }`)).toMatchObject({
      data: { d: null },
      errors: [{ path: ["d"], errorType: "ResolverCountLimitExceeded" }],
    });
  });

  it("restrict the depth of a query, fragments included", async () => {
    const deep =
      "{ __schema { types { fields { ...F } } } } fragment F on __Field { type { name } }";
    expect(await test.ask(deep)).toMatchObject({
      data: null,
      errors: [{ errorType: "QueryDepthLimitExceeded" }],
    });
  });

  it("hide the schema when introspection is disabled", async () => {
    const hidden = await startApi({
      schema: "type Query { a: String }",
      introspectionConfig: "DISABLED",
    });
    const undefinedField = "Validation error of type FieldUndefined: Field 'types' in type";
    expect(await hidden.ask("{ __schema { types { name } } }")).toMatchObject({
      data: null,
      errors: [{ message: `${undefinedField} '__Schema' is undefined @ '__schema/types'` }],
    });
    expect((await hidden.ask("{ __typename }")).data).toEqual({ __typename: "Query" });
    await hidden.stop();
    expect((await test.ask("{ __schema { queryType { name } } }")).errors).toBeUndefined();
  });
});
