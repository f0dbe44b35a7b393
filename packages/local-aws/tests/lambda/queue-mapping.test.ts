import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { Iam } from "../../src/iam/iam";
import type { EventSourceMapping } from "../../src/lambda/event-source-mapping";
import type { InvocationResult } from "../../src/lambda/function";
import type { eventOf } from "../../src/lambda/queue-batch";
import { createQueueMapping } from "../../src/lambda/queue-mapping";
import type { QueueSettings } from "../../src/sqs/queue-settings";
import { type Sqs, startSqs } from "../../src/sqs/sqs";
import { clientOf, messagesIn, sendTo } from "./queue-harness";

const region = "eu-central-1";
const iam = new Iam({ region });
const stops: (() => Promise<void>)[] = [];
let sqs: Sqs;
let now = Date.UTC(2026, 0, 1);

beforeAll(async () => {
  sqs = await startSqs({ region, iam, now: () => now });
});
afterAll(async () => {
  await Promise.all(stops.map((stop) => stop()));
  await sqs.stop();
});

type Event = ReturnType<typeof eventOf>;
type Handler = (bodies: readonly string[], event: Event) => Promise<unknown> | unknown;

interface Setup {
  readonly queue: { readonly url: string; readonly arn: string };
  /** The bodies in each invocation, in order. */
  readonly seen: (readonly string[])[];
  readonly lines: string[];
  /** Sends texts like "a1": the first letter is the message's group. */
  send(...texts: readonly string[]): Promise<void>;
  /** The numbers of messages that are visible and hidden. */
  depth(): Promise<readonly (string | undefined)[]>;
  map(
    handler: Handler,
    options?: { readonly inputs?: object; readonly room?: number },
  ): EventSourceMapping;
}

const actions = ["ReceiveMessage", "DeleteMessage", "GetQueueAttributes"];

function grant(role: string, Resource: string, granted: readonly string[] = actions): void {
  iam.putRolePolicy(role, "consume", {
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Action: granted.map((action) => `sqs:${action}`), Resource }],
  });
}

/** A queue, and functions in this process that consume it. */
function setup(name: string, settings: QueueSettings = {}): Setup {
  const queue = sqs.createQueue(`${name}.fifo`, { fifoQueue: true, ...settings });
  const roleArn = iam.createRole(name);
  grant(name, queue.arn);
  const client = clientOf(sqs, iam);
  const seen: (readonly string[])[] = [];
  const lines: string[] = [];
  return {
    queue,
    seen,
    lines,
    send: (...texts) => sendTo(client, queue.url, texts),
    depth: () => messagesIn(client, queue.url),
    map(handler, { inputs = {}, room = 4 } = {}) {
      let busy = 0;
      const mapping = createQueueMapping(
        { eventSourceArn: queue.arn, functionName: name, ...inputs },
        {
          region,
          iam,
          openQueue: sqs.openQueue,
          log: (line) => lines.push(line),
          function: {
            name,
            arn: `arn:aws:lambda:${region}:000000000000:function:${name}`,
            roleArn,
            timeoutSeconds: 3,
            get room() {
              return room - busy;
            },
            async invoke(event): Promise<InvocationResult> {
              const bodies = (event as Event).Records.map(({ body }) => body);
              seen.push(bodies);
              busy += 1;
              try {
                return { requestId: "1", result: await handler(bodies, event as Event) };
              } catch (error) {
                const errorMessage = String(error);
                return { requestId: "1", error: { errorType: "Error", errorMessage } };
              } finally {
                busy -= 1;
              }
            },
          },
        },
      );
      stops.push(mapping.stop);
      return mapping;
    },
  };
}

const eventually = (check: () => void | Promise<void>): Promise<void> =>
  vi.waitFor(check, { timeout: 5_000, interval: 5 });
/** Long enough for several polls. */
const aWhile = () => new Promise((resolve) => setTimeout(resolve, 100));
/** A promise that is resolved from outside. */
function gate() {
  let open = (): void => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open: () => open() };
}
const reporting = { functionResponseTypes: ["ReportBatchItemFailures"] };

