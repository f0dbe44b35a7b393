import { describe, expect, it } from "vitest";
import { checkQueue, parseRedrivePolicy, type QueueSettings } from "../../src/sqs/queue-settings";

describe("a queue's name and settings", () => {
  it.each<[string, QueueSettings]>([
    ["failures", {}],
    ["x".repeat(80), { visibilityTimeoutSeconds: 60 }],
    ["orders", { contentBasedDeduplication: false }],
    ["orders.fifo", { fifoQueue: true }],
    [`${"x".repeat(75)}.fifo`, { fifoQueue: true, contentBasedDeduplication: true }],
    [
      "orders.fifo",
      {
        fifoQueue: true,
        deduplicationScope: "messageGroup",
        fifoThroughputLimit: "perMessageGroupId",
      },
    ],
  ])("are accepted: %s %j", (name, settings) => {
    expect(() => checkQueue(name, settings)).not.toThrow();
  });

  const fifo = { fifoQueue: true };
  it.each<[string, QueueSettings, string]>([
    ["a b", {}, "InvalidParameterValue: Can only include alphanumeric characters"],
    ["orders.fifo", {}, "InvalidParameterValue: Can only include alphanumeric characters"],
    ["orders", fifo, "must end with .fifo suffix and be 1 to 80 in length."],
    [`${"x".repeat(76)}.fifo`, fifo, "must end with .fifo suffix and be 1 to 80 in length."],
    [
      "orders",
      { contentBasedDeduplication: true },
      "InvalidAttributeName: Unknown Attribute ContentBasedDeduplication.",
    ],
    [
      "orders",
      { deduplicationScope: "queue" },
      "InvalidAttributeName: You can specify the DeduplicationScope only when FifoQueue is set to true.",
    ],
    [
      "orders",
      { fifoThroughputLimit: "perQueue" },
      "InvalidAttributeName: You can specify the FifoThroughputLimit only when FifoQueue is set to true.",
    ],
    [
      "orders.fifo",
      { fifoQueue: true, fifoThroughputLimit: "perMessageGroupId" },
      "To set FifoThroughputLimit to perMessageGroupId, the DeduplicationScope must be messageGroup.",
    ],
  ])("are refused as by SQS: %s %j", (name, settings, message) => {
    expect(() => checkQueue(name, settings)).toThrow(message);
  });
});

describe("a redrive policy", () => {
  const parse = (policy: unknown, fifo = true) =>
    parseRedrivePolicy(typeof policy === "string" ? policy : JSON.stringify(policy), {
      fifo,
      isFifoQueue: (arn) => (arn === "dead.fifo" ? true : arn === "dead" ? false : undefined),
    });

  it("takes its count as a number or as a text", () => {
    const policy = { deadLetterTargetArn: "dead.fifo", maxReceiveCount: 3 };
    expect(parse(policy)).toEqual(policy);
    expect(parse({ ...policy, maxReceiveCount: "3" })).toEqual(policy);
  });

  it.each([
    ["no", "not a valid JSON map"],
    [{ maxReceiveCount: 3 }, "mandatory attribute: deadLetterTargetArn"],
    [{ deadLetterTargetArn: "dead.fifo" }, "mandatory attribute: maxReceiveCount"],
    [
      { deadLetterTargetArn: "dead.fifo", maxReceiveCount: 3, other: 1 },
      "Only following attributes are supported",
    ],
    [
      { deadLetterTargetArn: "dead.fifo", maxReceiveCount: 0 },
      "Invalid value for maxReceiveCount: 0, valid values are from 1 to 1000 both inclusive.",
    ],
    [
      { deadLetterTargetArn: "dead.fifo", maxReceiveCount: 1001 },
      "Invalid value for maxReceiveCount: 1001",
    ],
    [{ deadLetterTargetArn: "none", maxReceiveCount: 3 }, "Dead letter target does not exist."],
    [
      { deadLetterTargetArn: "dead", maxReceiveCount: 3 },
      "Dead-letter queue must be same type of queue as the source.",
    ],
  ])("is refused as by SQS: %j", (policy, message) => {
    expect(() => parse(policy)).toThrow(message);
    expect(() => parse(policy)).toThrow("InvalidParameterValue: Value ");
  });

  it("of a standard queue names a standard queue", () => {
    const policy = (deadLetterTargetArn: string) => ({ deadLetterTargetArn, maxReceiveCount: 3 });
    expect(parse(policy("dead"), false)).toEqual(policy("dead"));
    expect(() => parse(policy("dead.fifo"), false)).toThrow("must be same type");
  });
});
