import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type Answer, awsJson, type Input, ServiceError } from "../aws-json";
import type { Meters } from "../cloudwatch/metrics";
import { serve } from "../http-server";
import { type Iam, localAccountId, type Principal } from "../iam/iam";
import { Journal } from "./journal";
import { listQueues } from "./list-queues";
import { type Message, systemAttributes } from "./message";
import { type DeadLetters, md5, Queue } from "./queue";
import { QueueMeters } from "./queue-meters";
import { checkQueue, parseRedrivePolicy, type QueueSettings } from "./queue-settings";
import { integer, refuseUnknown, requiredText, requireValue, select } from "./request";
import { maximumMessageSize, readMessage } from "./send-message";

export interface SqsOptions {
  readonly region: string;
  readonly iam: Iam;
  /** Any free port if omitted. */
  readonly port?: number;
  /** The folder that keeps messages between runs; in memory if omitted. */
  readonly dataDirectory?: string | undefined;
  /** The clock of visibility, deduplication and retention, in milliseconds since 1970; the machine's if omitted. */
  readonly now?: () => number;
  readonly meters?: Meters;
}

/** A queue as another service consumes it on behalf of a role: every call asks for the role's permission. */
export interface OpenQueue {
  readonly fifo: boolean;
  readonly visibilityTimeoutSeconds: number;
  /** @param fitting chooses the first ones of what can be received */
  receive(
    limit: number,
    fitting: (messages: readonly Message[]) => readonly Message[],
  ): readonly Message[];
  delete(receiptHandle: string): void;
}

export interface Sqs {
  readonly endpoint: string;
  createQueue(
    name: string,
    settings?: QueueSettings,
  ): { readonly url: string; readonly arn: string };
  /** Sends for another service on behalf of a role, which needs the permission sqs:SendMessage. */
  sendMessage(principal: Principal, queueArn: string, body: string): void;
  openQueue(principal: Principal, queueArn: string): OpenQueue;
  stop(): Promise<void>;
}

/** How often a long poll checks for messages. */
const pollIntervalMs = 50;

/** Room for the largest message in JSON, which may triple it by escapes, and for the other parameters. */
const maxBodyBytes = 4 * maximumMessageSize;
const protocol = { version: "1.0", services: ["AmazonSQS"], maxBodyBytes } as const;

interface Made {
  readonly queue: Queue;
  readonly settings: QueueSettings;
}

