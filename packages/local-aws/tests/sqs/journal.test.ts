import {
  appendFileSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Iam } from "../../src/iam/iam";
import { Journal } from "../../src/sqs/journal";
import { Queue } from "../../src/sqs/queue";
import type { QueueSettings } from "../../src/sqs/queue-settings";
import { startSqs } from "../../src/sqs/sqs";

let folder: string;
let file: string;
const opened: Queue[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "journal-"));
  file = join(folder, "jobs.jsonl");
});

afterEach(() => {
  for (const queue of opened.splice(0)) {
    queue.close();
  }
  rmSync(folder, { recursive: true });
});

/** The queue as a process finds it, whatever became of the one before. */
const open = (settings: QueueSettings = {}, path = file): Queue => {
  const queue = new Queue(settings, undefined, undefined, new Journal(path));
  opened.push(queue);
  return queue;
};

const contents = (queue: Queue) =>
  queue
    .receive(1_000, 0)
    .map(({ id, body, groupId, sequenceNumber, receiveCount, sentAt }) =>
      JSON.stringify([id, body, groupId, sequenceNumber, receiveCount, sentAt]),
    );

const operation = fc.oneof(
  fc.record({ send: fc.string(), group: fc.constantFrom("a", "b") }),
  fc.record({ receive: fc.integer({ min: 1, max: 3 }), deletes: fc.boolean() }),
  fc.constant("purge" as const),
);

describe("a queue with a journal", () => {
  it.each([
    ["a standard queue", {}],
    ["a FIFO queue", { fifoQueue: true }],
  ])("is after a restart what it was before: %s", (_, settings) => {
    let queues = 0;
    fc.assert(
      fc.property(fc.array(operation, { maxLength: 20 }), (operations) => {
        queues += 1;
        const path = join(folder, `${queues}.jsonl`);
        const queue = open(settings, path);
        for (const [index, each] of operations.entries()) {
          if (each === "purge") {
            queue.purge();
          } else if ("send" in each) {
            const { send: body, group: groupId } = each;
            queue.send({ body, groupId, deduplicationId: String(index) }, "me");
          } else {
            for (const { receiptHandle } of queue.receive(each.receive, each.deletes ? 30 : 0)) {
              if (each.deletes) {
                queue.delete(receiptHandle ?? "");
              }
            }
          }
        }
        const again = open(settings, path);
        expect(contents(again)).toEqual(contents(queue));
      }),
      { numRuns: 40 },
    );
  });

  it("shows again what was in flight, and goes on numbering and deduplicating", () => {
    const fifo = { fifoQueue: true };
    const queue = open(fifo);
    const send = (to: Queue, body: string) =>
      to.send({ body, groupId: "g", deduplicationId: body }, "me");
    const sent = [send(queue, "one"), send(queue, "two")];
    for (const { receiptHandle } of queue.receive(1)) {
      queue.delete(receiptHandle ?? "");
    }
    expect(queue.receive(1)).toMatchObject([{ body: "two" }]);

    open(fifo);
    const again = open(fifo);
    expect(send(again, "one").id).toBe(sent[0]?.id);
    const third = send(again, "three");
    expect(BigInt(third.sequenceNumber ?? 0)).toBe(BigInt(sent[1]?.sequenceNumber ?? 0) + 1n);
    expect(again.receive(10)).toMatchObject([
      { body: "two", receiveCount: 2 },
      { body: "three", receiveCount: 1 },
    ]);
  });

  it("leaves out a last line that was cut off, and is refused with a line that is damaged", () => {
    open().send({ body: "whole" }, "me");
    appendFileSync(file, '{"put":{"id":"cut');
    expect(open().receive(10)).toMatchObject([{ body: "whole" }]);
    writeFileSync(file, `garbled\n${readFileSync(file, "utf8")}`);
    expect(() => open()).toThrow(`${file} cannot be used: line 1 is damaged`);
  });

  it("does not grow without end, and is readable for its user alone", () => {
    const queue = open();
    queue.send({ body: "again and again" }, "me");
    for (let times = 0; times < 25_000; times += 1) {
      queue.receive(1, 0);
    }
    expect(readFileSync(file, "utf8").split("\n").length).toBeLessThan(11_000);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(open().receive(1)).toMatchObject([{ receiveCount: 25_001 }]);
  });
});

it("the local SQS keeps the messages of its queues in the data folder", async () => {
  const region = "eu-central-1";
  const iam = new Iam({ region });
  const run = async () => {
    const sqs = await startSqs({ region, iam, dataDirectory: folder });
    return { sqs, arn: sqs.createQueue("failures").arn };
  };
  const administrator = iam.principalOf(iam.createRole("any"));
  iam.putRolePolicy("any", "all", {
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Action: "sqs:*", Resource: "*" }],
  });
  const first = await run();
  first.sqs.sendMessage(administrator, first.arn, "kept");
  await first.sqs.stop();
  const second = await run();
  const received = second.sqs.openQueue(administrator, second.arn).receive(10, (all) => all);
  expect(received).toMatchObject([{ body: "kept" }]);
  await second.sqs.stop();
});
