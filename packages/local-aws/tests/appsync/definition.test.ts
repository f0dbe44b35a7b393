import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ApiDefinition } from "../../src/appsync/api-definition";
import { AppSync } from "../../src/appsync/appsync";
import { buildSchema } from "../../src/appsync/schema";
import { serve } from "../../src/http-server";
import { Iam } from "../../src/iam/iam";
import { startApi, type TestApi } from "./harness";

const start = (port = 0) =>
  AppSync.start({
    region: "eu-central-1",
    iam: new Iam({ region: "eu-central-1" }),
    port,
    dynamodbEndpoint: "http://127.0.0.1:1",
    userPoolIssuer: (poolId) => `http://127.0.0.1:1/${poolId}`,
    log: () => {},
  });

describe("createApi", () => {
  let appSync: AppSync;

  beforeAll(async () => {
    appSync = await start();
  });
  afterAll(() => appSync.stop());

  const create = (definition: Partial<ApiDefinition> & { readonly schema: string }) => () =>
    appSync.createApi({
      name: "test",
      authenticationType: "AMAZON_COGNITO_USER_POOLS",
      userPoolConfig: { userPoolId: "p" },
      ...definition,
    });

  it.each([
    ["type Query { a: Strin }", "Unknown type"],
    ["type Query { a: AWSPhone }", "line 1: AWSPhone is not supported here"],
    ["type Query { a: String", "Syntax Error"],
    ["type Query { a: String @nope }", "Unknown directive"],
    ["type Query { a: String @aws_lambda }", "Unknown directive"],
    ["type Mutation { a: String }", "Query root type"],
    ["scalar Money type Query { a: Money }", "no custom scalars"],
    ["directive @d on OBJECT type Query { a: String }", "own directives"],
    ['"A description" type Query { a: String }', "line 1: AppSync takes no descriptions"],
    ['type Query { \n"A description" a: String }', "line 2: AppSync takes no descriptions"],
    ["type Query { a: E } enum E { # A comment\n A B }", "enum E: AppSync takes no comments"],
  ])("rejects the schema %s", (schema, message) => {
    expect(create({ schema })).toThrow(message);
  });

  it("accepts comments before definitions, which AppSync reads as their descriptions", () => {
    const schema =
      "# A query\ntype Query {\n# A field\na: E\n}\n# Its values\nenum E { A B }\n# An end";
    expect(() => buildSchema(schema, false)).not.toThrow();
  });

  it.each([
    ["s: T", "needs @aws_subscribe"],
    ['s: T @aws_subscribe(mutations: ["x"])', "there is no mutation x"],
    ['s: String @aws_subscribe(mutations: ["m"])', "but m returns T"],
    ['s(x: ID): T @aws_subscribe(mutations: ["m"])', "x is not a field of T"],
    ['s(id: Int): T @aws_subscribe(mutations: ["m"])', "is Int, the field of T is ID!"],
  ])("rejects the subscription %s", (subscription, message) => {
    const rest = "type T { id: ID! } type Query { q: T } type Mutation { m: T! }";
    const schema = `${rest} type Subscription { ${subscription} }`;
    expect(create({ schema })).toThrow(message);
  });

  const schema = 'type Query { a: String @aws_auth(cognito_groups: ["g"]) }';
  it.each<[string, Partial<ApiDefinition>]>([
    [
      "@aws_auth works with a single",
      { additionalAuthenticationProviders: [{ authenticationType: "AWS_IAM" }] },
    ],
    ["OPENID_CONNECT is not supported", { authenticationType: "OPENID_CONNECT" }],
    [
      "only once",
      { additionalAuthenticationProviders: [{ authenticationType: "AMAZON_COGNITO_USER_POOLS" }] },
    ],
    ["ALLOW or DENY", { userPoolConfig: { userPoolId: "p", defaultAction: "MAYBE" } }],
    ["introspectionConfig must be", { introspectionConfig: "MAYBE" }],
    ["queryDepthLimit must be", { queryDepthLimit: 76 }],
    ["resolverCountLimit must be", { resolverCountLimit: 10_001 }],
    ['"mergedApiExecutionRoleArn" is not supported', { mergedApiExecutionRoleArn: "x" } as object],
  ])("rejects an invalid setting with the message %s", (message, definition) => {
    const several = message.startsWith("only once") ? "type Query { a: String }" : schema;
    expect(create({ schema: several, ...definition })).toThrow(message);
  });
});

