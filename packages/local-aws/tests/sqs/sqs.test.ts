import {
  ChangeMessageVisibilityCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  PurgeQueueCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
} from "@aws-sdk/client-sqs";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type Credentials, Iam } from "../../src/iam/iam";
import { Queue } from "../../src/sqs/queue";
import { type Sqs, startSqs } from "../../src/sqs/sqs";

const region = "eu-central-1";
let iam: Iam;
let sqs: Sqs;
let queue: { readonly url: string; readonly arn: string };
let administrator: SQSClient;

const client = (credentials: Credentials): SQSClient =>
  new SQSClient({ region, credentials, endpoint: sqs.endpoint, maxAttempts: 1 });

beforeAll(async () => {
  iam = new Iam({ region });
  sqs = await startSqs({ region, iam });
  administrator = client(iam.administrator);
});
afterAll(() => sqs.stop());

let queues = 0;
beforeEach(() => {
  queues += 1;
  queue = sqs.createQueue(`failures-${queues}`);
});

const send = (MessageBody: string) =>
  administrator.send(new SendMessageCommand({ QueueUrl: queue.url, MessageBody }));
const receive = (more: object = {}) =>
  administrator.send(new ReceiveMessageCommand({ QueueUrl: queue.url, ...more }));

async function depth(): Promise<readonly (string | undefined)[]> {
  const { Attributes } = await administrator.send(
    new GetQueueAttributesCommand({ QueueUrl: queue.url, AttributeNames: ["All"] }),
  );
  return [
    Attributes?.ApproximateNumberOfMessages,
    Attributes?.ApproximateNumberOfMessagesNotVisible,
  ];
}

describe("the local SQS", () => {
  it("delivers a message, hides it and deletes it on request", async () => {
    await send("héllo");
    expect(await depth()).toEqual(["1", "0"]);
    const { Messages } = await receive({
      MessageSystemAttributeNames: ["ApproximateReceiveCount"],
    });
    expect(Messages).toMatchObject([
      { Body: "héllo", Attributes: { ApproximateReceiveCount: "1" } },
    ]);
    expect(await depth()).toEqual(["0", "1"]);
    expect((await receive()).Messages).toBeUndefined();
    const ReceiptHandle = Messages?.[0]?.ReceiptHandle;
    await administrator.send(new DeleteMessageCommand({ QueueUrl: queue.url, ReceiptHandle }));
    expect(await depth()).toEqual(["0", "0"]);
  });

  it("delivers a message again after its visibility timeout", async () => {
    await send("again");
    await receive({ VisibilityTimeout: 0 });
    expect((await receive()).Messages).toMatchObject([{ Body: "again" }]);
  });

  it("answers a long poll when a message arrives", async () => {
    const poll = receive({ WaitTimeSeconds: 20 });
    await send("late");
    expect((await poll).Messages).toMatchObject([{ Body: "late" }]);
  });

  it("finds a queue by name and purges it", async () => {
    const QueueName = queue.url.split("/").at(-1);
    const { QueueUrl } = await administrator.send(new GetQueueUrlCommand({ QueueName }));
    expect(QueueUrl).toBe(queue.url);
    await send("x");
    await administrator.send(new PurgeQueueCommand({ QueueUrl }));
    expect(await depth()).toEqual(["0", "0"]);
  });

  it("allows a role only what its policy allows", async () => {
    const role = iam.createRole("operator");
    iam.putRolePolicy("operator", "read", {
      Version: "2012-10-17",
      Statement: [{ Effect: "Allow", Action: "sqs:ReceiveMessage", Resource: queue.arn }],
    });
    const operator = client(iam.assumeRole(role));
    const command = { QueueUrl: queue.url };
    await expect(operator.send(new ReceiveMessageCommand(command))).resolves.toBeDefined();
    await expect(operator.send(new PurgeQueueCommand(command))).rejects.toMatchObject({
      name: "AccessDeniedException",
      message: expect.stringContaining(`sqs:PurgeQueue on resource: ${queue.arn}`),
    });
    expect(() => sqs.sendMessage(iam.principalOf(role), queue.arn, "x")).toThrow("sqs:SendMessage");
  });

  it("rejects unknown queues, operations and inputs by name", async () => {
    await expect(
      administrator.send(new GetQueueUrlCommand({ QueueName: "none" })),
    ).rejects.toMatchObject({ name: "QueueDoesNotExist" });
    await expect(
      administrator.send(
        new ChangeMessageVisibilityCommand({
          QueueUrl: queue.url,
          ReceiptHandle: "x",
          VisibilityTimeout: 1,
        }),
      ),
    ).rejects.toThrow("ChangeMessageVisibility");
    await expect(
      administrator.send(
        new SendMessageCommand({ QueueUrl: queue.url, MessageBody: "x", DelaySeconds: 5 }),
      ),
    ).rejects.toThrow("DelaySeconds");
    const forger = client({ ...iam.administrator, secretAccessKey: "x" });
    await expect(
      forger.send(new ReceiveMessageCommand({ QueueUrl: queue.url })),
    ).rejects.toMatchObject({ name: "InvalidSignatureException" });
  });
});

describe("an SQS queue", () => {
  it("drops messages older than its retention period", () => {
    let now = 0;
    const shortLived = new Queue({ messageRetentionSeconds: 60 }, () => now);
    shortLived.send("x", "me");
    now = 59_000;
    expect(shortLived.count()).toEqual({ visible: 1, hidden: 0 });
    now = 60_000;
    expect(shortLived.receive(10)).toEqual([]);
  });
});
