import {
  ChangeMessageVisibilityCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  ListQueuesCommand,
  ListQueueTagsCommand,
  PurgeQueueCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
} from "@aws-sdk/client-sqs";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type Credentials, Iam } from "../../src/iam/iam";
import { type Sqs, startSqs } from "../../src/sqs/sqs";
import { signedCall } from "../signed-call";

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
  it("lists its queues by a prefix, and page by page where a number is asked for", async () => {
    const urls = ["a", "b", "c"].map((name) => sqs.createQueue(`listed-${queues}-${name}`).url);
    const QueueNamePrefix = `listed-${queues}-`;
    const list = (more: object = {}) =>
      administrator.send(new ListQueuesCommand({ QueueNamePrefix, ...more }));
    expect(await list()).toMatchObject({ QueueUrls: urls });
    expect((await list()).NextToken).toBeUndefined();
    const first = await list({ MaxResults: 2 });
    expect(first.QueueUrls).toEqual(urls.slice(0, 2));
    const second = await list({ MaxResults: 2, NextToken: first.NextToken });
    expect(second.QueueUrls).toEqual(urls.slice(2));
    expect(second.NextToken).toBeUndefined();
    expect(
      (await administrator.send(new ListQueuesCommand({ QueueNamePrefix: "none" }))).QueueUrls,
    ).toBeUndefined();
    const stranger = client(iam.assumeRole(iam.createRole(`stranger-${queues}`)));
    await expect(stranger.send(new ListQueuesCommand({}))).rejects.toThrow("sqs:ListQueues");
  });

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
      administrator.send(new ListQueueTagsCommand({ QueueUrl: queue.url })),
    ).rejects.toThrow("ListQueueTags");
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

describe("the local SQS, by its protocol", () => {
  const object = { toString: 1 };
  const call = (operation: string, input: object) =>
    signedCall({
      endpoint: sqs.endpoint,
      service: "sqs",
      target: `AmazonSQS.${operation}`,
      body: JSON.stringify(input),
      credentials: iam.administrator,
    });

  it.each<[string, string, object]>([
    ["SerializationException", "SendMessage", { QueueUrl: object }],
    ["SerializationException", "GetQueueUrl", { QueueName: ["failures"] }],
    ["SerializationException", "SendMessage", { MessageBody: object }],
    ["SerializationException", "DeleteMessage", { ReceiptHandle: 7 }],
    ["MissingParameter", "SendMessage", { QueueUrl: null }],
    ["InvalidParameterValue", "ReceiveMessage", { MaxNumberOfMessages: object }],
    ["InvalidParameterValue", "SendMessage", { MessageBody: "x", MessageGroupId: object }],
    ["UnknownOperationException", "constructor", {}],
    ["UnknownOperationException", "toString", {}],
  ])("answers %s for %s with %j", async (type, operation, input) => {
    const answer = await call(operation, { QueueUrl: queue.url, ...input });
    expect(answer).toMatchObject({ status: 400, output: { __type: type } });
  });

  it("takes a message of 1 MiB, and refuses a body of more than 4 MiB before it is read", async () => {
    const body = "\n".repeat(1024 * 1024);
    const send = (MessageBody: string) => call("SendMessage", { QueueUrl: queue.url, MessageBody });
    expect(await send(body)).toMatchObject({ status: 200 });
    expect(await send(`${body} `)).toMatchObject({
      status: 400,
      output: { __type: "InvalidParameterValue" },
    });
    expect(await send(body.repeat(3))).toMatchObject({
      status: 413,
      output: { __type: "RequestEntityTooLargeException" },
    });
  });

  it("gives no page of another origin leave to call it", async () => {
    const response = await fetch(sqs.endpoint, {
      method: "OPTIONS",
      headers: {
        origin: "http://localhost:5173",
        "access-control-request-method": "POST",
        "access-control-request-headers": "authorization,x-amz-target",
      },
    });
    expect(response.status).toBe(400);
    expect(response.headers.get("access-control-allow-origin")).toBeNull();
  });
});

