import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { asset } from "@pulumi/pulumi";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { Iam } from "../../src/iam/iam";
import { createFunction, type LambdaFunction } from "../../src/lambda/function";
import { createQueueMapping } from "../../src/lambda/queue-mapping";
import { type Sqs, startSqs } from "../../src/sqs/sqs";
import { clientOf, messagesIn, sendTo } from "./queue-harness";

const region = "eu-central-1";
const iam = new Iam({ region });
const stops: (() => Promise<void>)[] = [];
const sdk = JSON.stringify(require.resolve("@aws-sdk/client-sqs"));
let sqs: Sqs;
let folder: string;
let now = Date.UTC(2026, 0, 1);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "consumer-test-"));
  sqs = await startSqs({ region, iam, now: () => now });
});
afterAll(async () => {
  await Promise.all(stops.map((stop) => stop()));
  await sqs.stop();
  await rm(folder, { recursive: true });
});

/** A function in a process of its own that prints the bodies of its batch and then runs `body`. */
async function consumer(name: string, body: string, timeoutSeconds = 20) {
  const queue = sqs.createQueue(`${name}.fifo`, { fifoQueue: true });
  const roleArn = iam.createRole(name);
  const actions = ["ReceiveMessage", "DeleteMessage", "GetQueueAttributes"];
  iam.putRolePolicy(name, "consume", {
    Version: "2012-10-17",
    Statement: [
      { Effect: "Allow", Action: actions.map((each) => `sqs:${each}`), Resource: queue.arn },
    ],
  });
  const lines: string[] = [];
  const source = `exports.handler = async (event, context) => {
    console.log("seen " + JSON.stringify(event.Records?.map((r) => r.body)));
    ${body}
  };`;
  const fn = await createFunction(
    {
      name,
      code: new asset.AssetArchive({ "__index.js": new asset.StringAsset(source) }),
      handler: "__index.handler",
      runtime: "nodejs24.x",
      roleArn,
      environment: { AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: "true" },
      timeoutSeconds,
      memorySizeMb: 128,
      concurrency: 2,
    },
    {
      region,
      iam,
      dynamodbEndpoint: "http://127.0.0.1:1",
      sqsEndpoint: sqs.endpoint,
      workDirectory: folder,
      log: (line) => lines.push(line),
    },
  );
  const map = (): void => {
    const mapping = createQueueMapping(
      { eventSourceArn: queue.arn, functionName: name },
      { region, iam, openQueue: sqs.openQueue, function: fn, log: (line) => lines.push(line) },
    );
    stops.push(mapping.stop);
  };
  stops.push(() => fn.stop());
  return { queue, fn, lines, map, seen: () => lines.filter((line) => line.startsWith("seen ")) };
}

const eventually = (check: () => void | Promise<void>): Promise<void> =>
  vi.waitFor(check, { timeout: 20_000, interval: 10 });
const depthOf = (url: string) => messagesIn(clientOf(sqs, iam), url);
/** Waits for ever the first time that a folder sees it, since a new process remembers nothing. */
const hangOnce = `const { mkdirSync } = require("node:fs");
  try { mkdirSync("hung"); console.log("hangs"); await new Promise((r) => setTimeout(r, 60_000)); } catch {}`;

describe("a function that consumes a queue", () => {
  it.each<[string, number, (fn: LambdaFunction) => void]>([
    ["its process is killed", 20, (fn) => fn.kill()],
    ["it runs into its timeout", 1, () => {}],
  ])("gets its messages again after the visibility timeout if %s", async (what, timeout, end) => {
    const name = what.includes("killed") ? "killed" : "timed-out";
    const { queue, fn, lines, map, seen } = await consumer(name, hangOnce, timeout);
    await sendTo(clientOf(sqs, iam), queue.url, ["a1", "a2"]);
    map();
    await eventually(() => expect(lines).toContain("hangs"));
    end(fn);
    await eventually(() => expect(lines.join()).toContain("2 of 2 messages come again"));
    expect(await depthOf(queue.url)).toEqual(["0", "2"]);
    now += 30_000;
    await eventually(async () => expect(await depthOf(queue.url)).toEqual(["0", "0"]));
    expect(seen()).toEqual(['seen ["a1","a2"]', 'seen ["a1","a2"]']);
  });

  it("sends to another queue with the SDK as it is, if its role may", async () => {
    const target = sqs.createQueue("target.fifo", {
      fifoQueue: true,
      contentBasedDeduplication: true,
    });
    const { fn, lines } = await consumer(
      "sender",
      `const { SQSClient, SendMessageCommand } = require(${sdk});
       const input = { QueueUrl: event.queueUrl, MessageBody: "héllo", MessageGroupId: "a" };
       return (await new SQSClient({}).send(new SendMessageCommand(input))).SequenceNumber;`,
    );
    const invoke = () => fn.invoke({ queueUrl: target.url });
    expect(await invoke()).toMatchObject({
      error: {
        errorMessage: expect.stringContaining(`sqs:SendMessage on resource: ${target.arn}`),
      },
    });
    iam.putRolePolicy("sender", "send", {
      Version: "2012-10-17",
      Statement: [{ Effect: "Allow", Action: "sqs:SendMessage", Resource: target.arn }],
    });
    expect(await invoke()).toMatchObject({ result: expect.stringMatching(/^\d{20}$/) });
    expect(await depthOf(target.url)).toEqual(["1", "0"]);
    expect(lines.join("\n")).not.toContain("differs from SQSClient resolved endpoint");
  });
});
