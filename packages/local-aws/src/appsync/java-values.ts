/**
 * How a template's Java values are represented. Strings, numbers, booleans and null are JavaScript's own; a list is an
 * array, a map a plain object.
 */
export type JavaMap = Record<string, unknown>;

/** An element of $map.entrySet(). */
export class Entry {
  constructor(
    readonly key: string,
    readonly value: unknown,
  ) {}
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

/** Deep-copies JSON data into maps without prototypes. undefined becomes null. */
export function toJava(value: unknown): unknown {
  if (value === undefined || value === null) {
    return null;
  }
  if (Array.isArray(value)) {
    return value.map(toJava);
  }
  if (typeof value === "object") {
    return newMap(Object.entries(value).map(([key, member]) => [key, toJava(member)] as const));
  }
  return value;
}

export function javaTypeName(value: unknown): string {
  if (value === null || value === undefined) {
    return "null";
  }
  if (isList(value)) {
    return "List";
  }
  if (isMap(value)) {
    return "Map";
  }
  return value instanceof Entry ? "Entry" : `${typeof value}`.replace(/^./, (c) => c.toUpperCase());
}

/** Object.toString(): the rendered text of a reference. */
export function javaString(value: unknown): string {
  if (isList(value)) {
    return `[${value.map(javaString).join(", ")}]`;
  }
  if (value instanceof Entry) {
    return `${value.key}=${javaString(value.value)}`;
  }
  if (isMap(value)) {
    const entries = Object.entries(value).map(([key, member]) => `${key}=${javaString(member)}`);
    return `{${entries.join(", ")}}`;
  }
  return String(value);
}

/** Object.equals() */
export function javaEquals(a: unknown, b: unknown): boolean {
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
  return (a ?? null) === (b ?? null);
}

export class JavaError extends Error {
  override readonly name = "JavaError";
}

/** Map.get(): null if the key is missing. */
export function getKey(self: JavaMap, key: string): unknown {
  return Object.hasOwn(self, key) ? (self[key] ?? null) : null;
}
