import { type AttributeValue, PutItemCommand } from "@aws-sdk/client-dynamodb";
import { unmarshall } from "@aws-sdk/util-dynamodb";
import fc from "fast-check";
import * as E from "fp-ts/Either";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { canonicalForm } from "../../core/projection/hash-chain";
import type { StreamId, StreamVersion } from "../../core/projection/identifiers";
import { dynamoEventStore } from "../../lambda/adapters/event-store";
import { deliveriesFrom } from "../../lambda/adapters/stream-records";
import { eventTable, startTables, type Tables } from "./tables";

type Item = Record<string, AttributeValue>;

/** An item as a stream record in Lambda carries it: JSON, with bytes in base64. */
const inRecord = (value: unknown): unknown => {
  if (value instanceof Uint8Array) return Buffer.from(value).toString("base64");
  if (Array.isArray(value)) return value.map(inRecord);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, inRecord(member)]));
};

const key: Item = { streamId: { S: "savings" }, version: { N: "1" } };

/** An item as the projector folds it out of a stream record. */
const fromStream = (item: Item): unknown =>
  deliveriesFrom({
    Records: [
      {
        eventName: "INSERT",
        dynamodb: { SequenceNumber: "1", Keys: key, NewImage: inRecord(item) },
      },
    ],
  })[0]?.stored;

let tables: Tables;
beforeAll(async () => {
  tables = await startTables();
});
afterAll(() => tables.stop());

/** The same item as the projector and the command line read it from the event table. */
async function fromTable(item: Item): Promise<unknown> {
  await tables.documents.send(new PutItemCommand({ TableName: eventTable, Item: item }));
  const page = await dynamoEventStore(tables.documents, eventTable).readAfter(
    "savings" as StreamId,
    0 as StreamVersion,
  )();
  if (E.isLeft(page)) throw page.left.cause;
  return page.right[0];
}

/** An item with the attribute `data` among others. */
const withData = (data: AttributeValue): Item => ({ ...key, data });

const bytes = fc.uint8Array({ minLength: 1, maxLength: 3 });
const digits = fc.constantFrom("0", "1", "-1", "0.1", "1.5", "10", "9007199254740993", "12E-1");
const close = fc.constantFrom(
  "1.00000000000000000001",
  "0.1000000000000000000001",
  "1E+125",
  "1E-130",
  "9007199254740992",
);
const number = fc.oneof(digits, close);
const name = fc.constantFrom("a", "b", "__proto__", "___proto__", "constructor", "toString");
const text = fc.constantFrom("a", "1", "0.1", "AQ==", "set[1]", 'bytes"01"', "");
const setOf = <A>(arbitrary: fc.Arbitrary<A>, selector: (a: A) => unknown) =>
  fc.uniqueArray(arbitrary, { minLength: 1, maxLength: 3, selector });

/** Decimal digits and exponent: an independent form of a number. */
const numeric = (written: string): string => {
  const [mantissa = "", exponent = "0"] = written.toUpperCase().split("E");
  const [whole = "", fraction = ""] = mantissa.split(".");
  const scale = 135;
  const zeros = scale - fraction.length + Number(exponent);
  return String(BigInt(`${whole}${fraction}`) * 10n ** BigInt(zeros));
};

const attribute: fc.Arbitrary<AttributeValue> = fc.letrec<{ value: AttributeValue }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    text.map((S) => ({ S })),
    number.map((N) => ({ N })),
    bytes.map((B) => ({ B })),
    fc.boolean().map((BOOL) => ({ BOOL })),
    fc.constant({ NULL: true as const }),
    setOf(text, String).map((SS) => ({ SS })),
    setOf(number, numeric).map((NS) => ({ NS })),
    setOf(bytes, String).map((BS) => ({ BS })),
    fc.array(tie("value"), { maxLength: 3 }).map((L) => ({ L })),
    fc
      .uniqueArray(fc.tuple(name, tie("value")), { maxLength: 3, selector: ([key]) => key })
      .map((members) => ({ M: Object.fromEntries(members) })),
  ),
})).value;

