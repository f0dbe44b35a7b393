import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SendMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { asset } from "@pulumi/pulumi";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import type { Cloud } from "../src/cloud";
import { CloudWatch } from "../src/cloudwatch/cloudwatch";
import { Topics } from "../src/cloudwatch/topics";
import { Iam } from "../src/iam/iam";
import type { Step } from "../src/progress";
import { provision, type Registration } from "../src/resources";
import { type Sqs, startSqs } from "../src/sqs/sqs";

const region = "eu-central-1";
const steps: Step[] = [];
const iam = new Iam({ region });
const lines: string[] = [];
const emails: unknown[] = [];
let now = Date.now();
const cloudwatch = new CloudWatch({
  region,
  now: () => now,
  publish: (notification) => cloud.topics.publish(notification),
  changed: () => {},
  warn: () => {},
});
const stops: (() => Promise<void>)[] = [];
let sqs: Sqs;
let workDirectory: string;
// The part of the cloud that these resources need.
let cloud: Cloud;

beforeAll(async () => {
  sqs = await startSqs({ region, iam });
  workDirectory = await mkdtemp(join(tmpdir(), "resources-test-"));
  cloud = {
    region,
    iam,
    sqs,
    dynamodb: { endpoint: "http://127.0.0.1:1" },
    functions: new Map(),
    workDirectory,
    progress: (step: Step) => steps.push(step),
    log: (_: string, line: string) => lines.push(line),
    cloudwatch,
    topics: new Topics(region, (email) => emails.push(email)),
    inspectorPortOf: () => undefined,
    atEnd: (stop: () => Promise<void>) => stops.unshift(stop),
  } as unknown as Cloud;
});
afterAll(async () => {
  for (const stop of stops) {
    await stop();
  }
  await sqs.stop();
  await rm(workDirectory, { recursive: true });
});

const make = (type: string, inputs: Registration["inputs"], custom = true) =>
  provision({ type, name: "mine", inputs, custom }, cloud);

const assumeRolePolicy = JSON.stringify({
  Version: "2012-10-17",
  Statement: [
    { Effect: "Allow", Principal: { Service: "lambda.amazonaws.com" }, Action: "sts:AssumeRole" },
  ],
});

