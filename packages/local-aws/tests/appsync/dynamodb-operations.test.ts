import { CreateTableCommand, DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type Dynamodb, startDynamodb } from "../../src/dynamodb/dynamodb";
import type { Intercept } from "../../src/dynamodb/gateway";
import { Iam } from "../../src/iam/iam";
import { region, roleAllowing, startApi, type TestApi } from "./harness";

const schema = `
  type Query {
    run(document: AWSJSON!): AWSJSON
    other(document: AWSJSON!): AWSJSON
    plain(document: AWSJSON!): Plain
    filtered(document: AWSJSON!): AWSJSON
  }
  type Plain { id: ID, v: String }
`;
const renderAnswer = '$util.toJson({"result": $ctx.result, "error": $ctx.error})';

let dynamodb: Dynamodb;
let administrator: DynamoDBClient;
let test: TestApi;
let fail: Intercept = () => undefined;

beforeAll(async () => {
  const iam = new Iam({ region });
  dynamodb = await startDynamodb({
    region,
    iam,
    log: () => {},
    intercept: (operation, input) => fail(operation, input),
  });
  administrator = new DynamoDBClient({
    region,
    endpoint: dynamodb.endpoint,
    credentials: iam.administrator,
  });
  for (const TableName of ["left", "right"]) {
    await administrator.send(
      new CreateTableCommand({
        TableName,
        BillingMode: "PAY_PER_REQUEST",
        AttributeDefinitions: [{ AttributeName: "id", AttributeType: "S" }],
        KeySchema: [{ AttributeName: "id", KeyType: "HASH" }],
      }),
    );
  }
  test = await startApi({ schema }, { iam, dynamodbEndpoint: dynamodb.endpoint });
  test.appSync.createDataSource(test.api.id, {
    name: "left",
    type: "AMAZON_DYNAMODB",
    serviceRoleArn: roleAllowing(iam, ["dynamodb:*"], "*"),
    dynamodbConfig: { tableName: "left" },
  });
  const resolver = (
    field: string,
    responseTemplate: string,
    requestTemplate = "$util.toJson($ctx.args.document)",
  ) =>
    test.appSync.createResolver(test.api.id, {
      type: "Query",
      field,
      kind: "UNIT",
      dataSource: "left",
      requestTemplate,
      responseTemplate,
    });
  resolver("run", renderAnswer);
  resolver("other", renderAnswer);
  resolver(
    "filtered",
    renderAnswer,
    `{
      "version": "2018-05-29",
      "operation": "Scan",
      "filter": $util.transform.toDynamoDBFilterExpression($ctx.args.document.filter),
      "nextToken": $util.toJson($util.defaultIfNullOrEmpty($ctx.args.document.nextToken, null)),
    }`,
  );
  resolver("plain", '{"id": "of $ctx.result.id", "v": "$ctx.result.v", "error": "$!ctx.error"}');
});
beforeEach(() => {
  fail = () => undefined;
});
afterAll(async () => {
  await test?.stop();
  administrator?.destroy();
  await dynamodb?.stop();
});

async function run(document: object, field = "run") {
  const query = `query Q($d: AWSJSON!) { ${field}(document: $d) }`;
  const variables = { d: JSON.stringify({ version: "2018-05-29", ...document }) };
  const { data, errors } = await test.ask(query, variables);
  const value = data?.[field];
  return typeof value === "string" ? JSON.parse(value) : { failure: errors?.[0] };
}

const item = (id: string, v: string) => ({ id: { S: id }, v: { S: v } });
const key = (id: string) => ({ id: { S: id } });
const put = (id: string, v: string) =>
  run({ operation: "PutItem", key: key(id), attributeValues: { v: { S: v } } });

/** Everything in the table: what of it the test made, by the ids' first letters. */
async function stored(prefix: string) {
  const filter = {
    expression: "begins_with(id, :p)",
    expressionValues: { ":p": { S: prefix } },
  };
  const { items } = (await run({ operation: "Scan", filter })).result;
  return items.toSorted((a: { id: string }, b: { id: string }) => (a.id < b.id ? -1 : 1));
}

