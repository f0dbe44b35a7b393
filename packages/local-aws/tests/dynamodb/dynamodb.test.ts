import {
  BatchGetItemCommand,
  BatchWriteItemCommand,
  CreateTableCommand,
  DeleteItemCommand,
  DeleteTableCommand,
  DescribeTableCommand,
  DynamoDBClient,
  ExecuteStatementCommand,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  TransactWriteItemsCommand,
} from "@aws-sdk/client-dynamodb";
import {
  DescribeStreamCommand,
  DynamoDBStreamsClient,
  GetRecordsCommand,
  GetShardIteratorCommand,
} from "@aws-sdk/client-dynamodb-streams";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Dynamodb } from "../../src/dynamodb/dynamodb";
import type { Failure } from "../../src/dynamodb/gateway";
import { shareDynamodb } from "../../src/dynamodb/shared";
import { type Credentials, Iam } from "../../src/iam/iam";

const region = "eu-central-1";
const tableArn = `arn:aws:dynamodb:${region}:000000000000:table/events`;

let iam: Iam;
let dynamodb: Dynamodb;
let administrator: DynamoDBClient;
let streamArn: string;
let fault: Failure | undefined;

const client = (credentials: Credentials): DynamoDBClient =>
  new DynamoDBClient({ region, credentials, endpoint: dynamodb.endpoint, maxAttempts: 1 });

/** Returns a client of a new role that may perform the actions on the resource. */
function roleClient(name: string, actions: string[], resource = tableArn): DynamoDBClient {
  const arn = iam.createRole(name);
  iam.putRolePolicy(name, "only", {
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Action: actions, Resource: resource }],
  });
  return client(iam.assumeRole(arn));
}

beforeAll(async () => {
  iam = new Iam({ region });
  dynamodb = await shareDynamodb({ region, iam, log: () => {}, intercept: () => fault });
  administrator = client(iam.administrator);
  const { TableDescription } = await administrator.send(
    new CreateTableCommand({
      TableName: "events",
      KeySchema: [{ AttributeName: "id", KeyType: "HASH" }],
      AttributeDefinitions: [
        { AttributeName: "id", AttributeType: "S" },
        { AttributeName: "owner", AttributeType: "S" },
      ],
      GlobalSecondaryIndexes: [
        {
          IndexName: "byOwner",
          KeySchema: [{ AttributeName: "owner", KeyType: "HASH" }],
          Projection: { ProjectionType: "ALL" },
        },
      ],
      BillingMode: "PAY_PER_REQUEST",
      StreamSpecification: { StreamEnabled: true, StreamViewType: "NEW_IMAGE" },
    }),
  );
  streamArn = TableDescription?.LatestStreamArn ?? "";
}, 60_000);

afterAll(() => dynamodb.stop());

const get = (table = "events") => new GetItemCommand({ TableName: table, Key: { id: { S: "1" } } });
const put = () => new PutItemCommand({ TableName: "events", Item: { id: { S: "1" } } });
const queryByOwner = () =>
  new QueryCommand({
    TableName: "events",
    IndexName: "byOwner",
    KeyConditionExpression: "#o = :o",
    ExpressionAttributeNames: { "#o": "owner" },
    ExpressionAttributeValues: { ":o": { S: "me" } },
  });