/** When two attributes are the same for DynamoDB, these texts are equal, and only then. */
const identity = (value: AttributeValue): string => {
  const sorted = (elements: readonly string[]) => JSON.stringify([...elements].sort());
  if (value.N !== undefined) return `N ${numeric(value.N)}`;
  if (value.B !== undefined) return `B ${value.B}`;
  if (value.SS !== undefined) return `SS ${sorted(value.SS)}`;
  if (value.NS !== undefined) return `NS ${sorted(value.NS.map(numeric))}`;
  if (value.BS !== undefined) return `BS ${sorted(value.BS.map(String))}`;
  if (value.L !== undefined) return `L ${JSON.stringify(value.L.map(identity))}`;
  if (value.M === undefined) return JSON.stringify(value);
  return `M ${sorted(Object.entries(value.M).map((member) => JSON.stringify([member[0], identity(member[1])])))}`;
};

const turned = (value: AttributeValue): AttributeValue => {
  if (value.SS !== undefined) return { SS: value.SS.toReversed() };
  if (value.NS !== undefined) return { NS: value.NS.toReversed() };
  if (value.BS !== undefined) return { BS: value.BS.toReversed() };
  if (value.L !== undefined) return { L: value.L.map(turned) };
  if (value.M === undefined) return value;
  const members = Object.entries(value.M).map(([key, member]) => [key, turned(member)] as const);
  return { M: Object.fromEntries(members.reverse()) };
};

const streamForm = (value: AttributeValue) => canonicalForm(fromStream(withData(value)));

describe("the canonical form of an item", () => {
  it("is one text for equal values, and another for any other value", () => {
    fc.assert(
      fc.property(attribute, attribute, (one, other) => {
        expect(streamForm(turned(one))).toBe(streamForm(one));
        expect(streamForm(one) === streamForm(other)).toBe(identity(one) === identity(other));
      }),
      { numRuns: 2_000 },
    );
  });

  it("is the same whether an item comes by the stream or from the table", async () => {
    await fc.assert(
      fc.asyncProperty(attribute, async (value) => {
        const item = withData(value);
        expect(canonicalForm(await fromTable(item))).toBe(canonicalForm(fromStream(item)));
      }),
      { numRuns: 50 },
    );
  });

  it("sees bytes, in a record as in the table", async () => {
    const item = withData({ B: Uint8Array.of(0, 255) });

    expect(canonicalForm(fromStream(item))).toContain('"data":bytes"00ff"');
    expect(canonicalForm(await fromTable(item))).toBe(canonicalForm(fromStream(item)));
  });

  it("sees what a set holds, and of which type, whatever the order", () => {
    expect(streamForm({ SS: ["b", "a"] })).toContain('"data":set["a","b"]');
    expect(streamForm({ NS: ["2", "1"] })).toContain('"data":set[1,2]');
    expect(streamForm({ SS: ["1", "2"] })).not.toBe(streamForm({ NS: ["1", "2"] }));
  });

  it("sees an attribute that is named __proto__, at every depth", async () => {
    const item: Item = Object.fromEntries([
      ...Object.entries(key),
      ["__proto__", { S: "above" }],
      ["data", { M: Object.fromEntries([["__proto__", { S: "below" }]]) }],
    ]);
    const form = canonicalForm(fromStream(item));

    expect(form).toContain("above");
    expect(form).toContain("below");
    await expect(fromTable(item).then(canonicalForm)).resolves.toBe(form);
    expect(Object.getPrototypeOf(fromStream(item))).toBe(Object.prototype);
  });

  it.each([
    ["1", "1.00000000000000000001"],
    ["0.1", "0.1000000000000000000001"],
    ["9007199254740992", "9007199254740993"],
  ])("tells the number %s from %s, and from the text of its digits", (one, other) => {
    expect(streamForm({ N: one })).not.toBe(streamForm({ N: other }));
    expect(streamForm({ N: other })).not.toBe(streamForm({ S: other }));
    expect(streamForm({ N: one })).not.toBe(streamForm({ S: one }));
  });

  it("does not take a key that is nearly a version for one", () => {
    const Keys = { ...key, version: { N: "1.00000000000000000001" } };
    const record = { eventName: "INSERT", dynamodb: { SequenceNumber: "1", Keys, NewImage: Keys } };

    expect(deliveriesFrom({ Records: [record] })).toEqual([]);
  });

  it("is that of the plain values where an item has nothing else", () => {
    const item = { ...key, data: { M: { amount: { S: "5" }, list: { L: [{ N: "1" }] } } } };

    expect(fromStream(item)).toEqual(unmarshall(item));
  });
});
