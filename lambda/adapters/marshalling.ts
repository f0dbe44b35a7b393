import type { AttributeValue, DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { NumberValue } from "@aws-sdk/lib-dynamodb";
import {
  type NativeAttributeValue,
  unmarshall,
  type unmarshallOptions,
} from "@aws-sdk/util-dynamodb";

// How a stored item becomes a value, for the stream and the tables alike: the hash chain is over these values.

type Attributes = Readonly<Record<string, AttributeValue>>;

/** DynamoDB's numbers go from 1E-130 to 1E+125. */
const largestExponent = 200;

/** The plain decimal notation of a number: no exponent, no zeros that say nothing. Equal numbers have equal texts. */
const decimalNotation = (text: string): string => {
  const parts = /^([+-]?)(\d*)\.?(\d*)(?:[eE]([+-]?\d+))?$/.exec(text);
  const [, sign, whole = "", fraction = "", exponent = "0"] = parts ?? [];
  const digits = `${whole}${fraction}`;
  if (digits === "" || Math.abs(Number(exponent)) > largestExponent) {
    throw new Error(`not a number of DynamoDB's: ${text.slice(0, 80)}`);
  }
  const point = whole.length + Number(exponent);
  const before = digits.slice(0, Math.max(0, point)).padEnd(point, "0").replace(/^0+/, "") || "0";
  const after = `${"0".repeat(Math.max(0, -point))}${digits.slice(Math.max(0, point))}`.replace(
    /0+$/,
    "",
  );
  const unsigned = after === "" ? before : `${before}.${after}`;
  return sign === "-" && unsigned !== "0" ? `-${unsigned}` : unsigned;
};

/**
 * A number that JavaScript cannot hold exactly stays a bigint, or its digits where it has a fraction: rounded, it would
 * read as another number, and as a text it would read as one that somebody has written.
 */
export const numberFrom = (text: string): number | bigint | NumberValue => {
  const decimal = decimalNotation(text);
  if (!decimal.includes(".")) {
    const integer = Number(decimal);
    return Number.isSafeInteger(integer) ? integer : BigInt(decimal);
  }
  const double = Number(decimal);
  return decimalNotation(String(double)) === decimal ? double : NumberValue.from(decimal);
};

export const numbers: Readonly<unmarshallOptions> = Object.freeze({ wrapNumbers: numberFrom });

/** The name that sets an object's prototype where it is assigned, instead of adding a member. */
const prototypeName = /^_*__proto__$/;

/** An underscore more keeps the name's value among the members; names that already have one more get one, too. */
const memberName = (name: string): string => (prototypeName.test(name) ? `_${name}` : name);

/** In a stream record Lambda hands bytes over as base64 text. The tables' client hands over the bytes. */
const bytesFrom = (stored: unknown): unknown =>
  typeof stored === "string" ? Uint8Array.from(Buffer.from(stored, "base64")) : stored;

const attributeFrom = (attribute: AttributeValue): AttributeValue => {
  if (attribute?.M !== undefined) return { M: attributesFrom(attribute.M) };
  if (attribute?.L !== undefined) return { L: attribute.L.map(attributeFrom) };
  if (attribute?.B !== undefined) return { B: bytesFrom(attribute.B) as Uint8Array };
  if (attribute?.BS !== undefined) return { BS: attribute.BS.map(bytesFrom) as Uint8Array[] };
  return attribute;
};

const attributesFrom = (attributes: Attributes): Record<string, AttributeValue> =>
  Object.fromEntries(
    Object.entries(attributes).map(([name, attribute]) => [
      memberName(name),
      attributeFrom(attribute),
    ]),
  );

/** The item of a stream record as a value, the same as the tables' client reads. Throws where it is no item. */
export const itemFrom = (attributes: Attributes): Record<string, NativeAttributeValue> =>
  unmarshall(attributesFrom(attributes), numbers);

const renamed = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(renamed);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [memberName(name), renamed(member)]),
  );
};

interface Answer {
  readonly response: { body?: AsyncIterable<Uint8Array> | Uint8Array };
}

/**
 * Keeps a client from losing attributes that are named `__proto__`. The SDK drops their values while it reads an answer,
 * so the answer is changed before the SDK reads it.
 */
export const keepingNames = (client: DynamoDBClient): DynamoDBClient => {
  client.middlewareStack.addRelativeTo(
    <Args, Result>(next: (args: Args) => Promise<Result>) =>
      async (args: Args) => {
        const result = await next(args);
        const { response } = result as unknown as Answer;
        if (response.body === undefined) return result;
        const body = Buffer.concat(
          response.body instanceof Uint8Array ? [response.body] : await collect(response.body),
        );
        response.body = body.includes("__proto__")
          ? Buffer.from(JSON.stringify(renamed(JSON.parse(body.toString()))))
          : body;
        return result;
      },
    { name: "keepingNames", relation: "after", toMiddleware: "deserializerMiddleware" },
  );
  return client;
};

const collect = async (body: AsyncIterable<Uint8Array>): Promise<Uint8Array[]> => {
  const chunks: Uint8Array[] = [];
  for await (const chunk of body) chunks.push(chunk);
  return chunks;
};