describe("the DynamoDB gateway", () => {
  it("allows a role only what its policy allows, with AWS's error message", async () => {
    const reader = roleClient("reader", ["dynamodb:GetItem"]);
    await expect(reader.send(get())).resolves.toMatchObject({ $metadata: { httpStatusCode: 200 } });
    await expect(reader.send(put())).rejects.toMatchObject({
      name: "AccessDeniedException",
      message:
        "User: arn:aws:sts::000000000000:assumed-role/reader/local is not authorized to perform: " +
        `dynamodb:PutItem on resource: ${tableArn} because no identity-based policy allows the dynamodb:PutItem action`,
    });
    await expect(reader.send(get("other"))).rejects.toMatchObject({
      name: "AccessDeniedException",
    });
  });

  it("takes requests of up to 16 MiB, and refuses larger ones before it looks at their signature", async () => {
    const post = async (bytes: number) => {
      const headers = { "x-amz-target": "DynamoDB_20120810.PutItem" };
      const body = `{}${" ".repeat(bytes - 2)}`;
      const response = await fetch(dynamodb.endpoint, { method: "POST", headers, body });
      const { __type } = (await response.json()) as { __type: string };
      return [response.status, __type, response.headers.get("access-control-allow-origin")];
    };
    const limit = 16 * 1024 * 1024;
    expect(await post(limit)).toEqual([400, "MissingAuthenticationTokenException", null]);
    expect(await post(limit + 1)).toEqual([413, "RequestEntityTooLargeException", null]);
  });

  it("requires an index's own permission", async () => {
    const onTable = roleClient("table-query", ["dynamodb:Query"]);
    const onIndex = roleClient("index-query", ["dynamodb:Query"], `${tableArn}/index/byOwner`);
    await expect(onTable.send(queryByOwner())).rejects.toThrow("/index/byOwner");
    await expect(onIndex.send(queryByOwner())).resolves.toMatchObject({ Count: 0 });
  });

  it("requires the permission of each part of a batch and of a transaction", async () => {
    const batch = new BatchGetItemCommand({
      RequestItems: {
        events: { Keys: [{ id: { S: "1" } }] },
        other: { Keys: [{ id: { S: "1" } }] },
      },
    });
    await expect(roleClient("batch", ["dynamodb:BatchGetItem"]).send(batch)).rejects.toThrow(
      "table/other",
    );

    const transaction = () =>
      new TransactWriteItemsCommand({
        TransactItems: [
          { Put: { TableName: "events", Item: { id: { S: "2" } } } },
          {
            ConditionCheck: {
              TableName: "events",
              Key: { id: { S: "3" } },
              ConditionExpression: "attribute_not_exists(id)",
            },
          },
        ],
      });
    const putter = roleClient("putter", ["dynamodb:PutItem"]);
    await expect(putter.send(transaction())).rejects.toThrow("dynamodb:ConditionCheckItem");
    const both = roleClient("both", ["dynamodb:PutItem", "dynamodb:ConditionCheckItem"]);
    await expect(both.send(transaction())).resolves.toBeDefined();
  });

  it("denies what a table's policy denies to whoever has all rights, however it is asked for", async () => {
    iam.putResourcePolicy(tableArn, {
      Version: "2012-10-17",
      Statement: {
        Effect: "Deny",
        Principal: "*",
        Action: ["dynamodb:DeleteItem", "dynamodb:BatchWriteItem", "dynamodb:DeleteTable"],
        Resource: tableArn,
        Condition: {
          ArnNotEquals: { "aws:PrincipalArn": "arn:aws:iam::000000000000:role/break-glass" },
        },
      },
    });
    const key = { Key: { id: { S: "1" } } };
    const Delete = { TableName: "events", ...key };
    const ways = () => [
      new DeleteItemCommand(Delete),
      new DeleteItemCommand({ TableName: tableArn, ...key }),
      new TransactWriteItemsCommand({ TransactItems: [{ Delete }] }),
      new BatchWriteItemCommand({ RequestItems: { events: [{ DeleteRequest: key }] } }),
      new DeleteTableCommand({ TableName: "events" }),
    ];
    const all = roleClient("all-rights", ["dynamodb:*"], "*");
    for (const denied of [all, administrator]) {
      for (const way of ways()) {
        await expect((denied as { send: (command: unknown) => unknown }).send(way)).rejects.toThrow(
          "with an explicit deny in a resource-based policy",
        );
      }
      await expect(denied.send(get())).resolves.toBeDefined();
    }
    const breakGlass = roleClient("break-glass", ["dynamodb:*"]);
    await expect(breakGlass.send(new DeleteItemCommand(Delete))).resolves.toBeDefined();
  });

  it("rejects requests that are not signed with known credentials", async () => {
    const stranger = client({ accessKeyId: "AKIAEXAMPLE", secretAccessKey: "x" });
    await expect(stranger.send(get())).rejects.toMatchObject({
      name: "UnrecognizedClientException",
      $metadata: { httpStatusCode: 400 },
    });
    const forger = client({ ...iam.administrator, secretAccessKey: "x" });
    await expect(forger.send(get())).rejects.toMatchObject({ name: "InvalidSignatureException" });
    const unsigned = await fetch(dynamodb.endpoint, {
      method: "POST",
      headers: { "x-amz-target": "DynamoDB_20120810.ListTables" },
      body: "{}",
    });
    expect(await unsigned.json()).toMatchObject({
      __type: expect.stringContaining("MissingAuthenticationTokenException"),
    });
  });

  it("rejects operations that it cannot authorize, by name", async () => {
    const statement = new ExecuteStatementCommand({ Statement: "SELECT * FROM events" });
    await expect(administrator.send(statement)).rejects.toMatchObject({
      name: "UnknownOperationException",
      message: expect.stringContaining("ExecuteStatement"),
    });
  });

  it("writes the stack's region into ARNs and leaves user data unchanged", async () => {
    const { Table } = await administrator.send(new DescribeTableCommand({ TableName: "events" }));
    expect(Table?.TableArn).toBe(tableArn);
    expect(Table?.GlobalSecondaryIndexes?.[0]?.IndexArn).toBe(`${tableArn}/index/byOwner`);
    expect(streamArn).toMatch(new RegExp(`^${tableArn}/stream/`));

    const note = { S: `${tableArn} arn:aws:dynamodb:ddblocal:000000000000:x` };
    const Item = { id: { S: "note" }, note };
    await administrator.send(new PutItemCommand({ TableName: "events", Item }));
    const key = { TableName: "events", Key: { id: { S: "note" } } };
    expect((await administrator.send(new GetItemCommand(key))).Item).toEqual(Item);
  });

  it("serves the table's stream under the stream's own permissions", async () => {
    await administrator.send(put());
    const streams = (name: string, actions: string[]) => {
      const { credentials } = roleClient(name, actions, streamArn).config;
      return new DynamoDBStreamsClient({ region, credentials, endpoint: dynamodb.endpoint });
    };
    const all = streams("consumer", [
      "dynamodb:DescribeStream",
      "dynamodb:GetShardIterator",
      "dynamodb:GetRecords",
    ]);
    const { StreamDescription } = await all.send(
      new DescribeStreamCommand({ StreamArn: streamArn }),
    );
    expect(StreamDescription?.StreamArn).toBe(streamArn);
    const { ShardIterator } = await all.send(
      new GetShardIteratorCommand({
        StreamArn: streamArn,
        ShardId: StreamDescription?.Shards?.[0]?.ShardId,
        ShardIteratorType: "TRIM_HORIZON",
      }),
    );
    const { Records, NextShardIterator } = await all.send(new GetRecordsCommand({ ShardIterator }));
    expect(Records?.[0]).toMatchObject({ eventName: "INSERT", awsRegion: region });
    expect(NextShardIterator).toContain(streamArn);
    await expect(
      all.send(new GetRecordsCommand({ ShardIterator: NextShardIterator })),
    ).resolves.toBeDefined();

    const partial = streams("half-consumer", ["dynamodb:DescribeStream"]);
    await expect(partial.send(new GetRecordsCommand({ ShardIterator }))).rejects.toMatchObject({
      name: "AccessDeniedException",
      message: expect.stringContaining(`dynamodb:GetRecords on resource: ${streamArn}`),
    });
  });

  it("answers an injected fault in place of the engine's answer", async () => {
    fault = { type: "ProvisionedThroughputExceededException", message: "slow down" };
    try {
      await expect(administrator.send(get())).rejects.toMatchObject({
        name: "ProvisionedThroughputExceededException",
      });
    } finally {
      fault = undefined;
    }
    await expect(administrator.send(get())).resolves.toBeDefined();
  });
});
