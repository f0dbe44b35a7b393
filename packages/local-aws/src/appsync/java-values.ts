/**
 * How a template's Java values are represented. Strings, booleans and null are JavaScript's own, numbers are in
 * vtl-numbers.ts; a list is an array, a map a plain object.
 */
import {
  Double,
  equalNumbers,
  isInteger,
  isNumber,
  JavaError,
  numberString,
  toJavaNumber,
} from "./vtl-numbers";

export { JavaError } from "./vtl-numbers";

export type JavaMap = Record<string, unknown>;

/** An element of $map.entrySet(). */
export class Entry {
  constructor(
    readonly key: string,
    readonly value: unknown,
  ) {}
}

/** What $string.charAt(0) returns: not a String, though it is rendered like one. */
export class Character {
  constructor(readonly text: string) {}
}

/** $map.keySet(), values(), entrySet() or $list.subList(…): shows what it is made of as it is when it is read. */
export class View {
  constructor(
    readonly type: "Set" | "Collection" | "List",
    readonly read: () => unknown[],
  ) {}
}

const arrays = new WeakSet<object>();

/** A Java array, such as $string.split(…) returns: a list that cannot grow, nor be rendered. */
export function newArray(items: readonly unknown[]): readonly unknown[] {
  const array = Object.freeze([...items]);
  arrays.add(array);
  return array;
}

export function isArray(value: unknown): boolean {
  return typeof value === "object" && value !== null && arrays.has(value);
}

const unordered = new WeakSet<object>();

/** A map that AWS documents, but not the order of its keys: it can be asked for each of them, and no more. */
export function withoutOrder(map: JavaMap): JavaMap {
  unordered.add(map);
  return map;
}

export function isList(value: unknown): value is unknown[] {
  return Array.isArray(value);
}

export function isMap(value: unknown): value is JavaMap {
  if (typeof value !== "object" || value === null) {
    return false;
  }
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype;
}

/** A map without a prototype, so that no key from a client ("__proto__", "constructor") has a special meaning. */
export function newMap(entries: Iterable<readonly [string, unknown]> = []): JavaMap {
  const map = Object.create(null) as JavaMap;
  for (const [key, value] of entries) {
    map[key] = value;
  }
  return map;
}

/** Deep-copies JSON data into Java's values. undefined becomes null. */
export function toJava(value: unknown): unknown {
  if (value === undefined || value === null) {
    return null;
  }
  if (typeof value === "number") {
    return toJavaNumber(value);
  }
  if (Array.isArray(value)) {
    return value.map(toJava);
  }
  if (isMap(value)) {
    return newMap(Object.entries(value).map(([key, member]) => [key, toJava(member)] as const));
  }
  return value;
}

/** The value as JSON data. Throws JavaError for what is none. */
export function fromJava(value: unknown, within: readonly unknown[] = []): unknown {
  if (value instanceof Double) {
    return value.value;
  }
  if (typeof value === "bigint") {
    return safeNumber(value);
  }
  if (value instanceof Character) {
    return value.text;
  }
  if (typeof value !== "object" || value === null) {
    return value ?? null;
  }
  if (within.includes(value)) {
    throw new JavaError(`a ${javaTypeName(value)} that contains itself is not JSON`);
  }
  const around = [...within, value];
  if (isList(value) || value instanceof View) {
    return membersOf(value).map((member) => fromJava(member, around));
  }
  if (isMap(value)) {
    return newMap(
      Object.entries(value).map(([key, member]) => [key, fromJava(member, around)] as const),
    );
  }
  throw new JavaError(`nobody knows how AppSync writes a ${javaTypeName(value)} as JSON`);
}

function safeNumber(value: bigint): number {
  const number = Number(value);
  if (!Number.isSafeInteger(number)) {
    throw new JavaError(`the number ${value} is too large to be exact here`);
  }
  return number;
}

/** The members of a list or a view. */
export function membersOf(value: readonly unknown[] | View): readonly unknown[] {
  return value instanceof View ? value.read() : value;
}

export function javaTypeName(value: unknown): string {
  if (value === null || value === undefined) {
    return "null";
  }
  if (isNumber(value)) {
    return "Number";
  }
  if (isList(value)) {
    return isArray(value) ? "array" : "List";
  }
  if (isMap(value)) {
    return "Map";
  }
  if (value instanceof View) {
    return value.type;
  }
  return typeof value === "object"
    ? value.constructor.name
    : `${typeof value}`.replace(/^./, (first) => first.toUpperCase());
}

/** Object.toString(): the rendered text of a reference. */
export function javaString(value: unknown, within: readonly unknown[] = []): string {
  if (isNumber(value)) {
    return numberString(value);
  }
  if (value instanceof Character) {
    return value.text;
  }
  if (typeof value !== "object" || value === null) {
    return String(value);
  }
  if (isArray(value) || within.includes(value)) {
    throw new JavaError(`the text of ${isArray(value) ? "an array" : "what contains itself"}`);
  }
  const around = [...within, value];
  if (isList(value) || value instanceof View) {
    const members = membersOf(value).map((member) => javaString(member, around));
    return `[${members.join(", ")}]`;
  }
  if (value instanceof Entry) {
    return `${value.key}=${javaString(value.value, around)}`;
  }
  if (isMap(value)) {
    const entries = entriesOf(value).map(([key, member]) => `${key}=${javaString(member, around)}`);
    return `{${entries.join(", ")}}`;
  }
  throw new JavaError(`the text of a ${javaTypeName(value)}`);
}

/** Object.equals() */
export function javaEquals(a: unknown, b: unknown): boolean {
  if (isNumber(a) && isNumber(b)) {
    return equalNumbers(a, b);
  }
  if (a instanceof Character && b instanceof Character) {
    return a.text === b.text;
  }
  if (isArray(a) || isArray(b) || a instanceof View || b instanceof View) {
    throw new JavaError("arrays and views of maps are not compared here");
  }
  if (isList(a) && isList(b)) {
    return a.length === b.length && a.every((item, index) => javaEquals(item, b[index]));
  }
  if (isMap(a) && isMap(b)) {
    const keys = Object.keys(a);
    return (
      keys.length === Object.keys(b).length &&
      keys.every((key) => Object.hasOwn(b, key) && javaEquals(a[key], b[key]))
    );
  }
  if (a instanceof Entry && b instanceof Entry) {
    return a.key === b.key && javaEquals(a.value, b.value);
  }
  return (a ?? null) === (b ?? null);
}

/** The entries in their order. */
export function entriesOf(map: JavaMap): [string, unknown][] {
  if (unordered.has(map)) {
    throw new JavaError("AWS does not document all members of $ctx, nor their order");
  }
  const entries = Object.entries(map);
  if (entries.length > 1 && entries.some(([key]) => isInteger(Number(key)) && /^\d+$/.test(key))) {
    throw new JavaError("the order of a map with numbers as keys is lost here");
  }
  return entries;
}

/** Map.get(): null if the key is missing. */
export function getKey(self: JavaMap, key: string): unknown {
  return Object.hasOwn(self, key) ? (self[key] ?? null) : null;
}
