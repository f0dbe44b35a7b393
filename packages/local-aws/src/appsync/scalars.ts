/** AppSync's own scalar types, except AWSPhone, which needs every country's numbering plan. */
import { isIP } from "node:net";
import { type GraphQLLeafType, isEnumType, Kind } from "graphql";
import { type Coercing, CoercionError, enumCoercing, standardScalars } from "./coercing";
import { JavaDouble, javaText } from "./java-numbers";

const date = String.raw`(\d{4})-(\d{2})-(\d{2})`;
const time = String.raw`(?:[01]\d|2[0-3]):[0-5]\d(?::[0-5]\d(?:\.\d{1,9})?)?`;
const offset = String.raw`(?:Z|[+-](?:(?:0\d|1[0-7]):[0-5]\d(?::[0-5]\d)?|18:00(?::00)?))`;

/** AWSDateTime requires the offset; it is optional in the other two. */
const dateTimePattern = new RegExp(`^${date}T${time}${offset}$`);
const datePattern = new RegExp(`^${date}${offset}?$`);
const timePattern = new RegExp(`^${time}${offset}?$`);

/** RFC 822's addr-spec with a domain of labels, which need not have a dot. */
const emailPattern =
  /^(?:[\w!#$%&'*+/=?^`{|}~-]+(?:\.[\w!#$%&'*+/=?^`{|}~-]+)*|"[^"\\\r\n]*")@[a-z\d](?:[a-z\d-]*[a-z\d])?(?:\.[a-z\d](?:[a-z\d-]*[a-z\d])?)*$/i;

export const awsScalars: readonly (readonly [name: string, Coercing])[] = [
  text("AWSDate", "date", (value) => isDate(datePattern.exec(value))),
  text("AWSTime", "time", (value) => timePattern.test(value)),
  text("AWSDateTime", "DateTime Object", (value) => isDate(dateTimePattern.exec(value))),
  text("AWSEmail", "email address", (value) => emailPattern.test(value)),
  text("AWSURL", "URL", isUrl),
  text("AWSIPAddress", "IP address", isAddress),
  [
    "AWSTimestamp",
    reading({
      read: (value) => toTimestamp(value) ?? refuse("parse", value, "as a valid timestamp"),
      literal: Kind.INT,
      serialize: (value) =>
        toTimestamp(value) ?? refuse("serialize", value, "as a valid timestamp"),
    }),
  ],
  [
    "AWSJSON",
    reading({
      read: parseJson,
      literal: Kind.STRING,
      serialize: (value) => (typeof value === "string" ? value : JSON.stringify(value)),
    }),
  ],
];

const coercings = new Map([...standardScalars, ...awsScalars]);

export function coercingOf(type: GraphQLLeafType): Coercing {
  if (isEnumType(type)) {
    return enumCoercing(type);
  }
  const coercing = coercings.get(type.name);
  if (coercing === undefined) {
    throw new Error(`AppSync has no scalar ${type.name}`);
  }
  return coercing;
}

function text(
  name: string,
  what: string,
  fits: (value: string) => boolean,
): readonly [string, Coercing] {
  const check = (verb: string) => (value: unknown) =>
    typeof value === "string" && fits(value) ? value : refuse(verb, value, `as a valid ${what}`);
  const read = check("parse");
  return [name, reading({ read, literal: Kind.STRING, serialize: check("serialize") })];
}

function reading(scalar: {
  readonly read: (value: unknown) => unknown;
  readonly literal: Kind.STRING | Kind.INT;
  readonly serialize: (value: unknown) => unknown;
}): Coercing {
  return {
    parseValue: scalar.read,
    parseLiteral: (node) => {
      if (node.kind !== scalar.literal) {
        return refuse("parse", node.kind, `as ${scalar.literal}`);
      }
      return scalar.read(node.kind === Kind.INT ? Number(node.value) : node.value);
    },
    serialize: scalar.serialize,
  };
}

function refuse(verb: string, value: unknown, what: string): never {
  throw new CoercionError(`Unable to ${verb} \`${javaText(value)}\` ${what}.`);
}

/** Whether the day exists in its month. */
function isDate(match: RegExpExecArray | null): boolean {
  const [year, month, day] = (match ?? []).slice(1).map(Number);
  const found = new Date(0);
  found.setUTCFullYear(year ?? Number.NaN, (month ?? 0) - 1, day);
  return found.getUTCMonth() === (month ?? 0) - 1 && found.getUTCDate() === day;
}

/** Absolute, with a scheme, and without "//" in its path. */
function isUrl(value: string): boolean {
  return !/\s/.test(value) && URL.canParse(value) && !new URL(value).pathname.includes("//");
}

function isAddress(value: string): boolean {
  const [address = "", prefix, ...rest] = value.split("/");
  const version = address.includes("%") ? 0 : isIP(address);
  const longest = version === 4 ? 32 : 128;
  const prefixFits =
    prefix === undefined || (/^\d{1,3}$/.test(prefix) && Number(prefix) <= longest);
  return version !== 0 && prefixFits && rest.length === 0;
}

function toTimestamp(value: unknown): number | undefined {
  const seconds = value instanceof JavaDouble ? value.value : value;
  return Number.isSafeInteger(seconds) ? (seconds as number) : undefined;
}

/** Resolvers receive the parsed value, clients a JSON string. */
function parseJson(value: unknown): unknown {
  try {
    return JSON.parse(typeof value === "string" ? value : "");
  } catch {
    return refuse("parse", value, "as valid JSON");
  }
}
