import { beforeEach, describe, expect, it } from "vitest";
import { Queue } from "../../src/sqs/queue";
import type { QueueSettings } from "../../src/sqs/queue-settings";

const second = 1000;
const minute = 60 * second;

let now: number;
beforeEach(() => {
  now = Date.UTC(2026, 0, 1);
});
const pass = (ms: number): void => {
  now += ms;
};

const queueOf = (settings: QueueSettings = {}): Queue => new Queue(settings, () => now);
const fifoOf = (settings: QueueSettings = {}): Queue => queueOf({ fifoQueue: true, ...settings });

/** Sends texts like "a1": the first letter is the message's group, and the text its deduplication id. */
function send(queue: Queue, ...texts: readonly string[]): void {
  for (const text of texts) {
    queue.send({ body: text, groupId: text.charAt(0), deduplicationId: text }, "me");
  }
}
const bodies = (messages: readonly { readonly body: string }[]): readonly string[] =>
  messages.map(({ body }) => body);
const receive = (queue: Queue, limit = 10): readonly string[] => bodies(queue.receive(limit));
/** Receives and deletes. */
function consume(queue: Queue, limit = 10): readonly string[] {
  const received = queue.receive(limit);
  for (const { receiptHandle } of received) {
    queue.delete(receiptHandle ?? "");
  }
  return bodies(received);
}

describe("an SQS queue", () => {
  it("drops messages older than its retention period", () => {
    const shortLived = queueOf({ messageRetentionSeconds: 60 });
    send(shortLived, "x");
    pass(59 * second);
    expect(shortLived.count()).toEqual({ visible: 1, hidden: 0 });
    pass(1 * second);
    expect(receive(shortLived)).toEqual([]);
  });

  it("deletes a message by its latest receipt handle alone, even after the visibility timeout", () => {
    const queue = queueOf();
    send(queue, "x");
    const [old] = queue.receive(1).map(({ receiptHandle }) => receiptHandle);
    pass(30 * second);
    const [latest] = queue.receive(1).map(({ receiptHandle }) => receiptHandle);
    queue.delete(old ?? "");
    expect(queue.count()).toEqual({ visible: 0, hidden: 1 });
    pass(30 * second);
    queue.delete(latest ?? "");
    queue.delete(latest ?? "");
    expect(queue.count()).toEqual({ visible: 0, hidden: 0 });
  });

  it("refuses a receipt handle that it has never given", () => {
    const queue = queueOf();
    const other = queueOf();
    send(other, "x");
    for (const handle of ["x", other.receive(1)[0]?.receiptHandle ?? ""]) {
      expect(() => queue.delete(handle)).toThrow("is not a valid receipt handle");
    }
  });

  it("hides a message in flight for as long as its consumer asks for, up to twelve hours", () => {
    const queue = queueOf();
    send(queue, "x");
    const [handle = ""] = queue.receive(1).map(({ receiptHandle }) => receiptHandle);
    pass(29 * second);
    queue.changeVisibility(handle, 60);
    pass(59 * second);
    expect(receive(queue)).toEqual([]);
    expect(() => queue.changeVisibility(handle, 43_200)).toThrow(
      "beyond the limit [43200 seconds]",
    );
    queue.changeVisibility(handle, 0);
    expect(() => queue.changeVisibility(handle, 1)).toThrow("isn't in flight");
    expect(consume(queue)).toEqual(["x"]);
    expect(() => queue.changeVisibility(handle, 1)).toThrow("Message does not exist");
  });

  it("moves a message to its dead-letter queue when it was received as often as allowed", () => {
    const dead = queueOf({ messageRetentionSeconds: 10 * 60 });
    const queue = new Queue({}, () => now, { queue: dead, maxReceiveCount: 2, sourceArn: "arn" });
    send(queue, "x");
    const [first] = queue.receive(1).map(({ id }) => id);
    pass(30 * second);
    expect(receive(queue)).toEqual(["x"]);
    pass(30 * second);
    expect(receive(dead)).toEqual([]);
    expect(receive(queue)).toEqual([]);
    const [moved] = dead.receive(1);
    expect(moved).toMatchObject({
      id: first,
      body: "x",
      receiveCount: 3,
      deadLetterSourceArn: "arn",
    });
    // Its retention counts from when it was first sent.
    pass(9 * minute);
    expect(dead.count()).toEqual({ visible: 0, hidden: 0 });
  });
});

