/** AppSync's own scalar types, except AWSPhone, which needs every country's numbering plan. */
import { isIP } from "node:net";
import {
  GraphQLError,
  GraphQLScalarType,
  Kind,
  type ValueNode,
  valueFromASTUntyped,
} from "graphql";

const date = String.raw`\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])`;
const time = String.raw`(?:[01]\d|2[0-3]):[0-5]\d(?::[0-5]\d(?:\.\d{1,9})?)?`;
const offset = String.raw`(?:Z|[+-](?:[01]\d|2[0-3]):[0-5]\d(?::[0-5]\d)?)`;

/** AWSDateTime requires the offset; it is optional in the other two. */
const dateTimePattern = new RegExp(`^${date}T${time}${offset}$`);
const datePattern = new RegExp(`^${date}${offset}?$`);
const timePattern = new RegExp(`^${time}${offset}?$`);

export const awsScalars: readonly GraphQLScalarType[] = [
  textScalar("AWSDate", (text) => datePattern.test(text)),
  textScalar("AWSTime", (text) => timePattern.test(text)),
  textScalar("AWSDateTime", (text) => dateTimePattern.test(text)),
  textScalar("AWSEmail", (text) => /^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(text)),
  textScalar("AWSURL", (text) => URL.canParse(text)),
  textScalar("AWSIPAddress", isAddress),
  scalar("AWSTimestamp", readTimestamp, readTimestamp),
  // Resolvers receive the parsed value, clients a JSON string.
  scalar("AWSJSON", parseJson, (value) =>
    typeof value === "string" ? value : JSON.stringify(value),
  ),
];

function scalar(
  name: string,
  read: (value: unknown) => unknown,
  serialize: (value: unknown) => unknown,
): GraphQLScalarType {
  const parseLiteral = (node: ValueNode) => {
    if (node.kind !== Kind.STRING && node.kind !== Kind.INT) {
      throw invalidValue(name, node.kind);
    }
    return read(valueFromASTUntyped(node));
  };
  return new GraphQLScalarType({ name, parseValue: read, parseLiteral, serialize });
}

function textScalar(name: string, fits: (text: string) => boolean): GraphQLScalarType {
  const read = (value: unknown) => {
    if (typeof value !== "string" || !fits(value)) {
      throw invalidValue(name, value);
    }
    return value;
  };
  return scalar(name, read, read);
}

function readTimestamp(value: unknown): number {
  if (!Number.isSafeInteger(value)) {
    throw invalidValue("AWSTimestamp", value);
  }
  return value as number;
}

function parseJson(value: unknown): unknown {
  try {
    return JSON.parse(String(value));
  } catch {
    throw invalidValue("AWSJSON", value);
  }
}

function isAddress(text: string): boolean {
  const [address = "", prefix, ...rest] = text.split("/");
  const version = isIP(address);
  const longest = version === 4 ? 32 : 128;
  const prefixFits =
    prefix === undefined || (/^\d{1,3}$/.test(prefix) && Number(prefix) <= longest);
  return version !== 0 && prefixFits && rest.length === 0;
}

function invalidValue(name: string, value: unknown): GraphQLError {
  return new GraphQLError(`Can't serialize or read value (${String(value)}) as ${name}`);
}
