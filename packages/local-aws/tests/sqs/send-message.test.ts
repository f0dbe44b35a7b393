import { describe, expect, it } from "vitest";
import { Queue } from "../../src/sqs/queue";
import { readMessage } from "../../src/sqs/send-message";

const standard = new Queue({});
const fifo = new Queue({ fifoQueue: true });
const byContent = new Queue({ fifoQueue: true, contentBasedDeduplication: true });

const ids = { MessageGroupId: "account-1", MessageDeduplicationId: "event-1" };
const notForType = "The request include parameter that is not valid for this queue type.";

describe("a message to a FIFO queue", () => {
  it("has a group and a deduplication id", () => {
    expect(readMessage(fifo, { MessageBody: "x", DelaySeconds: 0, ...ids })).toEqual({
      body: "x",
      groupId: "account-1",
      deduplicationId: "event-1",
    });
  });

  it("is identified by its content where the queue does so, unless it has an id", () => {
    const input = { MessageBody: "x", MessageGroupId: "a" };
    expect(readMessage(byContent, input)).toMatchObject({
      deduplicationId: "2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881",
    });
    expect(readMessage(byContent, { ...input, ...ids })).toMatchObject({
      deduplicationId: "event-1",
    });
  });

  it.each([
    [{ MessageGroupId: undefined }, "The request must contain the parameter MessageGroupId."],
    [
      { MessageDeduplicationId: undefined },
      "The queue should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided explicitly",
    ],
    [{ MessageGroupId: "a b" }, "MessageGroupId can only include alphanumeric and punctuation"],
    [{ MessageGroupId: "x".repeat(129) }, "1 to 128 in length."],
    [{ MessageDeduplicationId: "é" }, "MessageDeduplicationId can only include alphanumeric"],
    [{ DelaySeconds: 5 }, `Value 5 for parameter DelaySeconds is invalid. Reason: ${notForType}`],
    [{ MessageBody: "" }, "The request must contain the parameter MessageBody."],
    [{ MessageBody: "\u0000" }, "Invalid characters found."],
    [
      { MessageBody: "é".repeat(512 * 1024 + 1) },
      "One or more parameters are invalid. Reason: Message must be shorter than 1048576 bytes.",
    ],
    [{ MessageAttributes: {} }, "SendMessage with MessageAttributes is not offered"],
  ])("is refused as by SQS, or by name if it is not supported: %#", (input, message) => {
    expect(() => readMessage(fifo, { MessageBody: "x", ...ids, ...input })).toThrow(message);
  });
});

describe("a message to a standard queue", () => {
  it("may have a group, but no deduplication id", () => {
    expect(readMessage(standard, { MessageBody: "x", MessageGroupId: "a" })).toEqual({
      body: "x",
      groupId: "a",
    });
    expect(() => readMessage(standard, { MessageBody: "x", ...ids })).toThrow(
      `Value event-1 for parameter MessageDeduplicationId is invalid. Reason: ${notForType}`,
    );
  });
});
