/** Numbers as Java has them, where JavaScript's would lose digits or the decimal point. */
import { randomUUID } from "node:crypto";

/** A JSON number with a fraction or an exponent: a Double even if its value is whole. */
export class JavaDouble {
  constructor(readonly value: number) {}

  toString(): string {
    return doubleText(this.value);
  }
}

/** The limit of Jackson, Java's usual JSON parser. */
const maxNesting = 1_000;
/** Strings are matched so that nothing inside of them is. */
const tokens = /"[^"\\]*(?:\\.[^"\\]*)*"|-?\d[-+.\deE]*|[[\]{}]/gs;
/** Marks the place of a number that JavaScript cannot hold. No client can know it. */
const marker = `${randomUUID()}:`;

/**
 * JSON.parse without rounding: an integer beyond 2^53 becomes a bigint, a number with a fraction or an exponent a
 * JavaDouble. Throws a SyntaxError, also for a document that is nested too deeply.
 */
export function parseJsonExactly(text: string): unknown {
  JSON.parse(text);
  const numbers: (bigint | JavaDouble)[] = [];
  let depth = 0;
  const prepared = text.replace(tokens, (token) => {
    if ("[]{}".includes(token)) {
      depth += "[{".includes(token) ? 1 : -1;
      if (depth > maxNesting) {
        throw new SyntaxError(`nested deeper than ${maxNesting} levels`);
      }
      return token;
    }
    const isDouble = /[.eE]/.test(token);
    if (token.startsWith('"') || (!isDouble && Number.isSafeInteger(Number(token)))) {
      return token;
    }
    numbers.push(isDouble ? new JavaDouble(Number(token)) : BigInt(token));
    return `"${marker}${numbers.length - 1}"`;
  });
  return JSON.parse(prepared, (_key, value: unknown) =>
    typeof value === "string" && value.startsWith(marker)
      ? numbers[Number(value.slice(marker.length))]
      : value,
  );
}

/** Double.toString() */
export function doubleText(value: number): string {
  const size = Math.abs(value);
  if (!Number.isFinite(value) || Object.is(value, -0)) {
    return Object.is(value, -0) ? "-0.0" : String(value);
  }
  if (size === 0 || (size >= 1e-3 && size < 1e7)) {
    return Number.isInteger(value) ? `${value}.0` : String(value);
  }
  const [digits = "", exponent] = value.toExponential().split("e");
  return `${digits.includes(".") ? digits : `${digits}.0`}E${Number(exponent)}`;
}

/** The exact value of a text that BigDecimal reads as a whole number, such as "1.0" or "1e2". */
export function readWholeNumber(text: string): bigint | undefined {
  const match = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,4}))?$/.exec(text);
  const [, sign, whole = "", fraction = "", exponent = "0"] = match ?? [];
  const digits = `${whole}${fraction}`;
  if (match === null || digits === "") {
    return undefined;
  }
  const point = whole.length + Number(exponent);
  const shifted = digits.padEnd(point, "0");
  if (/[1-9]/.test(point < 0 ? digits : shifted.slice(point))) {
    return undefined;
  }
  return BigInt(`${shifted.slice(0, Math.max(0, point))}` || "0") * (sign === "-" ? -1n : 1n);
}

/** The double nearest to a text that BigDecimal reads. */
export function readDecimal(text: string): number | undefined {
  return /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,4})?$/.test(text) ? Number(text) : undefined;
}

/** The simple name of a value's class, as error messages have it. */
export function javaClassName(value: unknown): string {
  switch (typeof value) {
    case "string":
      return "String";
    case "boolean":
      return "Boolean";
    case "number":
      return !Number.isInteger(value) ? "Double" : integerClassName(BigInt(value));
    case "bigint":
      return integerClassName(value);
    default:
      return value instanceof JavaDouble ? "Double" : objectClassName(value);
  }
}

function integerClassName(value: bigint): string {
  if (BigInt.asIntN(32, value) === value) {
    return "Integer";
  }
  return BigInt.asIntN(64, value) === value ? "Long" : "BigInteger";
}

function objectClassName(value: unknown): string {
  if (value === null || value === undefined) {
    return "null";
  }
  return Array.isArray(value) ? "ArrayList" : "LinkedHashMap";
}

/** Object.toString() of a JSON value. */
export function javaText(value: unknown): string {
  if (Array.isArray(value)) {
    return `[${value.map(javaText).join(", ")}]`;
  }
  if (typeof value === "number" && !Number.isInteger(value)) {
    return doubleText(value);
  }
  if (typeof value !== "object" || value === null || value instanceof JavaDouble) {
    return String(value);
  }
  const entries = Object.entries(value).map(([key, member]) => `${key}=${javaText(member)}`);
  return `{${entries.join(", ")}}`;
}
