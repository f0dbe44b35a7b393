import { setTimeout as sleep } from "node:timers/promises";
import { type Answer, awsJson, type Input, ServiceError } from "../aws-json";
import { serve } from "../http-server";
import { accessDenied, type Iam, localAccountId, type Principal } from "../iam/iam";
import { findUnknown } from "../inputs";
import { type Message, Queue, type QueueSettings } from "./queue";

export interface SqsOptions {
  readonly region: string;
  readonly iam: Iam;
  /** Any free port if omitted. */
  readonly port?: number;
}

export interface Sqs {
  readonly endpoint: string;
  createQueue(
    name: string,
    settings?: QueueSettings,
  ): { readonly url: string; readonly arn: string };
  /** Sends for another service on behalf of a role, which needs the permission sqs:SendMessage. */
  sendMessage(principal: Principal, queueArn: string, body: string): void;
  stop(): Promise<void>;
}

/** How often a long poll checks for messages. */
const pollIntervalMs = 50;

/** Starts the subset of SQS that a failure queue needs. Queues and messages are in memory. */
export async function startSqs({ region, iam, port = 0 }: SqsOptions): Promise<Sqs> {
  const queues = new Map<string, Queue>();
  const arnOf = (name: string): string => `arn:aws:sqs:${region}:${localAccountId}:${name}`;
  const urlOf = (name: string): string => `${server.url}/${localAccountId}/${name}`;

  const operations: Readonly<
    Record<string, (queue: Queue, input: Input, name: string, principal: Principal) => unknown>
  > = {
    GetQueueUrl: (_queue, _input, name) => ({ QueueUrl: urlOf(name) }),
    GetQueueAttributes: (queue, input, name) => ({
      Attributes: select(attributesOf(queue, arnOf(name)), input.AttributeNames),
    }),
    SendMessage: (queue, input, _name, principal) => {
      refuseUnknown("SendMessage", input, ["QueueUrl", "MessageBody"]);
      const message = queue.send(String(input.MessageBody), principal.userArn);
      return { MessageId: message.id, MD5OfMessageBody: message.md5OfBody };
    },
    ReceiveMessage: receive,
    DeleteMessage: (queue, input) => {
      queue.delete(String(input.ReceiptHandle));
      return {};
    },
    PurgeQueue: (queue) => {
      queue.purge();
      return {};
    },
  };

  const server = await serve(
    { name: "SQS", port },
    awsJson({ version: "1.0", services: ["AmazonSQS"] }, async (call): Promise<Answer> => {
      const principal = await iam.authenticate(call.request, "sqs");
      const run = operations[call.operation];
      if (run === undefined) {
        throw new ServiceError(
          "UnsupportedOperation",
          `${call.operation} is not offered by the local SQS`,
        );
      }
      const name = String(call.input.QueueName ?? String(call.input.QueueUrl).split("/").at(-1));
      authorize(principal, `sqs:${call.operation}`, arnOf(name));
      const output = await run(queueOf(name), call.input, name, principal);
      return { status: 200, body: JSON.stringify(output) };
    }),
  );

  return {
    endpoint: server.url,
    stop: server.stop,
    createQueue(name, settings = {}) {
      if (!/^[\w-]{1,80}$/.test(name)) {
        throw new Error(`queue name "${name}" must be 1 to 80 characters out of [A-Za-z0-9_-]`);
      }
      if (queues.has(name)) {
        throw new Error(`queue "${name}" exists already`);
      }
      queues.set(name, new Queue(settings));
      return { url: urlOf(name), arn: arnOf(name) };
    },
    sendMessage(principal, queueArn, body) {
      authorize(principal, "sqs:SendMessage", queueArn);
      queueOf(queueArn.split(":").at(-1) ?? "").send(body, principal.userArn);
    },
  };

  function authorize(principal: Principal, action: string, arn: string): void {
    if (!iam.allows(principal, action, arn)) {
      throw accessDenied(principal, action, arn);
    }
  }

  function queueOf(name: string): Queue {
    const queue = queues.get(name);
    if (queue === undefined) {
      // The header carries the error's older name, which many clients still match.
      throw new ServiceError("QueueDoesNotExist", "The specified queue does not exist.", {
        "x-amzn-query-error": "AWS.SimpleQueueService.NonExistentQueue;Sender",
      });
    }
    return queue;
  }
}

async function receive(queue: Queue, input: Input): Promise<unknown> {
  refuseUnknown("ReceiveMessage", input, [
    "QueueUrl",
    "MaxNumberOfMessages",
    "VisibilityTimeout",
    "WaitTimeSeconds",
    "AttributeNames",
    "MessageSystemAttributeNames",
    "MessageAttributeNames",
  ]);
  const limit = integer(input, "MaxNumberOfMessages", 1, 10) ?? 1;
  const visibility = integer(input, "VisibilityTimeout", 0, 43_200);
  const wait = integer(input, "WaitTimeSeconds", 0, 20) ?? 0;
  const deadline = Date.now() + wait * 1000;
  let messages = queue.receive(limit, visibility);
  while (messages.length === 0 && Date.now() < deadline) {
    await sleep(pollIntervalMs);
    messages = queue.receive(limit, visibility);
  }
  const wanted = input.MessageSystemAttributeNames ?? input.AttributeNames;
  return messages.length === 0
    ? {}
    : { Messages: messages.map((message) => describeMessage(message, wanted)) };
}

function describeMessage(message: Message, wanted: unknown): unknown {
  return {
    MessageId: message.id,
    ReceiptHandle: message.receiptHandle,
    Body: message.body,
    MD5OfBody: message.md5OfBody,
    Attributes: select(
      {
        SenderId: message.senderId,
        SentTimestamp: String(message.sentAt),
        ApproximateReceiveCount: String(message.receiveCount),
        ApproximateFirstReceiveTimestamp: String(message.firstReceivedAt),
      },
      wanted,
    ),
  };
}

function attributesOf(queue: Queue, arn: string): Record<string, string> {
  const { visible, hidden } = queue.count();
  return {
    QueueArn: arn,
    ApproximateNumberOfMessages: String(visible),
    ApproximateNumberOfMessagesNotVisible: String(hidden),
    ApproximateNumberOfMessagesDelayed: "0",
    CreatedTimestamp: String(Math.floor(queue.createdAt / 1000)),
    VisibilityTimeout: String(queue.visibilityTimeoutSeconds),
    MessageRetentionPeriod: String(queue.messageRetentionSeconds),
  };
}

/** Selects the requested attributes; "All" requests every attribute. */
function select(attributes: Record<string, string>, wanted: unknown): Record<string, string> {
  const names: readonly unknown[] = Array.isArray(wanted) ? wanted : [];
  return Object.fromEntries(
    Object.entries(attributes).filter(([name]) => names.includes("All") || names.includes(name)),
  );
}

function refuseUnknown(operation: string, input: Input, known: readonly string[]): void {
  const unknown = findUnknown(input, known);
  if (unknown !== undefined) {
    throw new ServiceError(
      "UnsupportedOperation",
      `${operation} with ${unknown} is not offered by the local SQS`,
    );
  }
}

function integer(input: Input, name: string, least: number, most: number): number | undefined {
  const value = input[name];
  if (value === undefined) {
    return undefined;
  }
  if (typeof value !== "number" || !Number.isInteger(value) || value < least || value > most) {
    throw new ServiceError(
      "InvalidParameterValue",
      `Value ${String(value)} for parameter ${name} is invalid. Reason: Must be between ${least} and ${most}.`,
    );
  }
  return value;
}
