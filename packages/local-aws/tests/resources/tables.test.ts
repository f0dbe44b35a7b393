import {
  DescribeTableCommand,
  DescribeTimeToLiveCommand,
  DynamoDBClient,
} from "@aws-sdk/client-dynamodb";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Cloud } from "../../src/cloud";
import { type Dynamodb, startDynamodb } from "../../src/dynamodb/dynamodb";
import { Iam } from "../../src/iam/iam";
import { provision } from "../../src/resources";

const region = "eu-central-1";
const iam = new Iam({ region });
let dynamodb: Dynamodb;
let client: DynamoDBClient;

beforeAll(async () => {
  dynamodb = await startDynamodb({ region, iam, log: () => {} });
  client = new DynamoDBClient({
    region,
    endpoint: dynamodb.endpoint,
    credentials: iam.administrator,
  });
});
afterAll(async () => {
  client?.destroy();
  await dynamodb?.stop();
});

const make = (name: string, inputs: object) =>
  provision(
    {
      type: "aws:dynamodb/table:Table",
      name,
      custom: true,
      inputs: { hashKey: "id", attributes: [{ name: "id", type: "S" }], ...inputs },
    },
    { region, iam, dynamodb, progress: () => {} } as unknown as Cloud,
  );

const describeTable = async (TableName: string) =>
  (await client.send(new DescribeTableCommand({ TableName }))).Table;

const capacity = { readCapacity: 1, writeCapacity: 2 };
const attributes = ["id", "a", "b"].map((name) => ({ name, type: "S" }));
const keys = (hash: string, range?: string) => [
  { AttributeName: hash, KeyType: "HASH" },
  ...(range === undefined ? [] : [{ AttributeName: range, KeyType: "RANGE" }]),
];

describe("a table", () => {
  it("has provisioned capacity unless it is billed by request, as the provider has it", async () => {
    await make("provisioned", {
      ...capacity,
      attributes: attributes.slice(0, 2),
      globalSecondaryIndexes: [
        { name: "byA", hashKey: "a", projectionType: "ALL", readCapacity: 3, writeCapacity: 4 },
      ],
    });
    expect(await describeTable("provisioned")).toMatchObject({
      ProvisionedThroughput: { ReadCapacityUnits: 1, WriteCapacityUnits: 2 },
      GlobalSecondaryIndexes: [
        { ProvisionedThroughput: { ReadCapacityUnits: 3, WriteCapacityUnits: 4 } },
      ],
    });
  });

  it("has local indexes, and global ones with keys in the newer way and in the older", async () => {
    const inputs = {
      billingMode: "PAY_PER_REQUEST",
      attributes,
      rangeKey: "a",
      localSecondaryIndexes: [{ name: "byB", rangeKey: "b", projectionType: "KEYS_ONLY" }],
      globalSecondaryIndexes: [
        { name: "old", hashKey: "a", rangeKey: "b", projectionType: "ALL" },
        {
          name: "new",
          keySchemas: [
            { attributeName: "a", keyType: "RANGE" },
            { attributeName: "b", keyType: "HASH" },
          ],
          projectionType: "INCLUDE",
          nonKeyAttributes: ["c"],
        },
      ],
    };
    await make("indexed", inputs);
    expect(await describeTable("indexed")).toMatchObject({
      LocalSecondaryIndexes: [
        {
          IndexName: "byB",
          KeySchema: keys("id", "b"),
          Projection: { ProjectionType: "KEYS_ONLY" },
        },
      ],
      GlobalSecondaryIndexes: expect.arrayContaining([
        expect.objectContaining({ IndexName: "old", KeySchema: keys("a", "b") }),
        expect.objectContaining({
          IndexName: "new",
          KeySchema: keys("b", "a"),
          Projection: { ProjectionType: "INCLUDE", NonKeyAttributes: ["c"] },
        }),
      ]),
    });
    // As at the next start with kept data.
    await expect(make("indexed", inputs)).resolves.toMatchObject({ id: "indexed" });
    const [old] = inputs.globalSecondaryIndexes;
    const changed = { ...inputs, globalSecondaryIndexes: [{ ...old, rangeKey: "id" }] };
    await expect(make("indexed", changed)).rejects.toThrow("the one that was kept has other keys");
  });

  it("has a time to live, which a later start may end", async () => {
    const ttl = async () =>
      (await client.send(new DescribeTimeToLiveCommand({ TableName: "expiring" })))
        .TimeToLiveDescription;
    const inputs = { ...capacity, ttl: { enabled: true, attributeName: "until" } };
    await make("expiring", inputs);
    await make("expiring", inputs);
    expect(await ttl()).toMatchObject({ AttributeName: "until", TimeToLiveStatus: "ENABLED" });
    await make("expiring", capacity);
    expect(await ttl()).toMatchObject({ TimeToLiveStatus: "DISABLED" });
  });

  it.each([
    [{}, "table t: readCapacity must be at least 1 with provisioned capacity"],
    [{ readCapacity: 1, writeCapacity: 0 }, "table t: writeCapacity must be at least 1"],
    [
      { ...capacity, globalSecondaryIndexes: [{ name: "i", projectionType: "ALL", hashKey: "a" }] },
      "table t: index i: readCapacity must be at least 1",
    ],
    [
      { ...capacity, globalSecondaryIndexes: [{ name: "i", projectionType: "ALL" }] },
      "index i needs keySchemas, or a hashKey",
    ],
    [
      {
        ...capacity,
        globalSecondaryIndexes: [
          {
            name: "i",
            projectionType: "ALL",
            hashKey: "a",
            keySchemas: [{ attributeName: "a", keyType: "HASH" }],
          },
        ],
      },
      "index i needs one HASH among its keySchemas, and no hashKey or rangeKey",
    ],
    [
      {
        ...capacity,
        globalSecondaryIndexes: [
          {
            name: "i",
            projectionType: "ALL",
            keySchemas: ["a", "b"].map((attributeName) => ({ attributeName, keyType: "HASH" })),
          },
        ],
      },
      "index i: keys of several attributes are not supported locally",
    ],
    [{ ...capacity, ttl: { enabled: true } }, "table t: ttl needs an attributeName"],
  ])("is refused: %j", async (inputs, message) => {
    await expect(make("t", inputs)).rejects.toThrow(message);
  });
});