describe("creating an AppSync resource", () => {
  let test: TestApi;

  beforeAll(async () => {
    test = await startApi({ schema: "type Query { a: String, b: String }" });
    test.local("Query.a", '"a"');
  });
  afterAll(() => test.stop());

  const dataSource = (more: object) =>
    test.appSync.createDataSource(test.api.id, { name: "d", type: "NONE", ...more });
  const aFunction = (more: object) =>
    test.appSync.createFunction(test.api.id, {
      name: "f",
      dataSource: "none",
      functionVersion: "2018-05-29",
      requestMappingTemplate: "{}",
      responseMappingTemplate: "{}",
      ...more,
    });
  const resolver = (more: object) =>
    test.appSync.createResolver(test.api.id, {
      type: "Query",
      field: "b",
      dataSource: "none",
      requestTemplate: "{}",
      responseTemplate: "{}",
      ...more,
    });

  it.each<[string, () => unknown]>([
    ['name "a-b" must match', () => dataSource({ name: "a-b" })],
    ["none exists already", () => dataSource({ name: "none" })],
    ["HTTP is not supported", () => dataSource({ type: "HTTP" })],
    ["needs dynamodbConfig", () => dataSource({ type: "AMAZON_DYNAMODB" })],
    [
      "no role arn:x",
      () =>
        dataSource({
          type: "AMAZON_DYNAMODB",
          dynamodbConfig: { tableName: "t" },
          serviceRoleArn: "arn:x",
        }),
    ],
    [
      "no functions run here",
      () =>
        dataSource({
          type: "AWS_LAMBDA",
          lambdaConfig: { functionArn: "a" },
          serviceRoleArn: test.iam.createRole("lambda"),
        }),
    ],
    ['name "f-1" must match', () => aFunction({ name: "f-1" })],
    ["functionVersion must be", () => aFunction({ functionVersion: "2017-02-28" })],
    ["there is no data source x", () => aFunction({ dataSource: "x" })],
    ["request template is missing", () => aFunction({ requestMappingTemplate: undefined })],
    [
      "function f: request template is not a template",
      () => aFunction({ requestMappingTemplate: "#if" + "($x)" }),
    ],
    ['"code" is not supported', () => aFunction({ code: "x" })],
    ["no such field", () => resolver({ field: "c" })],
    ["has a resolver already", () => resolver({ field: "a" })],
    ["kind must be UNIT with", () => resolver({ kind: "PIPELINE" })],
    [
      "1 to 10 functions, not 11",
      () =>
        resolver({
          kind: "PIPELINE",
          dataSource: undefined,
          pipelineConfig: { functions: Array(11).fill("x") },
        }),
    ],
    [
      "no function with the id x",
      () =>
        resolver({ kind: "PIPELINE", dataSource: undefined, pipelineConfig: { functions: ["x"] } }),
    ],
    ["no API with the id x", () => test.appSync.createDataSource("x", { name: "d", type: "NONE" })],
    [
      "room for one API",
      () => test.appSync.createApi({ name: "x", schema: "", authenticationType: "AWS_IAM" }),
    ],
  ])("fails with the message %s", (message, create) => {
    expect(create).toThrow(message);
  });
});

describe("the AppSync server", () => {
  it("names the port in its error when the port is in use", async () => {
    const busy = await serve({ name: "another server", port: 0 }, () => {});
    await expect(start(busy.port)).rejects.toThrow(`port ${busy.port} for AppSync is in use`);
    await busy.stop();
  });
});
