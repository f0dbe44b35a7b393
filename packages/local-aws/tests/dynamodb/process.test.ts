import { mkdtemp, rm } from "node:fs/promises";
import { networkInterfaces, tmpdir } from "node:os";
import { join } from "node:path";
import {
  CreateTableCommand,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
} from "@aws-sdk/client-dynamodb";
import { expect, it, vi } from "vitest";
import { startDynamodb } from "../../src/dynamodb/dynamodb";
import { startProcess } from "../../src/dynamodb/process";
import { Iam } from "../../src/iam/iam";

const region = "eu-central-1";

it("DynamoDB Local keeps tables and items in the data folder", async () => {
  const dataDirectory = await mkdtemp(join(tmpdir(), "dynamodb-test-"));
  const iam = new Iam({ region });
  const run = async <T>(use: (client: DynamoDBClient) => Promise<T>): Promise<T> => {
    const dynamodb = await startDynamodb({ region, iam, dataDirectory, log: () => {} });
    const { endpoint } = dynamodb;
    try {
      return await use(new DynamoDBClient({ region, endpoint, credentials: iam.administrator }));
    } finally {
      await dynamodb.stop();
    }
  };
  await run(async (client) => {
    await client.send(
      new CreateTableCommand({
        TableName: "kept",
        KeySchema: [{ AttributeName: "id", KeyType: "HASH" }],
        AttributeDefinitions: [{ AttributeName: "id", AttributeType: "S" }],
        BillingMode: "PAY_PER_REQUEST",
      }),
    );
    await client.send(new PutItemCommand({ TableName: "kept", Item: { id: { S: "1" } } }));
  });
  const { Item } = await run((client) =>
    client.send(new GetItemCommand({ TableName: "kept", Key: { id: { S: "1" } } })),
  );
  expect(Item).toEqual({ id: { S: "1" } });
  await rm(dataDirectory, { recursive: true });
}, 60_000);

it("DynamoDB Local listens on the loopback interface only", async () => {
  const engine = await startProcess({ log: () => {} });
  const addresses = Object.values(networkInterfaces()).flatMap((list) => list ?? []);
  const others = addresses.filter(({ internal, family }) => !internal && family === "IPv4");
  for (const { address } of others) {
    await expect(fetch(`http://${address}:${engine.port}`)).rejects.toThrow("fetch failed");
  }
  await engine.stop();
}, 60_000);

it("DynamoDB Local without Java fails with an error that names what to install", async () => {
  vi.stubEnv("PATH", "/no/such/folder");
  await expect(startProcess({ log: () => {} })).rejects.toThrow(
    "Java runtime 11 or newer not found: install one",
  );
  vi.unstubAllEnvs();
});
