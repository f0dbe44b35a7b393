import { describe, expect, it } from "vitest";
import { rules } from "../policies";
import * as given from "./cases";
import { type Given, validate } from "./validate";

interface Cases {
  /** Resources that keep the rule. */
  readonly kept: Readonly<Record<string, readonly Given[]>>;
  /** Resources of which the first breaks it. */
  readonly broken: Readonly<Record<string, readonly Given[]>>;
}

const { allow, denyPlainHttp, policyOf } = given;

const guarded = {
  pointInTimeRecovery: { enabled: true },
  deletionProtectionEnabled: true,
};
const events = given.table("events", {});
const backingUp = (resources: string[]) =>
  given.selection({ iamRoleArn: "role", planId: "plan", resources });

const jobs = given.queue("jobs");
const jobsUrl = "https://sqs.eu-central-1.amazonaws.com/123456789012/jobs";
const jobsArn = "arn:aws:sqs:eu-central-1:123456789012:jobs";
const plainHttpTo = (queueUrl: string, more: object = {}) =>
  given.queuePolicy({ queueUrl, policy: policyOf(denyPlainHttp(more)) });

const block = (more: object = {}) =>
  given.publicAccessBlock({
    bucket: "trail",
    blockPublicAcls: true,
    blockPublicPolicy: true,
    ignorePublicAcls: true,
    restrictPublicBuckets: true,
    ...more,
  });

const work = given.lambda("work", {
  timeout: 60,
  memorySize: 512,
  runtime: "nodejs24.x",
  reservedConcurrentExecutions: 5,
  loggingConfig: { logFormat: "Text", logGroup: "work-log" },
});
const workArn = "arn:aws:lambda:eu-central-1:123456789012:function:work";
const lambdaAlarm = (metric: string, more: object = {}, name = "work") =>
  given.alarm("AWS/Lambda", metric, { FunctionName: name }, more);
const queueAlarm = (metric: string, name = "jobs") =>
  given.alarm("AWS/SQS", metric, { QueueName: name });
const apiAlarm = (id: string) => given.alarm("AWS/AppSync", "5XXError", { GraphQLAPIId: id });
const ofStream = given.mapping({
  functionName: workArn,
  eventSourceArn: "arn:aws:dynamodb:eu-central-1:123456789012:table/events/stream/2026",
});
const ofQueue = given.mapping({ functionName: workArn, eventSourceArn: jobsArn });
const redriving = given.queue("source", {
  redrivePolicy: JSON.stringify({ deadLetterTargetArn: jobsArn, maxReceiveCount: 3 }),
});

const alarmCases = (metric: string): Cases => ({
  kept: { "with an alarm that tells somebody": [work, lambdaAlarm(metric)] },
  broken: {
    "without an alarm": [work],
    "with an alarm on another metric": [work, lambdaAlarm("Duration")],
    "with an alarm on another function": [work, lambdaAlarm(metric, {}, "work-2")],
    "with an alarm that tells nobody": [work, lambdaAlarm(metric, { alarmActions: [] })],
    "with an alarm that is switched off": [work, lambdaAlarm(metric, { actionsEnabled: false })],
  },
});

