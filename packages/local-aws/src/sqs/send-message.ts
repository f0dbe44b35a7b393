import { createHash } from "node:crypto";
import { type Input, ServiceError } from "../aws-json";
import type { NewMessage } from "./message";
import type { Queue } from "./queue";
import { integer, invalidValue, refuseUnknown, requiredText } from "./request";

export const maximumMessageSize = 1024 * 1024;

/** What SQS says where a parameter is for the other type of queue. */
const otherType = "The request include parameter that is not valid for this queue type.";

/** Reads the input of SendMessage. Throws SQS's own error for what the queue does not take. */
export function readMessage(queue: Queue, input: Input): NewMessage {
  refuseUnknown("SendMessage", input, [
    "QueueUrl",
    "MessageBody",
    "MessageGroupId",
    "MessageDeduplicationId",
    "DelaySeconds",
  ]);
  const body = readBody(input);
  refuseDelay(queue, input);
  const groupId = readId(input, "MessageGroupId");
  const deduplicationId = readId(input, "MessageDeduplicationId");
  if (!queue.fifo) {
    if (deduplicationId !== undefined) {
      throw invalidValue(deduplicationId, "MessageDeduplicationId", otherType);
    }
    // Groups of standard queues ("fair queues") share a consumer's capacity; they promise no order.
    return { body, groupId };
  }
  requiredText(input, "MessageGroupId");
  if (deduplicationId === undefined && !queue.contentBasedDeduplication) {
    throw new ServiceError(
      "InvalidParameterValue",
      "The queue should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided explicitly",
    );
  }
  return { body, groupId, deduplicationId: deduplicationId ?? sha256(body) };
}

function readBody(input: Input): string {
  const body = requiredText(input, "MessageBody");
  if (/[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/u.test(body)) {
    throw new ServiceError(
      "InvalidMessageContents",
      "Invalid characters found. Valid unicode characters are #x9 | #xA | #xD | #x20 to #xD7FF | #xE000 to #xFFFD | #x10000 to #x10FFFF",
    );
  }
  if (Buffer.byteLength(body) > maximumMessageSize) {
    throw new ServiceError(
      "InvalidParameterValue",
      `One or more parameters are invalid. Reason: Message must be shorter than ${maximumMessageSize} bytes.`,
    );
  }
  return body;
}

/** Messages are not delayed here; a delay of 0 is none. */
function refuseDelay(queue: Queue, input: Input): void {
  const delay = integer(input, "DelaySeconds", 0, 900) ?? 0;
  if (delay > 0 && queue.fifo) {
    throw invalidValue(delay, "DelaySeconds", otherType);
  }
  if (delay > 0) {
    refuseUnknown("SendMessage", { DelaySeconds: delay }, []);
  }
}

function readId(input: Input, name: string): string | undefined {
  const id = input[name];
  if (id === undefined || id === null) {
    return undefined;
  }
  if (typeof id !== "string" || !/^[!-~]{1,128}$/.test(id)) {
    throw invalidValue(
      id,
      name,
      `${name} can only include alphanumeric and punctuation characters. 1 to 128 in length.`,
    );
  }
  return id;
}

function sha256(body: string): string {
  return createHash("sha256").update(body).digest("hex");
}