describe("an event source mapping on a queue", () => {
  it("hands existing and new messages to the function in order, and deletes them", async () => {
    const { send, map, seen, depth } = setup("delivery");
    await send("a1", "a2", "a3");
    map(() => undefined, { inputs: { batchSize: 2 } });
    await eventually(() => expect(seen).toEqual([["a1", "a2"], ["a3"]]));
    await send("a4");
    await eventually(() => expect(seen.flat()).toEqual(["a1", "a2", "a3", "a4"]));
    await eventually(async () => expect(await depth()).toEqual(["0", "0"]));
  });

  it("delivers a whole batch again after the visibility timeout if the function fails", async () => {
    const { send, map, seen, depth, lines } = setup("failing");
    await send("a1", "a2");
    map(() => {
      if (seen.length === 1) {
        throw new Error("no");
      }
    });
    await eventually(() => expect(seen).toHaveLength(1));
    now += 29_000;
    await aWhile();
    expect(seen).toEqual([["a1", "a2"]]);
    expect(lines).toEqual([
      "event source mapping of failing: Error: Error: no; 2 of 2 messages come again",
    ]);
    now += 1_000;
    await eventually(() =>
      expect(seen).toEqual([
        ["a1", "a2"],
        ["a1", "a2"],
      ]),
    );
    await eventually(async () => expect(await depth()).toEqual(["0", "0"]));
  });

  it("keeps only the messages that the function reports as failed", async () => {
    const { send, map, seen, depth } = setup("partial");
    await send("a1", "a2", "a3");
    map(
      (_, { Records }) =>
        seen.length === 1
          ? { batchItemFailures: Records.slice(1).map((r) => ({ itemIdentifier: r.messageId })) }
          : { batchItemFailures: [] },
      { inputs: reporting },
    );
    await eventually(async () => expect(await depth()).toEqual(["0", "2"]));
    now += 30_000;
    await eventually(() =>
      expect(seen).toEqual([
        ["a1", "a2", "a3"],
        ["a2", "a3"],
      ]),
    );
    await eventually(async () => expect(await depth()).toEqual(["0", "0"]));
  });

  it("ignores what the function reports unless it is told to look at it", async () => {
    const { send, map, depth } = setup("unasked");
    await send("a1");
    map((_, { Records }) => ({
      batchItemFailures: Records.map((r) => ({ itemIdentifier: r.messageId })),
    }));
    await eventually(async () => expect(await depth()).toEqual(["0", "0"]));
  });

  it("gives a poison message up to the dead-letter queue, and goes on with its group", async () => {
    const dead = sqs.createQueue("poison-dead.fifo", { fifoQueue: true });
    const redrivePolicy = JSON.stringify({ deadLetterTargetArn: dead.arn, maxReceiveCount: 2 });
    const { send, map, seen, depth } = setup("poison", { redrivePolicy });
    await send("a1", "a2");
    map(
      ([first]) => {
        if (first === "a1") {
          throw new Error("poison");
        }
      },
      { inputs: { batchSize: 1 } },
    );
    await eventually(() => expect(seen).toEqual([["a1"]]));
    now += 30_000;
    await eventually(() => expect(seen).toEqual([["a1"], ["a1"]]));
    now += 30_000;
    await eventually(() => expect(seen).toEqual([["a1"], ["a1"], ["a2"]]));
    await eventually(async () => expect(await depth()).toEqual(["0", "0"]));
    expect(await messagesIn(clientOf(sqs, iam), dead.url)).toEqual(["1", "0"]);
  });

  it("hands batches of different groups to the function at once, and never two of one group", async () => {
    const { send, map, seen } = setup("groups");
    const first = gate();
    await send("a1", "a2", "b1", "b2", "c1");
    map(([body]) => (body?.endsWith("1") ? first.opened : undefined), { inputs: { batchSize: 1 } });
    await eventually(() => expect(seen).toHaveLength(3));
    await aWhile();
    expect(seen).toEqual([["a1"], ["b1"], ["c1"]]);
    first.open();
    await eventually(() => expect(seen.slice(3)).toEqual([["a2"], ["b2"]]));
  });

  it.each([
    ["maximum", "its maximum concurrency", { scalingConfig: { maximumConcurrency: 2 } }, 4],
    ["room", "the function's concurrency", {}, 2],
  ])("receives no more batches (%s) than %s allows", async (name, _, inputs, room) => {
    const { send, map, seen, depth } = setup(name);
    const first = gate();
    await send("a1", "b1", "c1", "d1");
    map(() => first.opened, { room, inputs: { batchSize: 1, ...inputs } });
    await eventually(() => expect(seen).toHaveLength(2));
    await aWhile();
    // What waits is still visible: its visibility timeout has not begun.
    expect(await depth()).toEqual(["2", "2"]);
    first.open();
    await eventually(() => expect(seen).toHaveLength(4));
  });

  it("is not held up by a slow function of another mapping", async () => {
    const slow = setup("slow");
    const quick = setup("quick");
    const end = gate();
    await slow.send("a1");
    slow.map(() => end.opened, { room: 1 });
    quick.map(() => undefined);
    await eventually(() => expect(slow.seen).toHaveLength(1));
    await quick.send("a1");
    await eventually(() => expect(quick.seen).toEqual([["a1"]]));
    end.open();
  });

  it("makes a batch no larger than an event may be", async () => {
    const { send, map, seen } = setup("large");
    // A quotation mark takes two characters in JSON.
    await send(...["a1", "a2", "a3"].map((text) => text + '"'.repeat(1_000_000)));
    map(() => undefined);
    await eventually(() => expect(seen).toHaveLength(2));
    const firsts = seen.map((bodies) => bodies.map((body) => body.slice(0, 2)));
    expect(firsts).toEqual([["a1", "a2"], ["a3"]]);
  });

  it("delivers again what was handled too slowly to be deleted", async () => {
    const { send, map, seen, lines } = setup("late");
    const end = gate();
    await send("a1");
    map(() => (seen.length === 1 ? end.opened : undefined));
    await eventually(() => expect(seen).toHaveLength(1));
    now += 30_000;
    end.open();
    await eventually(() => expect(seen).toHaveLength(2));
    expect(lines.join()).toMatch(/cannot delete a message.*The receipt handle has expired\./);
  });

  it("stops without deleting what is in flight", async () => {
    const { send, map, seen, depth } = setup("stopped");
    await send("a1");
    const mapping = map(() => new Promise(() => {}));
    await eventually(() => expect(seen).toHaveLength(1));
    await mapping.stop();
    expect(await depth()).toEqual(["0", "1"]);
    now += 30_000;
    await aWhile();
    expect(await depth()).toEqual(["1", "0"]);
  });

  it("delivers nothing while it is disabled", async () => {
    const { send, map, seen } = setup("disabled");
    await send("a1");
    map(() => undefined, { inputs: { enabled: false } });
    await aWhile();
    expect(seen).toEqual([]);
  });

  it("survives that its permissions are taken away and granted again", async () => {
    const { queue, send, map, seen, lines } = setup("revoked");
    map(() => undefined);
    grant("revoked", queue.arn, ["DeleteMessage"]);
    await eventually(() => expect(lines.join()).toContain("sqs:ReceiveMessage"));
    grant("revoked", queue.arn);
    await send("a1");
    await eventually(() => expect(seen).toEqual([["a1"]]));
  });

  it.each(actions)("is refused for a role that may not call %s", (action) => {
    const { queue, map } = setup(`without-${action}`);
    grant(
      `without-${action}`,
      queue.arn,
      actions.filter((each) => each !== action),
    );
    expect(() => map(() => undefined)).toThrow(
      `InvalidParameterValueException: The function execution role does not have permissions to call ${action} on SQS`,
    );
  });

  it("is refused for a visibility timeout that is less than the function's timeout", () => {
    const { map } = setup("brief", { visibilityTimeoutSeconds: 2 });
    expect(() => map(() => undefined)).toThrow(
      "InvalidParameterValueException: Queue visibility timeout: 2 seconds is less than Function timeout: 3 seconds",
    );
  });

  it("is refused for a queue that does not exist", () => {
    const { map } = setup("lost");
    grant("lost", "*");
    const eventSourceArn = `arn:aws:sqs:${region}:000000000000:none.fifo`;
    expect(() => map(() => undefined, { inputs: { eventSourceArn } })).toThrow(
      "SQS Error Code: AWS.SimpleQueueService.NonExistentQueue. SQS Error Message: The specified queue does not exist.",
    );
  });
});
