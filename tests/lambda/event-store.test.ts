import { BatchWriteCommand, PutCommand } from "@aws-sdk/lib-dynamodb";
import * as E from "fp-ts/Either";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { noVersion, type StreamId, type StreamVersion } from "../../core/projection/identifiers";
import type { EventStore } from "../../core/projection/ports";
import { dynamoEventStore } from "../../lambda/adapters/event-store";
import { deposit, opening, type StoredEvent, storedIn } from "../core/ledger/requests";
import { eventTable, startTables, type Tables } from "./tables";

let tables: Tables;
let store: EventStore;

const write = async (events: readonly StoredEvent[]): Promise<void> => {
  for (let first = 0; first < events.length; first += 25) {
    const requests = events.slice(first, first + 25).map((Item) => ({ PutRequest: { Item } }));
    await tables.documents.send(
      new BatchWriteCommand({ RequestItems: { [eventTable]: requests } }),
    );
  }
};

const read = async (streamId: string, version: number): Promise<readonly unknown[]> => {
  const result = await store.readAfter(streamId as StreamId, version as StreamVersion)();
  if (E.isLeft(result)) throw result.left.cause;
  return result.right;
};

const many = storedIn("many", opening(), ...Array.from({ length: 249 }, (_, i) => deposit(i + 1)));

beforeAll(async () => {
  tables = await startTables();
  store = dynamoEventStore(tables.documents, eventTable);
  await write([...storedIn("other", opening()), ...many]);
});

afterAll(() => tables.stop());

afterEach(() => {
  tables.failure = undefined;
});

describe("the event table", () => {
  it("reads the events after a version as they are stored, in order", async () => {
    expect(await read("many", 247)).toEqual(many.slice(247));
  });

  it("reads a long stream in pages, each after the last version of the one before", async () => {
    const all: unknown[] = [];
    const pages: number[] = [];
    for (let page = await read("many", 0); page.length > 0; page = await read("many", all.length)) {
      pages.push(page.length);
      all.push(...page);
    }
    expect(pages).toEqual([100, 100, 50]);
    expect(all).toEqual(many);
  });

  it("reads nothing at a stream's end, nor of a stream that does not exist", async () => {
    expect(await read("many", 250)).toEqual([]);
    expect(await read("none", 0)).toEqual([]);
  });

  it("reads from the beginning also an item whose key is no version", async () => {
    const odd = { ...many[0], streamId: "negative", version: -1 };
    await tables.documents.send(new PutCommand({ TableName: eventTable, Item: odd }));
    expect(await read("negative", 0)).toEqual([]);
    expect(await store.readAfter("negative" as StreamId, "beginning")()).toEqual(E.right([odd]));
  });

  it("reads a number beyond 2^53 with every digit", async () => {
    const odd = { ...many[0], streamId: "odd", data: { amount: 12_345_678_901_234_567_890n } };
    await tables.documents.send(new PutCommand({ TableName: eventTable, Item: odd }));
    expect(await read("odd", 0)).toEqual([odd]);
  });

  it("is unavailable while DynamoDB throttles", async () => {
    tables.failure = { type: "ProvisionedThroughputExceededException", message: "slow down" };
    expect(await store.readAfter("many" as StreamId, noVersion)()).toMatchObject(
      E.left({ _tag: "Unavailable", cause: { name: "ProvisionedThroughputExceededException" } }),
    );
  });
});