const cases: Readonly<Record<string, Cases>> = {
  encryption: {
    kept: {
      "a table by AWS's managed key": [
        given.table("events", { serverSideEncryption: { enabled: true } }),
      ],
      "a queue by SQS's key": [given.queue("jobs", { sqsManagedSseEnabled: true })],
      "a queue by a key of KMS": [given.queue("jobs", { kmsMasterKeyId: "alias/aws/sqs" })],
      "a topic by a key of KMS": [given.topic("alarms", { kmsMasterKeyId: "alias/alarms" })],
    },
    broken: {
      "a table by a key that AWS owns": [events],
      "a table that says so": [given.table("events", { serverSideEncryption: { enabled: false } })],
      "a queue": [given.queue("jobs", { sqsManagedSseEnabled: false })],
      "a topic": [given.topic("alarms")],
    },
  },
  recovery: {
    kept: {
      "a table": [given.table("events", guarded)],
      "a user pool": [given.userPool({ deletionProtection: "ACTIVE" })],
      "a bucket": [given.bucket("trail", { forceDestroy: false })],
    },
    broken: {
      "a table without point-in-time recovery": [
        given.table("events", { ...guarded, pointInTimeRecovery: { enabled: false } }),
      ],
      "a table that anybody may delete": [
        given.table("events", { ...guarded, deletionProtectionEnabled: false }),
      ],
      "a user pool that anybody may delete": [given.userPool({ deletionProtection: "INACTIVE" })],
      "a bucket that is emptied when it is deleted": [
        given.bucket("trail", { forceDestroy: true }),
      ],
    },
  },
  backup: {
    kept: { "a table in a selection": [events, backingUp([String(events.outputs.arn)])] },
    broken: {
      "a table where nothing is backed up": [events],
      "a table where another is backed up": [events, backingUp([`${events.outputs.arn}-2`])],
    },
  },
  retention: {
    kept: { "a log group": [given.logGroup("log", { retentionInDays: 30 })] },
    broken: {
      "a log group without end": [given.logGroup("log")],
      "a log group that says so": [given.logGroup("log", { retentionInDays: 0 })],
    },
  },
  "function-logs": {
    kept: { "a function with a log group": [work, given.logGroup("work-log")] },
    broken: {
      "a function whose log group is not the stack's": [work, given.logGroup("other-log")],
      "a function that names none": [given.lambda("work"), given.logGroup("/aws/lambda/work")],
    },
  },
  "no-wildcards": {
    kept: {
      "exact actions on exact resources": [given.rolePolicy(allow())],
      "the streams of one log group": [
        given.rolePolicy(
          allow({ Resource: "arn:aws:logs:eu-central-1:123456789012:log-group:work-log:*" }),
        ),
      ],
      "the backups of one table": [
        given.rolePolicy(
          allow({ Resource: "arn:aws:dynamodb:eu-central-1:123456789012:table/stock/backup/*" }),
        ),
      ],
      "the objects of one bucket": [given.rolePolicy(allow({ Resource: "arn:aws:s3:::trail/*" }))],
      "the key itself, in a key's policy": [
        given.key({ policy: policyOf(allow({ Action: "kms:Decrypt", Resource: "*" })) }),
      ],
      "a denial of everything": [
        given.rolePolicy(allow({ Effect: "Deny", Action: "*", Resource: "*" })),
      ],
      "a policy of one's own": [
        given.attachment({ role: "role", policyArn: "arn:aws:iam::123456789012:policy/own" }),
      ],
    },
    broken: {
      "every action": [given.rolePolicy(allow({ Action: "*" }))],
      "every action of a service, among others": [
        given.rolePolicy(allow({ Action: ["sqs:SendMessage", "dynamodb:*"] })),
      ],
      "every action of a kind": [given.rolePolicy(allow({ Action: "dynamodb:Get*" }))],
      "every action on a key": [
        given.key({ policy: policyOf(allow({ Action: "kms:*", Resource: "*" })) }),
      ],
      "every resource": [given.rolePolicy(allow(), allow({ Resource: "*" }))],
      "every index of a table": [
        given.rolePolicy(
          allow({ Resource: "arn:aws:dynamodb:eu-central-1:123456789012:table/events/index/*" }),
        ),
      ],
      "every log group": [
        given.rolePolicy(
          allow({ Resource: "arn:aws:logs:eu-central-1:123456789012:log-group:*:*" }),
        ),
      ],
      "all but some actions": [
        given.rolePolicy(allow({ Action: undefined, NotAction: "iam:DeleteUser" })),
      ],
      "all but some resources": [
        given.rolePolicy(allow({ Resource: undefined, NotResource: "arn:aws:s3:::trail" })),
      ],
      "an inline policy of a role": [
        given.role({
          assumeRolePolicy: policyOf(),
          inlinePolicies: [{ name: "inline", policy: policyOf(allow({ Action: "s3:*" })) }],
        }),
      ],
      "a policy of AWS's, attached": [
        given.attachment({
          role: "role",
          policyArn: "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole",
        }),
      ],
      "a policy of AWS's, in the role": [
        given.role({
          assumeRolePolicy: policyOf(),
          managedPolicyArns: ["arn:aws:iam::aws:policy/AdministratorAccess"],
        }),
      ],
    },
  },
  "no-public-access": {
    kept: {
      "a queue for one service": [
        given.queuePolicy({
          queueUrl: jobsUrl,
          policy: policyOf(allow({ Principal: { Service: "sns.amazonaws.com" } })),
        }),
      ],
      "a denial to everybody": [plainHttpTo(jobsUrl)],
      "a URL for signed requests": [
        given.functionUrl({ functionName: "work", authorizationType: "AWS_IAM" }),
      ],
      "a function for one service": [
        given.permission({
          function: "work",
          action: "lambda:InvokeFunction",
          principal: "events.amazonaws.com",
        }),
      ],
      "a private bucket": [given.bucketAcl({ bucket: "trail", acl: "private" })],
    },
    broken: {
      "a queue for everybody": [
        given.queuePolicy({ queueUrl: jobsUrl, policy: policyOf(allow({ Principal: "*" })) }),
      ],
      "a role that every account may assume": [
        given.role({
          assumeRolePolicy: policyOf(
            allow({ Action: "sts:AssumeRole", Principal: { AWS: ["*"] } }),
          ),
        }),
      ],
      "a URL for everybody": [
        given.functionUrl({ functionName: "work", authorizationType: "NONE" }),
      ],
      "a function for everybody": [
        given.permission({ function: "work", action: "lambda:InvokeFunction", principal: "*" }),
      ],
      "a bucket for everybody": [given.bucketAcl({ bucket: "trail", acl: "public-read" })],
      "a bucket for every AWS account": [given.bucket("trail", { acl: "authenticated-read" })],
    },
  },
  "no-public-buckets": {
    kept: { "a bucket that blocks it": [given.bucket("trail"), block()] },
    broken: {
      "a bucket that does not": [given.bucket("trail")],
      "a bucket that blocks a part of it": [
        given.bucket("trail"),
        block({ restrictPublicBuckets: false }),
      ],
      "a bucket beside one that does": [given.bucket("trail"), block({ bucket: "other" })],
    },
  },
  "tls-only": {
    kept: {
      "a queue": [jobs, plainHttpTo(jobsUrl)],
      "a queue with a policy of its own": [
        given.queue("jobs", { policy: policyOf(denyPlainHttp()) }),
      ],
      "a topic": [
        given.topic("alarms"),
        given.topicPolicy({
          arn: "arn:aws:sns:eu-central-1:123456789012:alarms",
          policy: policyOf(denyPlainHttp({ Action: "sns:Publish" })),
        }),
      ],
      "a bucket": [
        given.bucket("trail"),
        given.bucketPolicy({
          bucket: "trail",
          policy: policyOf(denyPlainHttp({ Action: "s3:*", Principal: { AWS: "*" } })),
        }),
      ],
    },
    broken: {
      "a queue without a policy": [jobs],
      "a queue beside one with a policy": [jobs, plainHttpTo(`${jobsUrl}-2`)],
      "a queue that denies it for one action": [
        jobs,
        plainHttpTo(jobsUrl, { Action: "sqs:SendMessage" }),
      ],
      "a queue that denies it to one account": [
        jobs,
        plainHttpTo(jobsUrl, { Principal: { AWS: "123456789012" } }),
      ],
      "a queue that denies it under one more condition": [
        jobs,
        plainHttpTo(jobsUrl, {
          Condition: {
            Bool: { "aws:SecureTransport": "false" },
            StringEquals: { "aws:SourceAccount": "123456789012" },
          },
        }),
      ],
      "a queue that denies TLS": [
        jobs,
        plainHttpTo(jobsUrl, { Condition: { Bool: { "aws:SecureTransport": "true" } } }),
      ],
      "a topic without a policy": [given.topic("alarms")],
      "a bucket without a policy": [given.bucket("trail")],
    },
  },
  "function-limits": {
    kept: { "a function with both": [work] },
    broken: {
      "a function without a timeout": [given.lambda("work", { memorySize: 512 })],
      "a function without a memory size": [given.lambda("work", { timeout: 60 })],
    },
  },
  "function-concurrency": {
    kept: { "a function with a reservation": [work] },
    broken: {
      "a function without one": [given.lambda("work")],
      // Lambda's own word for no reservation.
      "a function that says so": [given.lambda("work", { reservedConcurrentExecutions: -1 })],
    },
  },
  "function-runtime": {
    kept: { "a function on a current runtime": [work] },
    broken: {
      "a function on an old one": [given.lambda("work", { runtime: "nodejs18.x" })],
      "a function that names none": [given.lambda("work")],
    },
  },
  "alarm-on-errors": alarmCases("Errors"),
  "alarm-on-throttles": alarmCases("Throttles"),
  "alarm-on-dead-letters": {
    kept: {
      "a queue that nothing is given up to": [jobs],
      "a queue with an alarm": [jobs, redriving, queueAlarm("ApproximateNumberOfMessagesVisible")],
    },
    broken: {
      "a queue of what another gives up": [jobs, redriving],
      "a queue of what a mapping gives up": [
        jobs,
        given.mapping({
          functionName: workArn,
          destinationConfig: { onFailure: { destinationArn: jobsArn } },
        }),
      ],
      "a queue of what a function gives up": [
        jobs,
        given.lambda("work", { deadLetterConfig: { targetArn: jobsArn } }),
      ],
      "a queue with an alarm on another": [
        jobs,
        redriving,
        queueAlarm("ApproximateNumberOfMessagesVisible", "jobs-2"),
      ],
    },
  },
  "alarm-on-stream-lag": {
    kept: {
      "a function that no stream feeds": [work, jobs, ofQueue],
      "a function with an alarm": [work, ofStream, lambdaAlarm("IteratorAge")],
    },
    broken: { "a function that a stream feeds": [work, ofStream] },
  },
  "alarm-on-queue-lag": {
    kept: {
      "a queue that feeds no function": [jobs, work],
      "a queue with an alarm": [jobs, ofQueue, queueAlarm("ApproximateAgeOfOldestMessage")],
    },
    broken: { "a queue that feeds a function": [jobs, ofQueue] },
  },
  "alarm-on-api-errors": {
    kept: { "an API with an alarm": [given.api(), apiAlarm("api-id")] },
    broken: {
      "an API without one": [given.api()],
      "an API with an alarm on another": [given.api(), apiAlarm("other-id")],
    },
  },
};

