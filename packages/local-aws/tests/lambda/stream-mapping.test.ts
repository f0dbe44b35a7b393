import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CreateTableCommand, DynamoDBClient, PutItemCommand } from "@aws-sdk/client-dynamodb";
import { ReceiveMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { asset } from "@pulumi/pulumi";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import type { Dynamodb } from "../../src/dynamodb/dynamodb";
import { shareDynamodb } from "../../src/dynamodb/shared";
import { Iam } from "../../src/iam/iam";
import type { EventSourceMapping } from "../../src/lambda/event-source-mapping";
import { createFunction, type LambdaFunction } from "../../src/lambda/function";
import { createStreamMapping } from "../../src/lambda/stream-mapping";
import { type Sqs, startSqs } from "../../src/sqs/sqs";

const region = "eu-central-1";
const iam = new Iam({ region });
const stops: (() => Promise<void>)[] = [];
let dynamodb: Dynamodb;
let sqs: Sqs;
let client: DynamoDBClient;
let folder: string;
let intercepted: (operation: string) => { type: string; message: string } | undefined = () =>
  undefined;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "mapping-test-"));
  dynamodb = await shareDynamodb({
    region,
    iam,
    log: () => {},
    intercept: (operation) => intercepted(operation),
  });
  sqs = await startSqs({ region, iam });
  const credentials = iam.administrator;
  client = new DynamoDBClient({ region, credentials, endpoint: dynamodb.endpoint });
}, 60_000);

afterAll(async () => {
  await Promise.all(stops.map((stop) => stop()));
  await dynamodb.stop();
  await sqs.stop();
  await rm(folder, { recursive: true });
});

interface Setup {
  readonly streamArn: string;
  readonly queueArn: string;
  readonly queueUrl: string;
  readonly fn: LambdaFunction;
  /** The versions in each invocation, in order, as printed by the function. */
  readonly seen: number[][];
  readonly lines: string[];
  put(...versions: number[]): Promise<void>;
  map(
    inputs?: object,
    more?: Partial<Parameters<typeof createStreamMapping>[1]>,
  ): EventSourceMapping;
}

/** Creates a table, a queue, and a function that prints the versions of its batch and then runs `body`. */
async function setup(name: string, body = ""): Promise<Setup> {
  const { TableDescription } = await client.send(
    new CreateTableCommand({
      TableName: name,
      KeySchema: [
        { AttributeName: "id", KeyType: "HASH" },
        { AttributeName: "version", KeyType: "RANGE" },
      ],
      AttributeDefinitions: [
        { AttributeName: "id", AttributeType: "S" },
        { AttributeName: "version", AttributeType: "N" },
      ],
      BillingMode: "PAY_PER_REQUEST",
      StreamSpecification: { StreamEnabled: true, StreamViewType: "NEW_IMAGE" },
    }),
  );
  const streamArn = TableDescription?.LatestStreamArn ?? "";
  const { arn: queueArn, url: queueUrl } = sqs.createQueue(name);
  const roleArn = iam.createRole(name);
  iam.putRolePolicy(name, "stream", {
    Version: "2012-10-17",
    Statement: [
      {
        Effect: "Allow",
        Action: ["GetRecords", "GetShardIterator", "DescribeStream", "ListStreams"].map(
          (action) => `dynamodb:${action}`,
        ),
        Resource: streamArn,
      },
      { Effect: "Allow", Action: "sqs:SendMessage", Resource: queueArn },
    ],
  });
  const seen: number[][] = [];
  const lines: string[] = [];
  const source = `exports.handler = async (event) => {
    const versions = event.Records.map((r) => Number(r.dynamodb.Keys.version.N));
    const fail = (version) => ({ batchItemFailures: event.Records
      .filter((r) => Number(r.dynamodb.Keys.version.N) === version)
      .map((r) => ({ itemIdentifier: r.dynamodb.SequenceNumber })) });
    console.log("seen " + JSON.stringify(versions));
    ${body}
  };`;
  const fn = await createFunction(
    {
      name,
      code: new asset.AssetArchive({ "__index.js": new asset.StringAsset(source) }),
      handler: "__index.handler",
      runtime: "nodejs24.x",
      roleArn,
      environment: {},
      timeoutSeconds: 20,
      memorySizeMb: 128,
      concurrency: 2,
    },
    {
      region,
      iam,
      dynamodbEndpoint: dynamodb.endpoint,
      sqsEndpoint: sqs.endpoint,
      workDirectory: folder,
      log: (line) => {
        lines.push(line);
        if (line.startsWith("seen ")) {
          seen.push(JSON.parse(line.slice("seen ".length)));
        }
      },
    },
  );
  const map: Setup["map"] = (inputs = {}, more = {}) => {
    const mapping = createStreamMapping(
      {
        eventSourceArn: streamArn,
        functionName: name,
        startingPosition: "TRIM_HORIZON",
        functionResponseTypes: ["ReportBatchItemFailures"],
        ...inputs,
      },
      {
        region,
        iam,
        dynamodbEndpoint: dynamodb.endpoint,
        function: fn,
        sendMessage: sqs.sendMessage,
        log: (line) => lines.push(line),
        retryPauseMs: { first: 1, longest: 10 },
        ...more,
      },
    );
    stops.push(mapping.stop, () => fn.stop());
    return mapping;
  };
  const put = async (...versions: number[]): Promise<void> => {
    for (const version of versions) {
      const Item = {
        id: { S: "a" },
        version: { N: String(version) },
        data: { B: Buffer.from("x") },
      };
      await client.send(new PutItemCommand({ TableName: name, Item }));
    }
  };
  return { streamArn, queueArn, queueUrl, fn, seen, lines, put, map };
}