describe("a FIFO queue over HTTP", () => {
  it("answers with sequence numbers, recognises what is repeated, and gives a message its attributes", async () => {
    const { url: QueueUrl } = sqs.createQueue("orders.fifo", { fifoQueue: true });
    const sendOrder = (MessageBody: string) =>
      administrator.send(
        new SendMessageCommand({
          QueueUrl,
          MessageBody,
          MessageGroupId: "account-1",
          MessageDeduplicationId: "event-1",
        }),
      );
    const first = await sendOrder("{}");
    expect(first).toMatchObject({ SequenceNumber: expect.stringMatching(/^\d{20}$/) });
    // The client verifies that the answer's checksum is that of the body that it has sent.
    const again = await sendOrder('{"again":true}');
    expect([again.MessageId, again.SequenceNumber]).toEqual([
      first.MessageId,
      first.SequenceNumber,
    ]);
    const { Messages } = await administrator.send(
      new ReceiveMessageCommand({
        QueueUrl,
        MaxNumberOfMessages: 10,
        MessageSystemAttributeNames: ["All"],
      }),
    );
    const timestamp = expect.stringMatching(/^\d{13}$/);
    expect(Messages).toMatchObject([
      {
        MessageId: first.MessageId,
        Body: "{}",
        Attributes: {
          ApproximateReceiveCount: "1",
          ApproximateFirstReceiveTimestamp: timestamp,
          SentTimestamp: timestamp,
          SenderId: "arn:aws:iam::000000000000:user/administrator",
          MessageGroupId: "account-1",
          MessageDeduplicationId: "event-1",
          SequenceNumber: first.SequenceNumber,
        },
      },
    ]);
  });

  it("is refused messages without a group, with SQS's error", async () => {
    const { url: QueueUrl } = sqs.createQueue("strict.fifo", { fifoQueue: true });
    await expect(
      administrator.send(new SendMessageCommand({ QueueUrl, MessageBody: "x" })),
    ).rejects.toMatchObject({
      name: "MissingParameter",
      message: "The request must contain the parameter MessageGroupId.",
    });
  });

  it("describes its settings and its dead-letter queue", async () => {
    const dead = sqs.createQueue("described-dead.fifo", { fifoQueue: true });
    const redrivePolicy = JSON.stringify({ deadLetterTargetArn: dead.arn, maxReceiveCount: 3 });
    const { url: QueueUrl } = sqs.createQueue("described.fifo", {
      fifoQueue: true,
      contentBasedDeduplication: true,
      deduplicationScope: "messageGroup",
      fifoThroughputLimit: "perMessageGroupId",
      visibilityTimeoutSeconds: 90,
      redrivePolicy,
    });
    const { Attributes } = await administrator.send(
      new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ["All"] }),
    );
    expect(Attributes).toMatchObject({
      FifoQueue: "true",
      ContentBasedDeduplication: "true",
      DeduplicationScope: "messageGroup",
      FifoThroughputLimit: "perMessageGroupId",
      VisibilityTimeout: "90",
      RedrivePolicy: redrivePolicy,
    });
  });

  it("gives a message up to its dead-letter queue, with where it came from", async () => {
    const settings = { fifoQueue: true, contentBasedDeduplication: true };
    const dead = sqs.createQueue("dead.fifo", settings);
    const source = sqs.createQueue("source.fifo", {
      ...settings,
      redrivePolicy: JSON.stringify({ deadLetterTargetArn: dead.arn, maxReceiveCount: 1 }),
    });
    await administrator.send(
      new SendMessageCommand({ QueueUrl: source.url, MessageBody: "x", MessageGroupId: "a" }),
    );
    const receiveFrom = (QueueUrl: string) =>
      administrator.send(
        new ReceiveMessageCommand({
          QueueUrl,
          VisibilityTimeout: 0,
          MessageSystemAttributeNames: ["All"],
        }),
      );
    expect((await receiveFrom(source.url)).Messages).toHaveLength(1);
    expect((await receiveFrom(source.url)).Messages).toBeUndefined();
    expect((await receiveFrom(dead.url)).Messages).toMatchObject([
      { Body: "x", Attributes: { MessageGroupId: "a", DeadLetterQueueSourceArn: source.arn } },
    ]);
  });

  it("prolongs the time for which a message is hidden", async () => {
    await send("x");
    const [message] = (await receive()).Messages ?? [];
    const change = (VisibilityTimeout: number) =>
      administrator.send(
        new ChangeMessageVisibilityCommand({
          QueueUrl: queue.url,
          ReceiptHandle: message?.ReceiptHandle,
          VisibilityTimeout,
        }),
      );
    await expect(change(43_201)).rejects.toThrow("Must be between 0 and 43200.");
    await change(100);
    expect(await depth()).toEqual(["0", "1"]);
    await change(0);
    expect(await depth()).toEqual(["1", "0"]);
    await expect(change(1)).rejects.toMatchObject({ name: "MessageNotInflight" });
  });
});