describe("a resource", () => {
  it("is created on its engine and reported as progress", async () => {
    expect(await make("aws:iam/role:Role", { assumeRolePolicy })).toEqual({
      id: "mine",
      state: { assumeRolePolicy, name: "mine", arn: "arn:aws:iam::000000000000:role/mine" },
    });
    expect(steps).toEqual([{ resource: "mine", type: "aws:iam/role:Role" }]);
  });

  it("that is a FIFO queue has .fifo at the end of a name that Pulumi makes, and needs it in one that is given", async () => {
    expect(await make("aws:sqs/queue:Queue", { fifoQueue: true })).toMatchObject({
      id: `${sqs.endpoint}/000000000000/mine.fifo`,
      state: { name: "mine.fifo", arn: `arn:aws:sqs:${region}:000000000000:mine.fifo` },
    });
    await expect(make("aws:sqs/queue:Queue", { fifoQueue: true, name: "given" })).rejects.toThrow(
      "must end with .fifo suffix",
    );
  });

  it("that is a queue gives messages up to the queue of its redrive policy", async () => {
    const dead = await make("aws:sqs/queue:Queue", { name: "dead.fifo", fifoQueue: true });
    const redrivePolicy = JSON.stringify({
      deadLetterTargetArn: dead.state.arn,
      maxReceiveCount: 3,
    });
    const inputs = { name: "source.fifo", fifoQueue: true, redrivePolicy };
    expect(await make("aws:sqs/queue:Queue", inputs)).toMatchObject({ state: inputs });
    await expect(make("aws:sqs/queue:Queue", { name: "source", redrivePolicy })).rejects.toThrow(
      "Dead-letter queue must be same type of queue as the source.",
    );
  });

  it("that is an event source mapping feeds a function from a queue", async () => {
    const { state: role } = await make("aws:iam/role:Role", { name: "consumer", assumeRolePolicy });
    const { state: source } = await make("aws:sqs/queue:Queue", {
      name: "q.fifo",
      fifoQueue: true,
    });
    const Action = ["ReceiveMessage", "DeleteMessage", "GetQueueAttributes"].map((a) => `sqs:${a}`);
    const policy = {
      Version: "2012-10-17",
      Statement: [{ Effect: "Allow", Action, Resource: "*" }],
    };
    await make("aws:iam/rolePolicy:RolePolicy", { role: "consumer", policy });
    const code = 'exports.handler = async (event) => console.log("got " + event.Records[0].body);';
    const { state: fn } = await make("aws:lambda/function:Function", {
      name: "consumer",
      code: new asset.AssetArchive({ "index.js": new asset.StringAsset(code) }),
      handler: "index.handler",
      role: role.arn,
      runtime: "nodejs24.x",
    });
    await make("aws:lambda/eventSourceMapping:EventSourceMapping", {
      eventSourceArn: source.arn,
      functionName: fn.arn,
    });
    const send = { MessageBody: "hello", MessageGroupId: "a", MessageDeduplicationId: "1" };
    const client = new SQSClient({
      region,
      endpoint: sqs.endpoint,
      credentials: iam.administrator,
    });
    await client.send(new SendMessageCommand({ QueueUrl: String(source.url), ...send }));
    await vi.waitFor(() => expect(lines).toContain("got hello"), { timeout: 10_000 });
  });

  it("that is a topic sends what alarms tell it to its subscribers", async () => {
    const { state: topic } = await make("aws:sns/topic:Topic", { name: "alarms" });
    const address = { protocol: "email", endpoint: "somebody@example.com" };
    const subscribe = (inputs: object) =>
      make("aws:sns/topicSubscription:TopicSubscription", { topic: topic.arn, ...inputs });
    await subscribe(address);
    await expect(subscribe({ ...address, protocol: "sms" })).rejects.toThrow(
      'the input "protocol" must be email',
    );
    const { state: alarm } = await make("aws:cloudwatch/metricAlarm:MetricAlarm", {
      namespace: "Shop",
      metricName: "Sales",
      statistic: "Sum",
      comparisonOperator: "GreaterThanThreshold",
      threshold: 0,
      period: 60,
      evaluationPeriods: 1,
      alarmActions: [topic.arn],
    });
    expect(alarm.arn).toBe(`arn:aws:cloudwatch:${region}:000000000000:alarm:mine`);
    cloudwatch.measure({ namespace: "Shop", name: "Sales", dimensions: {} }, 1);
    now += 60_000;
    cloudwatch.evaluate();
    expect(emails).toEqual([
      {
        medium: "EMAIL",
        to: "somebody@example.com",
        text: 'ALARM: "mine"\n\nSum GreaterThanThreshold 0: 1',
      },
    ]);
  });

  it("is rejected if its type is unsupported, as is a component of another package", async () => {
    const refusal = (type: string) => `mine: the resource type ${type} is not supported locally`;
    await expect(make("aws:ec2/instance:Instance", {})).rejects.toThrow(
      refusal("aws:ec2/instance:Instance"),
    );
    await expect(make("awsx:ec2:Vpc", {}, false)).rejects.toThrow(refusal("awsx:ec2:Vpc"));
  });

  it.each(["shop:index:Group", "other-project:index:Group", "pulumi:pulumi:Stack"])(
    "passes where it only groups others: %s",
    async (type) => {
      expect(await make(type, { a: 1 }, false)).toEqual({ id: "", state: { a: 1 } });
    },
  );

  it.each([
    ["aws:iam/role:Role", { assumeRolePolicy, maxSessionDuration: 7200 }, "maxSessionDuration"],
    ["aws:dynamodb/table:Table", { hashKey: "id", replicas: [] }, "replicas"],
    ["aws:cognito/userPool:UserPool", { lambdaConfig: {} }, "lambdaConfig"],
    ["aws:cognito/userPoolClient:UserPoolClient", { callbackUrls: [] }, "callbackUrls"],
    ["aws:lambda/function:Function", { layers: [] }, "layers"],
    ["aws:sqs/queue:Queue", { delaySeconds: 5 }, "delaySeconds"],
  ])("is rejected for an input without local effect: %s", async (type, inputs, input) => {
    await expect(make(type, inputs)).rejects.toThrow(
      `the input "${input}" is not supported locally`,
    );
  });
});