describe("a DynamoDB Scan", () => {
  beforeAll(async () => {
    for (const id of ["s1", "s2", "s3"]) {
      await put(id, id === "s2" ? "even" : "odd");
    }
  });

  it("filters, projects and counts", async () => {
    const document = {
      operation: "Scan",
      filter: {
        expression: "#v = :odd AND begins_with(id, :s)",
        expressionNames: { "#v": "v" },
        expressionValues: { ":odd": { S: "odd" }, ":s": { S: "s" } },
      },
      projection: { expression: "#i", expressionNames: { "#i": "id" } },
    };
    const { result } = await run(document);
    expect(result).toMatchObject({ nextToken: null, scannedCount: expect.any(Number) });
    expect(result.items).toHaveLength(2);
    expect(result.items).toEqual(expect.arrayContaining([{ id: "s1" }, { id: "s3" }]));
  });

  it.each<[object, string[]]>([
    [{ v: { eq: "odd" } }, ["s1", "s3"]],
    [{ v: { ne: "odd", in: ["even", "odd"] } }, ["s2"]],
    [{ id: { between: ["s2", "s3"] } }, ["s2", "s3"]],
    [{ or: [{ v: { notContains: "d" } }, { id: { le: "s1" } }] }, ["s1", "s2"]],
    [{ not: { v: { contains: "d" }, id: { gt: "s2" } } }, ["s1", "s2"]],
    [{ v: { size: { lt: 4 }, attributeType: "string", attributeExists: true } }, ["s1", "s3"]],
  ])("filters by what $util.transform makes of %j", async (filter, ids) => {
    const document = { filter: { and: [{ id: { beginsWith: "s" } }, filter] } };
    const { result } = await run(document, "filtered");
    expect(result.items.map(({ id }: { id: string }) => id).toSorted()).toEqual(ids);
  });

  it("fails where a filter's values are empty, as DynamoDB has it", async () => {
    const filter = { v: { attributeExists: true } };
    expect(await run({ filter }, "filtered")).toMatchObject({
      error: { message: expect.stringContaining("ExpressionAttributeValues must not be empty") },
    });
  });

  it("pages with tokens of its own resolver", async () => {
    const first = (await run({ operation: "Scan", limit: 1, filter: null, nextToken: null }))
      .result;
    const next = { operation: "Scan", limit: 1, nextToken: first.nextToken };
    expect(first.items).toHaveLength(1);
    expect((await run(next)).result.items).not.toEqual(first.items);
    expect(await run(next, "other")).toMatchObject({
      error: { type: "DynamoDB:UserIllegalArgumentException" },
    });
  });

  it("reads one segment of several", async () => {
    const counts = [];
    for (const segment of [0, 1]) {
      const document = { operation: "Scan", totalSegments: 2, segment };
      counts.push((await run(document)).result.scannedCount);
    }
    const all = (await run({ operation: "Scan" })).result.scannedCount;
    expect((counts[0] ?? 0) + (counts[1] ?? 0)).toBe(all);
  });
});

describe("a DynamoDB batch", () => {
  it("puts items into several tables and returns them, and deletes them by key", async () => {
    const tables = { left: [item("b1", "x"), item("b2", "y")], right: [item("b3", "z")] };
    expect(await run({ operation: "BatchPutItem", tables })).toEqual({
      result: {
        data: {
          left: [
            { id: "b1", v: "x" },
            { id: "b2", v: "y" },
          ],
          right: [{ id: "b3", v: "z" }],
        },
        unprocessedItems: { left: [], right: [] },
      },
      error: null,
    });
    const keys = { left: [key("b1")], right: [key("b3")] };
    expect(await run({ operation: "BatchDeleteItem", tables: keys })).toEqual({
      result: {
        data: { left: [{ id: "b1" }], right: [{ id: "b3" }] },
        unprocessedKeys: { left: [], right: [] },
      },
      error: null,
    });
    expect(await stored("b")).toEqual([{ id: "b2", v: "y" }]);
  });

  it("that fails has an error, and everything is unprocessed", async () => {
    const refusal = { type: "ProvisionedThroughputExceededException", message: "too much" };
    fail = (operation) => (/^Batch/.test(operation) ? refusal : undefined);
    const error = { type: "DynamoDB:ProvisionedThroughputExceededException" };
    const put = { operation: "BatchPutItem", tables: { left: [item("b4", "x")] } };
    expect(await run(put)).toMatchObject({
      result: { data: { left: [null] }, unprocessedItems: { left: [{ id: "b4", v: "x" }] } },
      error,
    });
    const remove = { operation: "BatchDeleteItem", tables: { left: [key("b4")] } };
    expect(await run(remove)).toMatchObject({
      result: { data: { left: [null] }, unprocessedKeys: { left: [{ id: "b4" }] } },
      error,
    });
    const get = { operation: "BatchGetItem", tables: { left: { keys: [key("b4")] } } };
    expect(await run(get)).toMatchObject({
      result: { data: { left: [null] }, unprocessedKeys: { left: [{ id: "b4" }] } },
      error,
    });
  });

  it.each([
    [{ operation: "BatchPutItem" }, "'$[tables]' not found"],
    [{ operation: "BatchPutItem", tables: { left: {} } }, "list for value '$[tables][left]'"],
    [
      { operation: "BatchDeleteItem", tables: { left: [{ id: "b" }] } },
      "for '$[tables][left][0][id]'",
    ],
  ])("is rejected: %j", async (document, message) => {
    expect(await run(document)).toMatchObject({
      failure: { errorType: "MappingTemplate", message: expect.stringContaining(message) },
    });
  });
});