const shop = { project: "shop", stack: "prod", provider: {} };

const violationsOf = (name: string, resources: readonly Given[], surroundings = shop) =>
  validate(
    rules.filter((rule) => rule.name === name),
    resources,
    surroundings,
  );

describe.each(Object.entries(cases))("the rule %s", (name, { kept, broken }) => {
  it.each(Object.entries(kept))("is kept by %s", async (_, resources) => {
    expect(await violationsOf(name, resources)).toEqual([]);
  });

  it.each(Object.entries(broken))("is broken by %s", async (_, resources) => {
    expect(await violationsOf(name, resources)).toEqual([
      { rule: name, resource: resources[0]?.name, message: expect.stringMatching(/\.$/) },
    ]);
  });
});

describe("the rule tags", () => {
  const tags = { project: "shop", stack: "prod" };
  const tagged = (given: unknown) => ({ ...shop, provider: { defaultTags: given } });

  it.each([
    ["the provider's default tags", [jobs], tagged({ tags })],
    ["the same as JSON, as configuration travels", [jobs], tagged(JSON.stringify({ tags }))],
    ["its own tags", [given.queue("jobs", { tags })], shop],
    [
      "both together",
      [given.queue("jobs", { tags: { stack: "prod" } })],
      tagged({ tags: { project: "shop" } }),
    ],
  ])("is kept by a resource with %s", async (_, resources, surroundings) => {
    expect(await violationsOf("tags", resources, surroundings)).toEqual([]);
  });

  it("is broken by a resource of AWS without them, and by no component", async () => {
    const component = { type: "shop:infra:Jobs", name: "component", inputs: {}, outputs: {} };
    expect(
      await violationsOf("tags", [jobs, component], tagged({ tags: { stack: "prod" } })),
    ).toEqual([{ rule: "tags", resource: "jobs", message: 'It has no tag "project".' }]);
  });
});

it("every rule has cases", () => {
  expect(rules.map(({ name }) => name).sort()).toEqual([...Object.keys(cases), "tags"].sort());
});
