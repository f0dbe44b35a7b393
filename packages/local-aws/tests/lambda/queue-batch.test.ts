import { describe, expect, it } from "vitest";
import { eventOf, succeeded } from "../../src/lambda/queue-batch";
import { Queue } from "../../src/sqs/queue";

describe("the event of a batch of messages", () => {
  it("has Lambda's format", () => {
    const queue = new Queue({ fifoQueue: true }, () => 1_700_000_000_000);
    queue.send({ body: '{"a":1}', groupId: "account-1", deduplicationId: "event-1" }, "me");
    const [message] = queue.receive(1);
    const source = { arn: "arn:aws:sqs:eu-central-1:000000000000:q.fifo", region: "eu-central-1" };
    expect(eventOf(message === undefined ? [] : [message], source)).toEqual({
      Records: [
        {
          messageId: message?.id,
          receiptHandle: message?.receiptHandle,
          body: '{"a":1}',
          attributes: {
            ApproximateReceiveCount: "1",
            SentTimestamp: "1700000000000",
            SequenceNumber: message?.sequenceNumber,
            MessageGroupId: "account-1",
            SenderId: "me",
            MessageDeduplicationId: "event-1",
            ApproximateFirstReceiveTimestamp: "1700000000000",
          },
          messageAttributes: {},
          md5OfBody: "bb6cb5c68df4652941caf652a366f2d8",
          eventSource: "aws:sqs",
          eventSourceARN: source.arn,
          awsRegion: "eu-central-1",
        },
      ],
    });
  });
});

describe("a function's response for a batch of messages", () => {
  const batch = [{ id: "1" }, { id: "2" }, { id: "3" }];
  const ids = (response: unknown) => succeeded(response, batch).map(({ id }) => id);

  it.each([[null], [undefined], [{}], [{ batchItemFailures: null }], [{ batchItemFailures: [] }]])(
    "means success without failures: %j",
    (response) => {
      expect(ids(response)).toEqual(["1", "2", "3"]);
    },
  );

  it("fails the messages that it names, and no others", () => {
    const failing = (...names: readonly string[]) => ({
      batchItemFailures: names.map((itemIdentifier) => ({ itemIdentifier })),
    });
    expect(ids(failing("2"))).toEqual(["1", "3"]);
    expect(ids(failing("3", "2", "3"))).toEqual(["1"]);
  });

  it.each([
    ["text"],
    [{ batchItemFailures: "2" }],
    [{ batchItemFailures: [null] }],
    [{ batchItemFailures: [{ itemIdentifier: "" }] }],
    [{ batchItemFailures: [{ itemIdentifier: null }] }],
    [{ batchItemFailures: [{ itemIdentifier: "2" }, { id: "3" }] }],
    [{ batchItemFailures: [{ itemIdentifier: "2" }, { itemIdentifier: "4" }] }],
  ])("fails the whole batch if it is malformed or names another message: %j", (response) => {
    expect(ids(response)).toEqual([]);
  });
});
