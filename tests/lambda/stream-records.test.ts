import { NumberValue } from "@aws-sdk/lib-dynamodb";
import { marshall } from "@aws-sdk/util-dynamodb";
import { describe, expect, it } from "vitest";
import { deliveriesFrom } from "../../lambda/adapters/stream-records";
import { deposit, opening, type StoredEvent, stored } from "../core/ledger/requests";

/** A record of the event table's stream, as Lambda hands it over. */
const record = (event: StoredEvent, sequenceNumber: string, image: unknown = marshall(event)) => ({
  eventID: `id-${sequenceNumber}`,
  eventName: "INSERT",
  eventVersion: "1.1",
  eventSource: "aws:dynamodb",
  awsRegion: "eu-central-1",
  dynamodb: {
    ApproximateCreationDateTime: 1_767_225_600,
    Keys: { streamId: { S: event.streamId }, version: { N: String(event.version) } },
    NewImage: image,
    SequenceNumber: sequenceNumber,
    SizeBytes: 300,
    StreamViewType: "NEW_IMAGE",
  },
  eventSourceARN: "arn:aws:dynamodb:eu-central-1:000000000000:table/events/stream/1",
});

const [first, second] = stored(opening(), deposit(100)) as [StoredEvent, StoredEvent];

describe("a batch of stream records", () => {
  it("yields each new event as it is stored, under its sequence number", () => {
    expect(deliveriesFrom({ Records: [record(first, "11"), record(second, "12")] })).toEqual([
      { id: "11", streamId: "savings", version: 1, stored: first },
      { id: "12", streamId: "savings", version: 2, stored: second },
    ]);
  });

  it("yields nothing for changed and removed items: events never are", () => {
    const records = ["MODIFY", "REMOVE"].map((eventName) => ({
      ...record(first, "11"),
      eventName,
    }));
    expect(deliveriesFrom({ Records: [...records, record(second, "12")] })).toHaveLength(1);
  });

  it("yields an event that cannot be read, so that its stream is suspended", () => {
    const image = { streamId: { S: "savings" }, version: { N: "1" }, data: { WHAT: "is this" } };
    expect(deliveriesFrom({ Records: [record(first, "11", image)] })).toEqual([
      { id: "11", streamId: "savings", version: 1, stored: image },
    ]);
  });

  it("keeps every digit of a number that JavaScript cannot represent", () => {
    const image = {
      large: { N: "9007199254740993" },
      small: { N: "7" },
      fraction: { N: "0.1" },
      fine: { N: "0.12345678901234567890123" },
      huge: { N: "1E+125" },
    };
    const [delivery] = deliveriesFrom({ Records: [record(first, "11", image)] });
    expect(delivery?.stored).toEqual({
      large: 9_007_199_254_740_993n,
      small: 7,
      fraction: 0.1,
      fine: NumberValue.from("0.12345678901234567890123"),
      huge: 10n ** 125n,
    });
  });

  it("may be empty", () => {
    expect(deliveriesFrom({ Records: [] })).toEqual([]);
  });

  it.each([
    ["nothing", undefined],
    ["an event of another source", { Records: [{ eventSource: "aws:sqs", body: "{}" }] }],
    ["a test event", { key1: "value1" }],
    [
      "a record without its new image, as a stream of keys alone has it",
      {
        Records: [
          {
            ...record(first, "11"),
            dynamodb: { ...record(first, "11").dynamodb, NewImage: undefined },
          },
        ],
      },
    ],
  ])("is not decoded if it is %s", (_, event) => {
    expect(() => deliveriesFrom(event)).toThrow(
      /^Not a batch of the event table's stream: (value|Records)/,
    );
  });
});
