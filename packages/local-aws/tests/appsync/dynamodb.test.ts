import { CreateTableCommand, DynamoDBClient, PutItemCommand } from "@aws-sdk/client-dynamodb";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Dynamodb } from "../../src/dynamodb/dynamodb";
import { shareDynamodb } from "../../src/dynamodb/shared";
import { Iam } from "../../src/iam/iam";
import { region, roleAllowing, startApi, type TestApi } from "./harness";

const schema = `
  type Query {
    get(document: AWSJSON!): AWSJSON
    list(document: AWSJSON!): AWSJSON
    otherList(document: AWSJSON!): AWSJSON
    unreadable(document: AWSJSON!): AWSJSON
    early(stop: Int!): AWSJSON
    pipeline(fail: Boolean): AWSJSON
  }
`;
const tableArn = `arn:aws:dynamodb:${region}:000000000000:table/things`;
const actions = ["GetItem", "PutItem", "UpdateItem", "DeleteItem", "Query", "BatchGetItem"];

/** Renders everything that a response template can read. */
const renderContext =
  '$util.toJson({"result": $ctx.result, "error": $ctx.error, "prev": $ctx.prev})';

let dynamodb: Dynamodb;
let administrator: DynamoDBClient;
let test: TestApi;

beforeAll(async () => {
  const iam = new Iam({ region });
  dynamodb = await shareDynamodb({ region, iam, log: () => {} });
  administrator = new DynamoDBClient({
    region,
    endpoint: dynamodb.endpoint,
    credentials: iam.administrator,
  });
  await administrator.send(
    new CreateTableCommand({
      TableName: "things",
      BillingMode: "PAY_PER_REQUEST",
      AttributeDefinitions: [
        { AttributeName: "id", AttributeType: "S" },
        { AttributeName: "n", AttributeType: "N" },
      ],
      KeySchema: [
        { AttributeName: "id", KeyType: "HASH" },
        { AttributeName: "n", KeyType: "RANGE" },
      ],
    }),
  );
  test = await startApi({ schema }, { iam, dynamodbEndpoint: dynamodb.endpoint });
  const { api, appSync } = test;
  const dataSource = (name: string, allowed: readonly string[]) =>
    appSync.createDataSource(api.id, {
      name,
      type: "AMAZON_DYNAMODB",
      serviceRoleArn: roleAllowing(
        iam,
        allowed.map((action) => `dynamodb:${action}`),
        tableArn,
      ),
      dynamodbConfig: { tableName: "things" },
    });
  dataSource("things", actions);
  dataSource("putOnly", ["PutItem"]);
  const passThrough = (field: string, dataSource: string) =>
    appSync.createResolver(api.id, {
      type: "Query",
      field,
      dataSource,
      requestTemplate: "$util.toJson($ctx.args.document)",
      responseTemplate: renderContext,
    });
  passThrough("get", "things");
  passThrough("list", "things");
  passThrough("otherList", "things");
  passThrough("unreadable", "putOnly");
});

afterAll(async () => {
  await test?.stop();
  administrator?.destroy();
  await dynamodb?.stop();
});

async function run(document: object, field = "get") {
  const query = `query Q($d: AWSJSON!) { ${field}(document: $d) }`;
  const variables = { d: JSON.stringify({ version: "2018-05-29", ...document }) };
  const { data, errors } = await test.ask(query, variables);
  const value = data?.[field];
  return typeof value === "string" ? JSON.parse(value) : { failure: errors?.[0] };
}

const key = (id: string, n: number) => ({ id: { S: id }, n: { N: String(n) } });

const put = (id: string, attributes: object = {}, condition?: object, field?: string) =>
  run(
    {
      operation: "PutItem",
      key: key(id, 1),
      attributeValues: attributes,
      ...(condition && { condition: { expression: "attribute_not_exists(id)", ...condition } }),
    },
    field,
  );

const get = (id: string, extra: object = {}) =>
  run({ operation: "GetItem", key: key(id, 1), ...extra });

