import { isLeft } from "fp-ts/Either";
import type * as t from "io-ts";
import { ServiceError } from "../../aws-json";
import type { Challenges } from "../challenges";
import { invalidParameter, unsupported } from "../errors";
import type { Messages } from "../messages";
import type { OneTimeCodes } from "../one-time-codes";
import type { Tokens } from "../tokens";
import type { UserPools } from "../user-pools";

/** What operations work with. */
export interface Cognito {
  readonly region: string;
  readonly pools: UserPools;
  readonly tokens: Tokens;
  readonly challenges: Challenges;
  readonly codes: OneTimeCodes;
  readonly messages: Messages;
}

type Output = Readonly<Record<string, unknown>>;

/** An operation of Cognito's API: it answers an input as a request has it. */
export type Operation = (input: unknown, cognito: Cognito) => Promise<Output>;

/** Operations by their names. */
export type Operations = Readonly<Record<string, Operation>>;

/** An operation whose input is that of the codec. An operation without an output answers with an empty object. */
export function operation<A>(
  codec: t.Type<A, unknown, unknown>,
  run: (input: A, cognito: Cognito) => Promise<Output | undefined> | Output | undefined,
): Operation {
  return async (input, cognito) => (await run(decode(codec, input), cognito)) ?? {};
}

function decode<A>(codec: t.Type<A, unknown, unknown>, input: unknown): A {
  const decoded = codec.decode(withoutNulls(input));
  if (isLeft(decoded)) {
    const [first] = decoded.left;
    throw first === undefined ? invalidParameter("Invalid input") : refusal(first);
  }
  return decoded.right;
}

/** AWS's services take a null for a value that is left out. */
function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.map(withoutNulls);
  }
  if (typeof value !== "object" || value === null) {
    return value;
  }
  const entries = Object.entries(value).filter(([, member]) => member !== null);
  return Object.fromEntries(entries.map(([name, member]) => [name, withoutNulls(member)]));
}

const primitives: ReadonlyMap<string, string> = new Map([
  ["string", "a String"],
  ["number", "a Number"],
  ["boolean", "a Boolean"],
]);

/** What AWS's services answer for an input that is not of the form that they document. */
function refusal({ context, value, message }: t.ValidationError): ServiceError {
  const path = context.flatMap(({ key }) => (key === "" ? [] : [key])).join(".");
  if (message === "is not supported locally") {
    return unsupported(path);
  }
  const member = `${path.charAt(0).toLowerCase()}${path.slice(1)}`;
  const failed = (found: string, rule: string): ServiceError =>
    invalidParameter(
      `1 validation error detected: Value ${found} at '${member}' failed to satisfy constraint: Member must ${rule}`,
    );
  if (value === undefined) {
    return failed("null", "not be null");
  }
  const expected = context.at(-1)?.type.name ?? "";
  const serialization = (text: string): ServiceError =>
    new ServiceError("SerializationException", text);
  if (Array.isArray(value)) {
    return serialization("Start of list found where not expected");
  }
  if (typeof value === "object") {
    return serialization("Start of structure or map found where not expected.");
  }
  const target = primitives.get(expected);
  if (target !== undefined) {
    const found = typeof value === "boolean" ? String(value) : typeof value;
    return serialization(`${found.toUpperCase()}_VALUE can not be converted to ${target}`);
  }
  if (expected === "an object" || /^(Array|Record|\{)/.test(expected)) {
    return serialization("Unexpected field type");
  }
  return failed(`'${value}'`, `be ${expected}`);
}