const eventually = (check: () => void | Promise<void>): Promise<void> =>
  vi.waitFor(check, { timeout: 20_000, interval: 20 });

async function failures(queueUrl: string): Promise<unknown[]> {
  const { administrator: credentials } = iam;
  const queue = new SQSClient({ region, credentials, endpoint: sqs.endpoint });
  const { Messages = [] } = await queue.send(
    new ReceiveMessageCommand({ QueueUrl: queueUrl, MaxNumberOfMessages: 10 }),
  );
  return Messages.map((message) => JSON.parse(message.Body ?? ""));
}

describe("an event source mapping on a stream", () => {
  it("delivers existing and new records in order and in Lambda's format", async () => {
    const { streamArn, seen, lines, put, map } = await setup(
      "delivery",
      'console.log("record " + JSON.stringify(event.Records[0]));',
    );
    await put(1, 2, 3);
    map();
    await eventually(() => expect(seen.flat()).toEqual([1, 2, 3]));
    await put(4);
    await eventually(() => expect(seen.flat()).toEqual([1, 2, 3, 4]));
    const record = lines.find((line) => line.startsWith("record ")) ?? "";
    expect(JSON.parse(record.slice("record ".length))).toEqual({
      eventID: expect.any(String),
      eventName: "INSERT",
      eventVersion: "1.1",
      eventSource: "aws:dynamodb",
      awsRegion: region,
      dynamodb: {
        ApproximateCreationDateTime: expect.any(Number),
        Keys: { id: { S: "a" }, version: { N: "1" } },
        NewImage: { id: { S: "a" }, version: { N: "1" }, data: { B: "eA==" } },
        SequenceNumber: expect.stringMatching(/^\d+$/),
        SizeBytes: expect.any(Number),
        StreamViewType: "NEW_IMAGE",
      },
      eventSourceARN: streamArn,
    });
  });

  it("starts at the end of the stream with LATEST and delivers only records that match the filter", async () => {
    const { seen, put, map } = await setup("latest");
    await put(1);
    const pattern = JSON.stringify({ dynamodb: { Keys: { version: { N: ["1", "3"] } } } });
    map({ startingPosition: "LATEST", filterCriteria: { filters: [{ pattern }] } });
    // The mapping finds its position in the stream some time after its creation.
    for (let version = 2; seen.length === 0; version = version === 2 ? 3 : 2) {
      await put(version);
      await new Promise((resolve) => setTimeout(resolve, 50));
      await client.send(new PutItemCommand({ TableName: "latest", Item: touched(version) }));
    }
    expect(new Set(seen.flat())).toEqual(new Set([3]));
  });

  it("sends batches of the configured size, after the batching window", async () => {
    const { seen, put, map } = await setup("window");
    await put(1, 2, 3, 4, 5);
    map({ batchSize: 2, maximumBatchingWindowInSeconds: 1 });
    await eventually(() => expect(seen).toEqual([[1, 2], [3, 4], [5]]));
  });

  it("retries from the lowest sequence number that the function reports", async () => {
    const { seen, put, map } = await setup(
      "partial",
      "global.calls = (global.calls ?? 0) + 1; if (global.calls === 1) return fail(3);",
    );
    await put(1, 2, 3, 4);
    map();
    await eventually(() =>
      expect(seen).toEqual([
        [1, 2, 3, 4],
        [3, 4],
      ]),
    );
  });

  it("isolates a poison record by bisecting, discards it and reports its position to the failure queue", async () => {
    const { fn, streamArn, queueArn, queueUrl, seen, put, map } = await setup(
      "bisect",
      'if (versions.includes(3)) throw new Error("poison");',
    );
    await put(1, 2, 3, 4);
    map({
      bisectBatchOnFunctionError: true,
      maximumRetryAttempts: 1,
      destinationConfig: { onFailure: { destinationArn: queueArn } },
    });
    await eventually(() => expect(seen).toEqual([[1, 2, 3, 4], [1, 2], [3, 4], [3], [3], [4]]));
    const [message, ...others] = await failures(queueUrl);
    expect(others).toEqual([]);
    const iso = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
    expect(message).toEqual({
      requestContext: {
        requestId: expect.any(String),
        functionArn: fn.arn,
        condition: "RetryAttemptsExhausted",
        approximateInvokeCount: 2,
      },
      responseContext: { statusCode: 200, executedVersion: "$LATEST", functionError: "Unhandled" },
      version: "1.0",
      timestamp: expect.any(String),
      DDBStreamBatchInfo: {
        shardId: expect.stringMatching(/^shardId-/),
        startSequenceNumber: expect.stringMatching(/^\d+$/),
        endSequenceNumber: expect.stringMatching(/^\d+$/),
        approximateArrivalOfFirstRecord: iso,
        approximateArrivalOfLastRecord: iso,
        batchSize: 1,
        streamArn,
      },
    });
  });

  it("survives throttling by DynamoDB and the end of the function's process", async () => {
    const { fn, seen, put, map } = await setup(
      "trouble",
      "if (event.Records.length > 1 && !global.slept) { global.slept = 1; await new Promise((r) => setTimeout(r, 60_000)); }",
    );
    let throttles = 3;
    intercepted = (operation) => {
      if (operation !== "GetRecords" || throttles === 0) {
        return undefined;
      }
      throttles -= 1;
      return { type: "ProvisionedThroughputExceededException", message: "slow down" };
    };
    await put(1, 2);
    map();
    await eventually(() => expect(seen).toEqual([[1, 2]]));
    expect(throttles).toBe(0);
    fn.kill();
    // The new process sleeps again.
    await eventually(() => expect(seen).toHaveLength(2));
    expect(seen[1]).toEqual([1, 2]);
  });

  it("handles records of different items in parallel, and those of one item in order", async () => {
    const { seen, lines, put, map } = await setup(
      "parallel",
      'event.Records.forEach((r, i) => console.log("order " + versions[i] + " " + r.eventName)); ' +
        "await new Promise((r) => setTimeout(r, 20));",
    );
    const versions = Array.from({ length: 30 }, (_, index) => index);
    await put(...versions);
    for (const version of versions) {
      await client.send(new PutItemCommand({ TableName: "parallel", Item: touched(version) }));
    }
    map({ parallelizationFactor: 2, batchSize: 5 });
    const order = (): readonly string[] => lines.filter((line) => line.startsWith("order "));
    await eventually(() => expect(order()).toHaveLength(60));
    for (const version of versions) {
      const own = order().filter((line) => line.startsWith(`order ${version} `));
      expect(own).toEqual([`order ${version} INSERT`, `order ${version} MODIFY`]);
    }
    expect(seen.flat()).not.toEqual([...versions, ...versions]);
  });

  it("goes on where it was stopped, and delivers what was written meanwhile", async () => {
    const { fn, seen, put, map } = await setup("kept");
    const roomAtRest = fn.room;
    const positionsFile = join(folder, "kept.json");
    await put(1, 2);
    const first = map({}, { positionsFile });
    await eventually(() => expect(seen.flat()).toEqual([1, 2]));
    // A batch that is still under way when the mapping stops comes again.
    await eventually(() => expect(fn.room).toBe(roomAtRest));
    await first.stop();
    await put(3);
    map({}, { positionsFile });
    await eventually(() => expect(seen.flat()).toEqual([1, 2, 3]));
  });

  it("with LATEST delivers what was written while it was stopped", async () => {
    const { seen, put, map } = await setup("kept-latest");
    const positionsFile = join(folder, "kept-latest.json");
    await put(1);
    const first = map({ startingPosition: "LATEST" }, { positionsFile });
    for (let version = 2; seen.length === 0; version += 1) {
      await put(version);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    await first.stop();
    await put(1_000);
    map({ startingPosition: "LATEST" }, { positionsFile });
    await eventually(() => expect(seen.flat()).toContain(1_000));
    expect(seen.flat()).not.toContain(1);
  });

  it("gives up no record for the time in which it did not run, and warns of those that it gives up", async () => {
    const { seen, put, map } = await setup("age", 'throw new Error("down");');
    await put(1);
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 2 * 3600 * 1000 });
    const warnings: string[] = [];
    map({ maximumRecordAgeInSeconds: 60 }, { warn: (line) => warnings.push(line) });
    await eventually(() => expect(seen.length).toBeGreaterThan(2));
    expect(warnings).toEqual([]);
    vi.setSystemTime(Date.now() + 61_000);
    await eventually(() =>
      expect(warnings).toEqual([
        expect.stringMatching(
          /^event source mapping of age: discarded 1 records .*RecordAgeExceeded$/,
        ),
      ]),
    );
    vi.useRealTimers();
  });

  it("is rejected for a role that may not read the stream or write to the queue", async () => {
    const { queueArn, map } = await setup("permissions");
    const destinationConfig = { onFailure: { destinationArn: `${queueArn}-other` } };
    expect(() => map({ destinationConfig })).toThrow("SendMessage");
    iam.putRolePolicy("permissions", "stream", {
      Version: "2012-10-17",
      Statement: [{ Effect: "Allow", Action: "dynamodb:GetRecords", Resource: "*" }],
    });
    expect(() => map()).toThrow("Cannot access stream");
  });
});

/** The item of a version with a changed attribute, so that its write appears in the stream. */
const touched = (version: number) => ({
  id: { S: "a" },
  version: { N: String(version) },
  touched: { S: String(Math.random()) },
});
