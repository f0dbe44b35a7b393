import { execFileSync } from "node:child_process";
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
import { sendRaw, statusOf } from "../raw-http";

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

it("DynamoDB Local serves only its gateway", async () => {
  const engine = await startProcess({ log: () => {} });
  const list = (host: string) =>
    sendRaw(
      engine.port,
      [
        "POST / HTTP/1.1",
        `Host: ${host}`,
        "Origin: http://example.org",
        "X-Amz-Target: DynamoDB_20120810.ListTables",
        "Authorization: AWS4-HMAC-SHA256 Credential=a/20260101/eu-central-1/dynamodb/aws4_request, SignedHeaders=host, Signature=b",
        "Content-Type: application/x-amz-json-1.0",
        "Content-Length: 2",
        "",
        "{}",
      ].join("\r\n"),
    );
  for (const host of ["localhost", `127.0.0.1:${engine.port}`, "example.org", ""]) {
    const answer = await list(host);
    expect(statusOf(answer)).toBeGreaterThanOrEqual(400);
    expect(answer).not.toContain("TableNames");
  }
  const answer = await list(engine.host);
  expect(answer).toMatch(/\{"TableNames":\[\]\}$/);
  // Not even the gateway is served as a page of another origin.
  expect(answer.toLowerCase()).not.toContain("access-control-allow-origin");

  const addresses = Object.values(networkInterfaces()).flatMap((each) => each ?? []);
  const others = addresses.filter(({ internal, family }) => !internal && family === "IPv4");
  for (const { address } of others) {
    await expect(fetch(`http://${address}:${engine.port}`)).rejects.toThrow("fetch failed");
  }
  const commandLines = execFileSync("ps", ["-eo", "args"], { encoding: "utf8" });
  expect(commandLines).toContain(`-Dport=${engine.port}`);
  expect(commandLines).not.toContain(engine.host);
  await engine.stop();
}, 60_000);

it("DynamoDB Local without Java fails with an error that names what to install", async () => {
  vi.stubEnv("PATH", "/no/such/folder");
  await expect(startProcess({ log: () => {} })).rejects.toThrow(
    "Java runtime 11 or newer not found: install one",
  );
  vi.unstubAllEnvs();
});