describe("a DynamoDB transaction", () => {
  const write = (...transactItems: object[]) =>
    run({ operation: "TransactWriteItems", transactItems });
  const part = (operation: string, id: string, more: object = {}) => ({
    table: "left",
    operation,
    key: key(id),
    ...more,
  });

  it("writes all of its parts and returns their keys", async () => {
    await put("t-check", "yes");
    await put("t-gone", "x");
    await put("t-changed", "old");
    const update = {
      expression: "SET #v = :new",
      expressionNames: { "#v": "v" },
      expressionValues: { ":new": { S: "new" } },
    };
    const condition = {
      expression: "v = :expected",
      expressionValues: { ":expected": { S: "old" } },
    };
    const answer = await write(
      part("PutItem", "t-new", { attributeValues: { v: { S: "1" } } }),
      part("UpdateItem", "t-changed", { update, condition }),
      part("DeleteItem", "t-gone"),
      part("ConditionCheck", "t-check", { condition: { expression: "attribute_exists(id)" } }),
    );
    expect(answer).toEqual({
      result: {
        keys: [{ id: "t-new" }, { id: "t-changed" }, { id: "t-gone" }, { id: "t-check" }],
        cancellationReasons: null,
      },
      error: null,
    });
    expect(await stored("t-")).toEqual([
      { id: "t-changed", v: "new" },
      { id: "t-check", v: "yes" },
      { id: "t-new", v: "1" },
    ]);
  });

  it("writes nothing where a condition fails, and says which, with the item unless it is unwanted", async () => {
    await put("u-old", "old");
    const condition = { expression: "attribute_not_exists(id)" };
    const none = { type: "None", message: "None" };
    const failed = { type: "ConditionCheckFailed", message: expect.any(String) };
    const attempt = (more: object) =>
      write(
        part("PutItem", "u-new"),
        part("PutItem", "u-old", { condition: { ...condition, ...more } }),
      );
    expect(await attempt({})).toEqual({
      result: {
        keys: null,
        cancellationReasons: [none, { ...failed, item: { id: "u-old", v: "old" } }],
      },
      error: { type: "DynamoDB:TransactionCanceledException", message: expect.any(String) },
    });
    expect(
      (await attempt({ returnValuesOnConditionCheckFailure: false })).result.cancellationReasons,
    ).toEqual([none, failed]);
    expect(await stored("u-")).toEqual([{ id: "u-old", v: "old" }]);
  });

  it("reads items in the order of its parts", async () => {
    await put("r-1", "one");
    const get = (id: string, more = {}) => ({ table: "left", key: key(id), ...more });
    const projection = { expression: "id" };
    const transactItems = [get("r-none"), get("r-1"), get("r-1", { projection })];
    expect(await run({ operation: "TransactGetItems", transactItems })).toMatchObject({
      error: { type: expect.stringMatching(/^DynamoDB:/) },
      result: { items: null },
    });
    transactItems.pop();
    expect(await run({ operation: "TransactGetItems", transactItems })).toEqual({
      result: { items: [null, { id: "r-1", v: "one" }], cancellationReasons: null },
      error: null,
    });
  });

  it.each([
    [{ operation: "TransactGetItems" }, "1 to 100 items, found 0"],
    [
      { operation: "TransactGetItems", transactItems: Array(101).fill({}) },
      "1 to 100 items, found 101",
    ],
    [
      { operation: "TransactWriteItems", transactItems: [part("GetItem", "a")] },
      "Unsupported operation 'GetItem'",
    ],
    [
      { operation: "TransactWriteItems", transactItems: [part("ConditionCheck", "a")] },
      "'$[transactItems][0][condition]' not found",
    ],
    [
      {
        operation: "TransactWriteItems",
        transactItems: [part("DeleteItem", "a", { attributeValues: {} })],
      },
      "Unsupported element '$[transactItems][0][attributeValues]'",
    ],
  ])("is rejected: %#", async (document, message) => {
    expect(await run(document)).toMatchObject({
      failure: { errorType: "MappingTemplate", message: expect.stringContaining(message) },
    });
  });
});

describe("a unit resolver of version 2017-02-28", () => {
  const ask = async (document: object) => {
    const query = "query Q($d: AWSJSON!) { plain(document: $d) { id v } }";
    const d = JSON.stringify({ version: "2017-02-28", ...document });
    return await test.ask(query, { d });
  };

  it("does not render its response for null", async () => {
    expect(await ask({ operation: "GetItem", key: key("nothing") })).toEqual({
      data: { plain: null },
    });
    await put("v-1", "x");
    expect(await ask({ operation: "GetItem", key: key("v-1") })).toEqual({
      data: { plain: { id: "of v-1", v: "x" } },
    });
  });

  it("fails with the data source's error, and what it renders is the error's data", async () => {
    await put("v-2", "mine");
    const document = {
      operation: "PutItem",
      key: key("v-2"),
      condition: { expression: "attribute_not_exists(id)" },
    };
    expect(await ask(document)).toMatchObject({
      data: { plain: null },
      errors: [
        {
          path: ["plain"],
          errorType: "DynamoDB:ConditionalCheckFailedException",
          data: { id: "of v-2", v: "mine" },
        },
      ],
    });
  });
});