describe("a FIFO queue", () => {
  it("delivers the messages of a group in the order in which they were sent, a group after the other", () => {
    const queue = fifoOf();
    send(queue, "a1", "b1", "a2", "b2", "a3");
    const numbers = queue.receive(4).map(({ body, sequenceNumber }) => [body, sequenceNumber]);
    expect(numbers.map(([body]) => body)).toEqual(["a1", "a2", "a3", "b1"]);
    const [a1 = "", a2 = "", a3 = ""] = numbers.map(([, number]) => number);
    expect(a1).toMatch(/^\d{20}$/);
    expect([a3, a1, a2].sort()).toEqual([a1, a2, a3]);
  });

  it("delivers nothing of a group with a message in flight, but other groups", () => {
    const queue = fifoOf();
    send(queue, "a1", "a2", "b1");
    expect(receive(queue, 1)).toEqual(["a1"]);
    expect(receive(queue)).toEqual(["b1"]);
    send(queue, "a3", "c1");
    expect(receive(queue)).toEqual(["c1"]);
    expect(queue.count()).toEqual({ visible: 2, hidden: 3 });
  });

  it("goes on with a group when its message in flight is deleted", () => {
    const queue = fifoOf();
    send(queue, "a1", "a2");
    expect(consume(queue, 1)).toEqual(["a1"]);
    expect(consume(queue, 1)).toEqual(["a2"]);
  });

  it("delivers a message again, before the later ones of its group, when its visibility timeout is over", () => {
    const queue = fifoOf({ visibilityTimeoutSeconds: 60 });
    send(queue, "a1", "a2", "a3");
    const [, a2] = queue.receive(2);
    queue.delete(a2?.receiptHandle ?? "");
    pass(59 * second);
    expect(receive(queue)).toEqual([]);
    pass(1 * second);
    expect(receive(queue)).toEqual(["a1", "a3"]);
  });

  it("refuses to delete by a receipt handle that has expired, or to prolong it", () => {
    const queue = fifoOf();
    send(queue, "a1");
    const [handle = ""] = queue.receive(1).map(({ receiptHandle }) => receiptHandle);
    pass(30 * second);
    const reason = `Value ${handle} for parameter ReceiptHandle is invalid. Reason: The receipt handle has expired.`;
    expect(() => queue.delete(handle)).toThrow(reason);
    expect(() => queue.changeVisibility(handle, 30)).toThrow(reason);
    queue.receive(1);
    expect(() => queue.delete(handle)).toThrow(reason);
    expect(queue.count()).toEqual({ visible: 0, hidden: 1 });
  });

  it("accepts a repeated message for five minutes without adding it, even when the first is deleted", () => {
    const queue = fifoOf();
    const first = queue.send({ body: "x", groupId: "a", deduplicationId: "1" }, "me");
    consume(queue);
    pass(5 * minute - 1);
    const again = queue.send({ body: "other", groupId: "b", deduplicationId: "1" }, "me");
    expect(again).toMatchObject({ id: first.id, sequenceNumber: first.sequenceNumber });
    expect(receive(queue)).toEqual([]);
    pass(1);
    const later = queue.send({ body: "x", groupId: "a", deduplicationId: "1" }, "me");
    expect(later.id).not.toBe(first.id);
    expect(receive(queue)).toEqual(["x"]);
  });

  it("recognises repeated messages within a group alone where that is its scope", () => {
    const queue = fifoOf({ deduplicationScope: "messageGroup" });
    for (const [body, groupId] of [
      ["1st", "a"],
      ["2nd", "b"],
      ["3rd", "a"],
    ] as const) {
      queue.send({ body, groupId, deduplicationId: "same" }, "me");
    }
    expect(receive(queue)).toEqual(["1st", "2nd"]);
  });

  it("moves what was received too often to its dead-letter queue, in order, and goes on with the group", () => {
    const dead = fifoOf({ messageRetentionSeconds: 60 });
    const queue = new Queue({ fifoQueue: true }, () => now, {
      queue: dead,
      maxReceiveCount: 1,
      sourceArn: "arn",
    });
    send(queue, "a1", "a2", "a3");
    expect(receive(queue, 2)).toEqual(["a1", "a2"]);
    pass(30 * second);
    expect(receive(queue)).toEqual(["a3"]);
    // Its retention begins anew.
    pass(59 * second);
    expect(dead.receive(10)).toMatchObject([
      { body: "a1", groupId: "a", deduplicationId: "a1", receiveCount: 2 },
      { body: "a2" },
    ]);
  });
});
