/** Converts between DynamoDB's typed values and the plain values of templates. */
import type { AttributeValue } from "@aws-sdk/client-dynamodb";
import { mappingTemplateError } from "./errors";
import { isList, isMap, JavaError, javaEquals, javaTypeName, newMap } from "./java-values";

export type Item = Record<string, AttributeValue>;

/** $util.dynamodb.toDynamoDB */
export function toAttributeValue(value: unknown): AttributeValue {
  if (value === null || value === undefined) {
    return { NULL: true };
  }
  switch (typeof value) {
    case "string":
      return { S: value };
    case "number":
      return { N: String(value) };
    case "boolean":
      return { BOOL: value };
  }
  if (isList(value)) {
    return { L: value.map(toAttributeValue) };
  }
  if (isMap(value)) {
    return { M: newMap(Object.entries(value).map(mapEntry)) as Item };
  }
  throw new JavaError(`a ${javaTypeName(value)} has no DynamoDB type`);
}

function mapEntry([key, value]: [string, unknown]): readonly [string, AttributeValue] {
  return [key, toAttributeValue(value)];
}

/** Converts an item for $ctx.result: numbers as numbers, sets as lists, binary as base64. */
export function fromItem(item: Item): Record<string, unknown> {
  return newMap(
    Object.entries(item).map(([key, value]) => [key, fromAttributeValue(value)] as const),
  );
}

function fromAttributeValue(value: AttributeValue): unknown {
  const [entry] = Object.entries(value).filter(([, content]) => content !== undefined);
  const [type, content] = entry as [string, never];
  switch (type) {
    case "N":
      return toNumber(content);
    case "NULL":
      return null;
    case "L":
      return (content as AttributeValue[]).map(fromAttributeValue);
    case "M":
      return fromItem(content);
    case "NS":
      return (content as string[]).map(toNumber);
    case "B":
      return toBase64(content);
    case "BS":
      return (content as Uint8Array[]).map(toBase64);
    default:
      return content;
  }
}

function toNumber(digits: string): number {
  const value = Number(digits);
  // Java represents such numbers exactly, JavaScript does not.
  if (Number.isInteger(value) && !Number.isSafeInteger(value)) {
    throw mappingTemplateError(`The number ${digits} is too large to be exact here.`);
  }
  return value;
}

function toBase64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("base64");
}

/** Equality as DynamoDB defines it: numbers by value, sets without order. */
export function equalItems(a: Item, b: Item): boolean {
  return javaEquals(canonicalItem(a), canonicalItem(b));
}

function canonicalItem(item: Item): unknown {
  const entries = Object.entries(item).map(([key, value]) => [key, canonical(value)] as const);
  return newMap(entries);
}

function canonical(value: AttributeValue): unknown {
  if (value.N !== undefined) {
    return { N: canonicalNumber(value.N) };
  }
  if (value.B !== undefined) {
    return { B: toBase64(value.B) };
  }
  if (value.L !== undefined) {
    return { L: value.L.map(canonical) };
  }
  if (value.M !== undefined) {
    return { M: canonicalItem(value.M) };
  }
  if (value.NS !== undefined) {
    return { NS: value.NS.map(canonicalNumber).sort() };
  }
  if (value.SS !== undefined) {
    return { SS: value.SS.toSorted() };
  }
  return value.BS === undefined ? { ...value } : { BS: value.BS.map(toBase64).sort() };
}

/** Digits without zeros at their ends, and a power of ten. 38 digits do not fit into a number. */
function canonicalNumber(text: string): string {
  const [, sign = "", whole = "", fraction = "", exponent = "0"] =
    /^([+-]?)(\d*)\.?(\d*)(?:e([+-]?\d+))?$/i.exec(text) ?? [];
  const digits = `${whole}${fraction}`.replace(/^0+/, "");
  const significant = digits.replace(/0+$/, "");
  const power = Number(exponent) - fraction.length + digits.length - significant.length;
  return significant === "" ? "0" : `${sign === "-" ? "-" : ""}${significant}e${power}`;
}

const types = ["S", "N", "B", "BOOL", "NULL", "L", "M", "SS", "NS", "BS"];

/**
 * Validates a typed value of a request document.
 * @param path the value's path in the document, for error messages
 * @throws ResolverError
 */
function readAttributeValue(value: unknown, path: string): AttributeValue {
  const entries = isMap(value) ? Object.entries(value) : [];
  const [type, content] = entries[0] ?? [];
  if (entries.length !== 1 || type === undefined || !types.includes(type)) {
    throw mappingTemplateError(`Expected a DynamoDB value such as {"S": "…"} for '${path}'.`);
  }
  const members = isList(content) ? content : [content];
  const strings = members.every((member) => typeof member === "string");
  const bytes = () => members.map((member) => Buffer.from(String(member), "base64"));
  switch (type) {
    case "L":
      if (isList(content)) {
        return {
          L: content.map((member, index) => readAttributeValue(member, `${path}[${index}]`)),
        };
      }
      break;
    case "M":
      if (isMap(content)) {
        return { M: readItem(content, path) };
      }
      break;
    case "BOOL":
    case "NULL":
      if (typeof content === "boolean") {
        return { [type]: content } as unknown as AttributeValue;
      }
      break;
    case "B":
      if (typeof content === "string") {
        return { B: bytes()[0] as Buffer };
      }
      break;
    case "BS":
      if (isList(content) && strings) {
        return { BS: bytes() };
      }
      break;
    default: {
      // S, N, SS and NS: strings, one or a list of them.
      const isSet = type.endsWith("S") && type !== "S";
      if (strings && isList(content) === isSet) {
        return { [type]: content } as unknown as AttributeValue;
      }
    }
  }
  throw mappingTemplateError(
    `The DynamoDB value of type ${type} for '${path}' has invalid content.`,
  );
}

/** Reads a map of attribute names to typed values. Throws ResolverError. */
export function readItem(value: unknown, path: string): Item {
  if (!isMap(value)) {
    throw mappingTemplateError(`Expected JSON object for value '${path}'.`);
  }
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [
      key,
      readAttributeValue(member, `${path}[${key}]`),
    ]),
  );
}