describe("DynamoDB items", () => {
  it("are returned as plain values, numbers as numbers", async () => {
    const attributes = {
      text: { S: "x" },
      flag: { BOOL: true },
      nothing: { NULL: true },
      list: { L: [{ N: "1.5" }, { M: { a: { S: "b" } } }] },
      set: { NS: ["1", "2"] },
      bytes: { B: "AQI=" },
    };
    const plain = {
      id: "plain",
      n: 1,
      text: "x",
      flag: true,
      nothing: null,
      list: [1.5, { a: "b" }],
      set: expect.arrayContaining([1, 2]),
      bytes: "AQI=",
    };
    expect(await put("plain", attributes)).toMatchObject({ result: plain, error: null });
    expect(await get("plain")).toMatchObject({ result: plain });
    expect(await get("missing")).toMatchObject({ result: null, error: null });
  });

  it("are reduced to the projection", async () => {
    await put("projected", { a: { S: "a" }, b: { S: "b" } });
    const projection = { expression: "#a", expressionNames: { "#a": "a" } };
    expect((await get("projected", { projection })).result).toEqual({ a: "a" });
  });

  it("cause an error when a number is too large to be exact", async () => {
    await put("large", { big: { N: "12345678901234567890" } });
    expect(await get("large")).toMatchObject({ failure: { errorType: "MappingTemplate" } });
  });

  it("are updated under a condition, and deleted", async () => {
    await put("changing", { a: { N: "1" } });
    const update = {
      expression: "SET #a = #a + :one",
      expressionNames: { "#a": "a" },
      expressionValues: { ":one": { N: "1" } },
    };
    const condition = { expression: "a < :two", expressionValues: { ":two": { N: "2" } } };
    const change = () =>
      run({ operation: "UpdateItem", key: key("changing", 1), update, condition });
    expect((await change()).result).toEqual({ id: "changing", n: 1, a: 2 });
    expect(await change()).toMatchObject({
      result: { a: 2 },
      error: { type: "DynamoDB:ConditionalCheckFailedException" },
    });
    const remove = { operation: "DeleteItem", key: key("changing", 1) };
    expect((await run(remove)).result).toEqual({ id: "changing", n: 1, a: 2 });
    expect((await run(remove)).result).toBeNull();
  });

  it("are deleted under a condition, which what is gone already need not meet", async () => {
    const remove = {
      operation: "DeleteItem",
      key: key("conditional", 1),
      condition: { expression: "a = :a", expressionValues: { ":a": { S: "yes" } } },
    };
    await put("conditional", { a: { S: "no" } });
    expect(await run(remove)).toMatchObject({
      result: { a: "no" },
      error: { type: "DynamoDB:ConditionalCheckFailedException" },
    });
    await put("conditional", { a: { S: "yes" } });
    expect(await run(remove)).toMatchObject({ result: { a: "yes" }, error: null });
    expect(await run(remove)).toMatchObject({ result: null, error: null });
  });

  it("are read in batches, in the order of their keys", async () => {
    await put("b1", { v: { S: "1" } });
    await put("b2", { v: { S: "2" } });
    const keys = [key("b2", 1), key("none", 1), key("b1", 1)];
    expect((await run({ operation: "BatchGetItem", tables: { things: { keys } } })).result).toEqual(
      {
        data: { things: [{ id: "b2", n: 1, v: "2" }, null, { id: "b1", n: 1, v: "1" }] },
        unprocessedKeys: { things: [] },
      },
    );
  });
});

