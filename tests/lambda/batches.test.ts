import type { BatchWriteCommand, DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import * as E from "fp-ts/Either";
import { describe, expect, it } from "vitest";
import { maxConcurrentBatches, type Write, writeBatches } from "../../lambda/adapters/batches";

/** Answers a request with the writes that it leaves undone. */
type Answer = (batch: readonly Write[]) => readonly Write[];

/** A client that keeps every batch that it is sent. */
const clientThat = (answer: Answer) => {
  const batches: (readonly Write[])[] = [];
  let underWay = 0;
  const seen = { batches, mostUnderWay: 0 };
  const send = async ({ input }: BatchWriteCommand) => {
    const batch = (input.RequestItems?.rows ?? []) as readonly Write[];
    batches.push(batch);
    underWay += 1;
    seen.mostUnderWay = Math.max(seen.mostUnderWay, underWay);
    await new Promise((resolve) => setTimeout(resolve, 5));
    underWay -= 1;
    const left = answer(batch);
    return left.length === 0 ? {} : { UnprocessedItems: { rows: left } };
  };
  return { client: { send } as unknown as DynamoDBDocumentClient, ...{ seen } };
};

const puts = (count: number): Write[] =>
  Array.from({ length: count }, (_, index) => ({
    PutRequest: { Item: { pk: "p", sk: String(index) } },
  }));

const done = E.right(undefined);

describe("writes under no condition", () => {
  it("go in batches of 25, which is the most that DynamoDB takes", async () => {
    const { client, seen } = clientThat(() => []);
    expect(await writeBatches(client, "rows", puts(60))()).toEqual(done);
    expect(seen.batches.map(({ length }) => length)).toEqual([25, 25, 10]);
    expect(seen.batches.flat()).toEqual(puts(60));
  });

  it("need no request where there are none", async () => {
    const { client, seen } = clientThat(() => []);
    expect(await writeBatches(client, "rows", [])()).toEqual(done);
    expect(seen.batches).toEqual([]);
  });

  it("have a few requests under way at a time, and no more", async () => {
    const { client, seen } = clientThat(() => []);
    await writeBatches(client, "rows", puts(25 * 10))();
    expect(seen.mostUnderWay).toBe(maxConcurrentBatches);
  });

  it("that DynamoDB leaves undone are sent again, and no others", async () => {
    const { client, seen } = clientThat((batch) => batch.slice(0, batch.length - 10));
    expect(await writeBatches(client, "rows", puts(25))()).toEqual(done);
    expect(seen.batches.map(({ length }) => length)).toEqual([25, 15, 5]);
    expect(seen.batches.at(-1)).toEqual(puts(25).slice(0, 5));
  });

  it("that are left undone four times have failed: nothing counts as written that was not", async () => {
    const { client, seen } = clientThat((batch) => batch.slice(0, 1));
    expect(await writeBatches(client, "rows", puts(3))()).toMatchObject(
      E.left({ _tag: "Unavailable", cause: { message: "1 writes were left undone" } }),
    );
    expect(seen.batches.map(({ length }) => length)).toEqual([3, 1, 1, 1]);
  });

  it("have failed with the first batch that fails", async () => {
    const { client } = clientThat((batch) => {
      if (JSON.stringify(batch).includes('"30"')) throw new Error("throttled");
      return [];
    });
    expect(await writeBatches(client, "rows", puts(60))()).toMatchObject(
      E.left({ _tag: "Unavailable", cause: { message: "throttled" } }),
    );
  });
});
