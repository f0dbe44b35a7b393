import {
  copyFileSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CreateTableCommand, DynamoDBClient, PutItemCommand } from "@aws-sdk/client-dynamodb";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startDynamodb } from "../../src/dynamodb/dynamodb";
import { Iam } from "../../src/iam/iam";

const region = "eu-central-1";
const iam = new Iam({ region });
let dataDirectory: string;
let file: string;
let whole: string;

const start = () => startDynamodb({ region, iam, dataDirectory, log: () => {} });

beforeAll(async () => {
  dataDirectory = mkdtempSync(join(tmpdir(), "database-file-"));
  file = join(dataDirectory, "dynamodb/shared-local-instance.db");
  whole = join(dataDirectory, "whole.db");
  const dynamodb = await start();
  const { endpoint } = dynamodb;
  const client = new DynamoDBClient({ region, endpoint, credentials: iam.administrator });
  await client.send(
    new CreateTableCommand({
      TableName: "kept",
      KeySchema: [{ AttributeName: "id", KeyType: "HASH" }],
      AttributeDefinitions: [{ AttributeName: "id", AttributeType: "S" }],
      BillingMode: "PAY_PER_REQUEST",
    }),
  );
  for (let id = 0; id < 20; id += 1) {
    const Item = { id: { S: String(id) }, text: { S: "x".repeat(2_000) } };
    await client.send(new PutItemCommand({ TableName: "kept", Item }));
  }
  await dynamodb.stop();
  copyFileSync(file, whole);
});

afterAll(() => rmSync(dataDirectory, { recursive: true }));

const garble = (from: number, length: number) => (): void => {
  writeSync(openSync(file, "r+"), Buffer.alloc(length, "garbled"), 0, length, from);
};

describe("the database file of DynamoDB Local", () => {
  it("is readable for its user alone", () => {
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  it.each([
    ["is missing", () => rmSync(file), "it is missing, though tables were kept there"],
    ["is empty", () => truncateSync(file), "it is empty"],
    ["is cut", () => truncateSync(file, 20_480), "SQLite says"],
    ["begins otherwise", garble(0, 100), "SQLite says"],
    ["is garbled within", garble(10_240, 30_720), ""],
    ["is a text", () => writeFileSync(file, "not a database\n"), "SQLite says"],
  ])("is refused by its name where it %s, and left as it is", async (_, damage, reason) => {
    copyFileSync(whole, file);
    damage();
    const before = reason.includes("missing") ? undefined : readFileSync(file);
    const refusal = await start().then(
      () => "none",
      (error: Error) => error.message,
    );
    expect(refusal).toContain(`${file} cannot be used: ${reason}`);
    expect(refusal).toContain("or choose another --data directory");
    expect(before && readFileSync(file).equals(before)).toBe(before && true);
  });
});