describe("PutItem whose condition fails", () => {
  const error = {
    type: "DynamoDB:ConditionalCheckFailedException",
    message: expect.stringMatching(/^The conditional request failed \(Service: DynamoDb/),
  };

  it("succeeds with the stored item when only ignored attributes differ", async () => {
    const condition = { equalsIgnore: ["at"] };
    await put("same", { v: { S: "x" }, at: { S: "1" } }, condition);
    expect(await put("same", { v: { S: "x" }, at: { S: "2" } }, condition)).toMatchObject({
      result: { v: "x", at: "1" },
      error: null,
    });
  });

  it("compares all attributes without equalsIgnore, numbers by value", async () => {
    await put("equal", { v: { N: "1.50" }, s: { SS: ["a", "b"] } }, {});
    expect(await put("equal", { v: { N: "1.5" }, s: { SS: ["b", "a"] } }, {})).toMatchObject({
      result: { v: 1.5 },
      error: null,
    });
  });

  it.each([
    ["differs", { v: { S: "y" } }],
    ["has another type", { v: { L: [] } }],
    ["has one attribute less", {}],
    ["has one attribute more", { v: { S: "x" }, w: { S: "" } }],
  ])("fails with the stored item when the new item %s", async (title, attributes) => {
    await put(`not ${title}`, { v: { S: "x" } }, {});
    expect(await put(`not ${title}`, attributes, {})).toMatchObject({ result: { v: "x" }, error });
  });

  it("requires dynamodb:GetItem for the comparison", async () => {
    await put("unreadable", {}, {});
    expect(await put("unreadable", {}, {}, "unreadable")).toMatchObject({
      result: null,
      error: {
        type: "DynamoDB:AccessDeniedException",
        message: expect.stringContaining("dynamodb:GetItem"),
      },
    });
  });
});

describe("a DynamoDB Query", () => {
  const query = (extra: object = {}, field = "list") =>
    run(
      {
        operation: "Query",
        query: { expression: "id = :id", expressionValues: { ":id": { S: "q" } } },
        ...extra,
      },
      field,
    );

  beforeAll(async () => {
    for (const n of [1, 2, 3, 4, 5]) {
      await administrator.send(
        new PutItemCommand({
          TableName: "things",
          Item: { ...key("q", n), odd: { BOOL: n % 2 === 1 } },
        }),
      );
    }
  });

  it("pages with opaque tokens, in descending order", async () => {
    const first = (await query({ limit: 2, scanIndexForward: false, nextToken: null })).result;
    expect(first).toMatchObject({ items: [{ n: 5 }, { n: 4 }], scannedCount: 2 });
    expect(Buffer.from(first.nextToken, "base64").toString("latin1")).not.toContain("id");
    const next = { limit: 9, scanIndexForward: false, nextToken: first.nextToken };
    expect((await query(next)).result).toMatchObject({
      items: [{ n: 3 }, { n: 2 }, { n: 1 }],
      nextToken: null,
    });
  });

  it("has an error for a token that was changed or belongs to another resolver", async () => {
    const { nextToken } = (await query({ limit: 2 })).result;
    const rejection = {
      result: null,
      error: {
        type: "DynamoDB:UserIllegalArgumentException",
        message: expect.stringMatching(/InvalidPaginationTokenException: Invalid pagination token/),
      },
    };
    const changed = (nextToken[0] === "A" ? "B" : "A") + nextToken.slice(1);
    expect(await query({ nextToken: changed })).toMatchObject(rejection);
    expect(await query({ nextToken: "x" })).toMatchObject(rejection);
    expect(await query({ nextToken: "" })).toMatchObject(rejection);
    expect(await query({ nextToken: `${nextToken} ` })).toMatchObject(rejection);
    expect(await query({ nextToken }, "otherList")).toMatchObject(rejection);
  });

  it("applies the limit before the filter", async () => {
    const filter = {
      expression: "#odd = :true",
      expressionNames: { "#odd": "odd" },
      expressionValues: { ":true": { BOOL: true } },
    };
    expect((await query({ limit: 4, filter })).result).toMatchObject({
      items: [{ n: 1 }, { n: 3 }],
      scannedCount: 4,
    });
  });

  it("passes on DynamoDB's errors", async () => {
    expect(await query({ index: "none" })).toMatchObject({
      result: null,
      error: { type: expect.stringMatching(/^DynamoDB:/) },
    });
  });
});

describe("a DynamoDB request document", () => {
  it.each([
    [{}, "Value for field '$[operation]' not found."],
    [{ operation: "Sync" }, "Unsupported operation 'Sync'"],
    [{ operation: "BatchGetItem", version: "2017-02-28" }, "Unsupported operation 'BatchGetItem'"],
    [{ operation: "GetItem" }, "Value for field '$[key]' not found."],
    [
      { operation: "GetItem", key: key("a", 1), consistent: true },
      "Unsupported element '$[consistent]'.",
    ],
    [{ operation: "GetItem", key: { id: "a" } }, "'$[key][id]'"],
    [{ operation: "GetItem", key: { id: { S: 1 } } }, "type S for '$[key][id]'"],
    [
      { operation: "GetItem", key: key("a", 1), consistentRead: "true" },
      "boolean for value '$[consistentRead]'",
    ],
    [{ operation: "GetItem", version: "2016-01-01", key: key("a", 1) }, "version '2016-01-01'"],
    [{ operation: "GetItem", version: null, key: key("a", 1) }, "'$[version]' not found"],
    [
      { operation: "PutItem", key: key("a", 1), condition: { expression: "x", equalsignore: [] } },
      "Unsupported element '$[condition][equalsignore]'.",
    ],
    [
      {
        operation: "PutItem",
        key: key("a", 1),
        condition: { expression: "x", conditionalCheckFailedHandler: { strategy: "Custom" } },
      },
      "Unsupported strategy 'Custom'",
    ],
  ])("is rejected: %j, with %s", async (document, message) => {
    expect(await run(document)).toMatchObject({
      failure: { errorType: "MappingTemplate", message: expect.stringContaining(message) },
    });
  });
});

describe("a pipeline resolver", () => {
  const step = (name: string, request: string, response: string) =>
    test.appSync.createFunction(test.api.id, {
      name,
      dataSource: "none",
      functionVersion: "2018-05-29",
      requestMappingTemplate: request,
      responseMappingTemplate: response,
    });

  it("passes results and stash from function to function, whatever version a document names", async () => {
    const first = step(
      "first",
      '#set($ctx.stash.first = $ctx.prev.result){"version": "2017-02-28", "payload": $util.toJson($ctx.prev.result.n)}',
      "#set($n = $ctx.result + 1)$n",
    );
    const second = step(
      "second",
      '#if($ctx.args.fail) $util.error("stop", "Stopped") #end {"payload": $ctx.prev.result}',
      '{"second": $ctx.result, "prev": $ctx.prev.result}',
    );
    test.appSync.createResolver(test.api.id, {
      type: "Query",
      field: "pipeline",
      kind: "PIPELINE",
      pipelineConfig: { functions: [first, second] },
      requestTemplate: '{"n": 1}',
      responseTemplate: '{"all": $util.toJson($ctx.result), "stash": $util.toJson($ctx.stash)}',
    });
    const { data } = await test.ask("{ pipeline }");
    expect(JSON.parse(String(data?.pipeline))).toEqual({
      all: { second: 2, prev: 2 },
      stash: { first: { n: 1 } },
    });
    expect(await test.ask("{ pipeline(fail: true) }")).toMatchObject({
      data: { pipeline: null },
      errors: [{ message: "stop", errorType: "Stopped" }],
    });
  });

  it("ends at #return in its own templates, and continues after one in a function's", async () => {
    const returning = step(
      "returning",
      '#if($ctx.args.stop == 2) #return({"from": "request"}) #end {"payload": 1}',
      '#if($ctx.args.stop == 3) #return({"from": "response"}) #end {"from": "nowhere"}',
    );
    const next = step("next", '{"payload": $util.toJson($ctx.prev.result)}', renderContext);
    test.appSync.createResolver(test.api.id, {
      type: "Query",
      field: "early",
      kind: "PIPELINE",
      pipelineConfig: { functions: [returning, next] },
      requestTemplate: '#if($ctx.args.stop == 1) #return({"from": "before"}) #end {}',
      responseTemplate: '{"after": $util.toJson($ctx.result.result)}',
    });
    const early = async (stop: number) => {
      const { data } = await test.ask("query Q($stop: Int!) { early(stop: $stop) }", { stop });
      return JSON.parse(String(data?.early));
    };
    expect(await early(1)).toEqual({ from: "before" });
    expect(await early(2)).toEqual({ after: { from: "request" } });
    expect(await early(3)).toEqual({ after: { from: "response" } });
    expect(await early(4)).toEqual({ after: { from: "nowhere" } });
  });
});
