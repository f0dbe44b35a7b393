import { createHash } from "node:crypto";
import { SQSClient } from "@aws-sdk/client-sqs";
import * as E from "fp-ts/Either";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { StreamId, StreamVersion, Version } from "../../core/projection/identifiers";
import type { RebuildQueue } from "../../core/projection/ports";
import { requestFrom, sqsRebuildQueue } from "../../lambda/adapters/rebuild-queue";
import { type Surroundings, startSurroundings } from "./surroundings";
import { region } from "./tables";

let surroundings: Surroundings;
let client: SQSClient;
let queue: RebuildQueue;

beforeAll(async () => {
  surroundings = await startSurroundings();
  const { tables, settings } = surroundings;
  client = new SQSClient({ region, credentials: tables.administrator, maxAttempts: 1 });
  queue = sqsRebuildQueue(client, settings.rebuildQueueUrl);
});

afterAll(async () => {
  client.destroy();
  await surroundings.stop();
});

const request = (streamId: string, known: number) =>
  queue.request(streamId as StreamId, known as StreamVersion)();

const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");

describe("a request for a rebuild", () => {
  it("is a message of the stream's own group, which reads back as it was sent", async () => {
    expect(await request("savings", 7)).toEqual(E.right(undefined));
    const [message, ...others] = await surroundings.takeRequests();
    expect(others).toEqual([]);
    expect(requestFrom(message?.Body ?? "")).toEqual(E.right({ streamId: "savings", known: 7 }));
    expect(message?.Attributes?.MessageGroupId).toBe(sha256("savings"));
  });

  it("says from which version on changes may be unpublished, where there are such", async () => {
    await queue.request("savings" as StreamId, 7 as StreamVersion, 5 as Version)();
    const [message] = await surroundings.takeRequests();
    expect(requestFrom(message?.Body ?? "")).toEqual(
      E.right({ streamId: "savings", known: 7, unpublishedFrom: 5 }),
    );
  });

  it("counts each time: one that is the same as the last is no repetition of it", async () => {
    for (let time = 0; time < 3; time += 1) await request("savings", 7);
    const messages = await surroundings.takeRequests();
    expect(messages).toHaveLength(3);
    const ids = messages.map(({ Attributes }) => Attributes?.MessageDeduplicationId);
    expect(new Set(ids).size).toBe(3);
  });

  it.each(["é".repeat(1_000), "a b\n", "x".repeat(2_000)])(
    "is accepted for any id that an item may have",
    async (streamId) => {
      expect(await request(streamId, 0)).toEqual(E.right(undefined));
      const [message] = await surroundings.takeRequests();
      expect(requestFrom(message?.Body ?? "")).toEqual(E.right({ streamId, known: 0 }));
    },
  );

  it("has failed where there is no queue", async () => {
    const { settings } = surroundings;
    const gone = sqsRebuildQueue(client, settings.rebuildQueueUrl.replace("rebuilds", "gone"));
    expect(await gone.request("savings" as StreamId, 1 as StreamVersion)()).toMatchObject(
      E.left({ _tag: "Unavailable" }),
    );
  });
});

describe("a message that is no request", () => {
  it.each([
    ["", "not JSON"],
    ["rebuild savings", "not JSON"],
    ["[]", "expected { streamId: StreamId"],
    ['{"known": 1}', "streamId: expected StreamId"],
    ['{"streamId": "", "known": 1}', "streamId: expected StreamId"],
    ['{"streamId": "savings"}', "known: expected StreamVersion"],
    ['{"streamId": "savings", "known": -1}', "known: expected StreamVersion"],
    ['{"streamId": "savings", "known": "1"}', "known: expected StreamVersion"],
    ['{"streamId": "savings", "known": 1, "unpublishedFrom": 0}', "unpublishedFrom: expected"],
  ])("is refused, with what is wrong with it: %s", (body, fault) => {
    const read = requestFrom(body);
    expect(E.isLeft(read) && read.left).toContain(fault);
  });
});