/** Starts the subset of SQS that failure queues and functions' queues need. */
export async function startSqs(options: SqsOptions): Promise<Sqs> {
  const { region, iam, port = 0, now, dataDirectory } = options;
  const queues = new Map<string, Made>();
  const arnOf = (name: string): string => `arn:aws:sqs:${region}:${localAccountId}:${name}`;
  const urlOf = (name: string): string => `${server.url}/${localAccountId}/${name}`;

  const operations: Readonly<
    Record<string, (made: Made, input: Input, name: string, principal: Principal) => unknown>
  > = {
    GetQueueUrl: (_made, _input, name) => ({ QueueUrl: urlOf(name) }),
    GetQueueAttributes: (made, input, name) => ({
      Attributes: select(attributesOf(made, arnOf(name)), input.AttributeNames),
    }),
    SendMessage: ({ queue }, input, _name, principal) => {
      const sent = readMessage(queue, input);
      const { id, sequenceNumber } = queue.send(sent, principal.userArn);
      // A repeated message is answered with the earlier one's id, but the client checks the body that it has sent.
      const MD5OfMessageBody = md5(sent.body);
      return { MessageId: id, MD5OfMessageBody, SequenceNumber: sequenceNumber };
    },
    ReceiveMessage: ({ queue }, input) => receive(queue, input),
    DeleteMessage: ({ queue }, input) => {
      refuseUnknown("DeleteMessage", input, ["QueueUrl", "ReceiptHandle"]);
      queue.delete(requiredText(input, "ReceiptHandle"));
      return {};
    },
    ChangeMessageVisibility: ({ queue }, input) => {
      const known = ["QueueUrl", "ReceiptHandle", "VisibilityTimeout"];
      refuseUnknown("ChangeMessageVisibility", input, known);
      const receiptHandle = requiredText(input, "ReceiptHandle");
      requireValue(input, "VisibilityTimeout");
      queue.changeVisibility(receiptHandle, integer(input, "VisibilityTimeout", 0, 43_200) ?? 0);
      return {};
    },
    PurgeQueue: ({ queue }) => {
      queue.purge();
      return {};
    },
  };

  const server = await serve(
    { name: "SQS", port },
    awsJson(protocol, async (call): Promise<Answer> => {
      const principal = await iam.authenticate(call.request, "sqs");
      if (call.operation === "ListQueues") {
        // It is about no queue in particular.
        authorize(principal, "sqs:ListQueues", "*");
        const output = listQueues(call.input, queues.keys(), urlOf);
        return { status: 200, body: JSON.stringify(output) };
      }
      const run = operations[call.operation];
      if (run === undefined) {
        throw new ServiceError(
          "UnsupportedOperation",
          `${call.operation} is not offered by the local SQS`,
        );
      }
      const name = queueName(call.input);
      authorize(principal, `sqs:${call.operation}`, arnOf(name));
      const output = await run(made(name), call.input, name, principal);
      return { status: 200, body: JSON.stringify(output) };
    }),
  );

  return {
    endpoint: server.url,
    stop: async () => {
      await server.stop();
      for (const { queue } of queues.values()) {
        queue.close();
      }
    },
    createQueue(name, settings = {}) {
      checkQueue(name, settings);
      if (queues.has(name)) {
        throw new Error(`queue "${name}" exists already`);
      }
      const deadLetters = deadLettersOf(name, settings);
      const journal =
        dataDirectory === undefined
          ? undefined
          : new Journal(join(dataDirectory, "sqs", `${name}.jsonl`));
      const meters = options.meters && new QueueMeters(name, options.meters);
      const queue = new Queue(settings, now, deadLetters, journal, meters);
      queues.set(name, { queue, settings });
      return { url: urlOf(name), arn: arnOf(name) };
    },
    sendMessage(principal, queueArn, body) {
      authorize(principal, "sqs:SendMessage", queueArn);
      const { queue } = made(nameOf(queueArn));
      queue.send(readMessage(queue, { MessageBody: body }), principal.userArn);
    },
    openQueue(principal, queueArn) {
      const { queue } = made(nameOf(queueArn));
      return {
        fifo: queue.fifo,
        visibilityTimeoutSeconds: queue.visibilityTimeoutSeconds,
        receive(limit, fitting) {
          authorize(principal, "sqs:ReceiveMessage", queueArn);
          return queue.receive(limit, undefined, fitting);
        },
        delete(receiptHandle) {
          authorize(principal, "sqs:DeleteMessage", queueArn);
          queue.delete(receiptHandle);
        },
      };
    },
  };

  function deadLettersOf(name: string, settings: QueueSettings): DeadLetters | undefined {
    if (settings.redrivePolicy === undefined) {
      return undefined;
    }
    const targetOf = (arn: string): Queue | undefined => queues.get(nameOf(arn))?.queue;
    const { deadLetterTargetArn, maxReceiveCount } = parseRedrivePolicy(settings.redrivePolicy, {
      fifo: settings.fifoQueue ?? false,
      isFifoQueue: (arn) => targetOf(arn)?.fifo,
    });
    const queue = targetOf(deadLetterTargetArn);
    return queue && { queue, maxReceiveCount, sourceArn: arnOf(name) };
  }

  function authorize(principal: Principal, action: string, arn: string): void {
    const refusal = iam.refusal(principal, action, arn);
    if (refusal !== undefined) {
      throw refusal;
    }
  }

  /** The queue's name; one that no queue has where the ARN is not of this region and account. */
  function nameOf(arn: string): string {
    const name = arn.split(":").at(-1) ?? "";
    return arnOf(name) === arn ? name : "";
  }

  function made(name: string): Made {
    const found = queues.get(name);
    if (found === undefined) {
      // The header carries the error's older name, which many clients still match.
      throw new ServiceError("QueueDoesNotExist", "The specified queue does not exist.", {
        "x-amzn-query-error": "AWS.SimpleQueueService.NonExistentQueue;Sender",
      });
    }
    return found;
  }
}

/** One operation takes a queue's name, all others its URL. */
function queueName(input: Input): string {
  return input.QueueName === undefined
    ? (requiredText(input, "QueueUrl").split("/").at(-1) ?? "")
    : requiredText(input, "QueueName");
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
    Attributes: select(systemAttributes(message), wanted),
  };
}

function attributesOf({ queue, settings }: Made, arn: string): Record<string, string> {
  const { visible, hidden } = queue.count();
  return {
    QueueArn: arn,
    ApproximateNumberOfMessages: String(visible),
    ApproximateNumberOfMessagesNotVisible: String(hidden),
    ApproximateNumberOfMessagesDelayed: "0",
    CreatedTimestamp: String(Math.floor(queue.createdAt / 1000)),
    DelaySeconds: "0",
    MaximumMessageSize: String(maximumMessageSize),
    VisibilityTimeout: String(queue.visibilityTimeoutSeconds),
    MessageRetentionPeriod: String(queue.messageRetentionSeconds),
    ...(settings.redrivePolicy !== undefined && { RedrivePolicy: settings.redrivePolicy }),
    ...(queue.fifo && {
      FifoQueue: "true",
      ContentBasedDeduplication: String(queue.contentBasedDeduplication),
      DeduplicationScope: settings.deduplicationScope ?? "queue",
      FifoThroughputLimit: settings.fifoThroughputLimit ?? "perQueue",
    }),
  };
}
