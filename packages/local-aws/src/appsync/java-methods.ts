/**
 * The methods of java.lang.String, java.lang.Integer, java.util.List and java.util.Map that templates use. A call of
 * any other method is an error, where Velocity would render the text of the call.
 */
import { javaRegex, javaReplacement, matchesWhole } from "./java-regex";
import {
  Entry,
  getKey,
  isList,
  isMap,
  JavaError,
  type JavaMap,
  javaEquals,
  javaString,
  javaTypeName,
} from "./java-values";

/** Calls a method of a non-null value. Throws JavaError for an unknown method or invalid arguments. */
export function callMethod(receiver: unknown, name: string, args: readonly unknown[]): unknown {
  const methods = methodsOf(receiver);
  const overload = `${name}/${args.length}`;
  const key = Object.hasOwn(methods, overload) ? overload : name;
  const method = Object.hasOwn(methods, key) ? methods[key] : undefined;
  // The receiver is the first parameter of every method below.
  if (method === undefined || method.length !== args.length + 1) {
    throw new JavaError(
      `${javaTypeName(receiver)} has no method ${name} with ${args.length} arguments here; ` +
        `supported are ${Object.keys(methods).join(", ")}`,
    );
  }
  return method(receiver as never, ...(args as never[]));
}

type Method = (receiver: never, ...args: never[]) => unknown;

function methodsOf(receiver: unknown): Readonly<Record<string, Method>> {
  if (typeof receiver === "string") {
    return stringMethods;
  }
  if (typeof receiver === "number") {
    return numberMethods;
  }
  if (isList(receiver)) {
    return listMethods;
  }
  if (receiver instanceof Entry) {
    return entryMethods;
  }
  return isMap(receiver) ? mapMethods : objectMethods;
}

const objectMethods = {
  equals: (self: unknown, other: unknown) => javaEquals(self, other),
  toString: (self: unknown) => javaString(self),
};

const stringMethods = {
  ...objectMethods,
  charAt: (self: string, index: unknown) => self.charAt(position(index, self.length - 1)),
  compareTo: (self: string, other: unknown) => compare(self, text(other)),
  concat: (self: string, other: unknown) => self + text(other),
  contains: (self: string, part: unknown) => self.includes(text(part)),
  endsWith: (self: string, suffix: unknown) => self.endsWith(text(suffix)),
  equalsIgnoreCase: (self: string, other: unknown) =>
    typeof other === "string" && self.toLowerCase() === other.toLowerCase(),
  indexOf: (self: string, part: unknown) => self.indexOf(text(part)),
  isEmpty: (self: string) => self === "",
  lastIndexOf: (self: string, part: unknown) => self.lastIndexOf(text(part)),
  length: (self: string) => self.length,
  matches: (self: string, pattern: unknown) => matchesWhole(text(pattern), self),
  replace: (self: string, part: unknown, by: unknown) => self.split(text(part)).join(text(by)),
  replaceAll: (self: string, pattern: unknown, by: unknown) =>
    self.replace(javaRegex(text(pattern), "g"), javaReplacement(text(by))),
  replaceFirst: (self: string, pattern: unknown, by: unknown) =>
    self.replace(javaRegex(text(pattern)), javaReplacement(text(by))),
  split: (self: string, pattern: unknown) => split(self, text(pattern)),
  startsWith: (self: string, prefix: unknown) => self.startsWith(text(prefix)),
  "substring/1": (self: string, from: unknown) => self.slice(position(from, self.length)),
  "substring/2": substring,
  toLowerCase: (self: string) => self.toLowerCase(),
  toUpperCase: (self: string) => self.toUpperCase(),
  // Java's trim() removes all characters up to U+0020, not Unicode's white space.
  // biome-ignore lint/suspicious/noControlCharactersInRegex: Java's definition of trim()
  trim: (self: string) => self.replace(/^[\u0000-\u0020]+|[\u0000-\u0020]+$/g, ""),
};

const numberMethods = {
  ...objectMethods,
  compareTo: (self: number, other: unknown) => compare(self, number(other)),
  doubleValue: (self: number) => self,
  intValue: (self: number) => Math.trunc(self),
  longValue: (self: number) => Math.trunc(self),
  // Integer.parseInt, called on any Integer: the usual way to parse a number in AppSync.
  parseInt: (_self: number, digits: unknown) => parseInteger(text(digits)),
};

const listMethods = {
  ...objectMethods,
  add: (self: unknown[], item: unknown) => self.push(item) > 0,
  addAll: (self: unknown[], items: unknown) => {
    const added = list(items);
    self.push(...added);
    return added.length > 0;
  },
  clear: (self: unknown[]) => {
    self.length = 0;
    return "";
  },
  contains: (self: unknown[], item: unknown) => self.some((member) => javaEquals(member, item)),
  containsAll: (self: unknown[], items: unknown) =>
    list(items).every((item) => self.some((member) => javaEquals(member, item))),
  get: (self: unknown[], index: unknown) => self[position(index, self.length - 1)],
  indexOf: (self: unknown[], item: unknown) => self.findIndex((member) => javaEquals(member, item)),
  isEmpty: (self: unknown[]) => self.length === 0,
  remove: (self: unknown[], indexOrItem: unknown) => removeFromList(self, indexOrItem),
  set: (self: unknown[], index: unknown, item: unknown) =>
    self.splice(position(index, self.length - 1), 1, item)[0],
  size: (self: unknown[]) => self.length,
  subList: (self: unknown[], from: unknown, to: unknown) =>
    self.slice(position(from, self.length), position(to, self.length)),
};

const mapMethods = {
  ...objectMethods,
  clear: (self: JavaMap) => {
    for (const key of Object.keys(self)) {
      delete self[key];
    }
    return "";
  },
  containsKey: (self: JavaMap, key: unknown) => Object.hasOwn(self, text(key)),
  containsValue: (self: JavaMap, value: unknown) =>
    Object.values(self).some((member) => javaEquals(member, value)),
  entrySet: (self: JavaMap) => Object.entries(self).map(([key, value]) => new Entry(key, value)),
  get: (self: JavaMap, key: unknown) => getKey(self, text(key)),
  getOrDefault: (self: JavaMap, key: unknown, otherwise: unknown) =>
    Object.hasOwn(self, text(key)) ? self[text(key)] : otherwise,
  isEmpty: (self: JavaMap) => Object.keys(self).length === 0,
  keySet: (self: JavaMap) => Object.keys(self),
  put: (self: JavaMap, key: unknown, value: unknown) => {
    const before = getKey(self, text(key));
    self[text(key)] = value;
    return before;
  },
  putAll: (self: JavaMap, other: unknown) => {
    Object.assign(self, map(other));
    return "";
  },
  remove: (self: JavaMap, key: unknown) => {
    const before = getKey(self, text(key));
    delete self[text(key)];
    return before;
  },
  size: (self: JavaMap) => Object.keys(self).length,
  values: (self: JavaMap) => Object.values(self),
};

const entryMethods = {
  ...objectMethods,
  getKey: (self: Entry) => self.key,
  getValue: (self: Entry) => self.value,
};

function substring(self: string, from: unknown, to: unknown): string {
  const end = position(to, self.length);
  return self.slice(position(from, end), end);
}

function split(self: string, pattern: string): string[] {
  const parts = self.split(javaRegex(pattern));
  // String.split removes trailing empty strings, unless nothing was split.
  while (parts.length > 1 && parts.at(-1) === "") {
    parts.pop();
  }
  return parts;
}

function removeFromList(self: unknown[], indexOrItem: unknown): unknown {
  if (typeof indexOrItem === "number") {
    return self.splice(position(indexOrItem, self.length - 1), 1)[0];
  }
  const index = self.findIndex((member) => javaEquals(member, indexOrItem));
  if (index >= 0) {
    self.splice(index, 1);
  }
  return index >= 0;
}

function parseInteger(digits: string): number {
  const value = Number(digits);
  if (!/^[+-]?\d+$/.test(digits) || value > 2 ** 31 - 1 || value < -(2 ** 31)) {
    throw new JavaError(`parseInt: "${digits}" is not a 32-bit integer`);
  }
  return value;
}

function compare<T extends string | number>(a: T, b: T): number {
  return a < b ? -1 : Number(a > b);
}

function position(value: unknown, last: number): number {
  const index = number(value);
  if (!Number.isInteger(index) || index < 0 || index > last) {
    throw new JavaError(`index ${index} is out of bounds, the last index is ${last}`);
  }
  return index;
}

function text(value: unknown): string {
  return expect("String", typeof value === "string", value) as string;
}

function number(value: unknown): number {
  return expect("Number", typeof value === "number", value) as number;
}

function list(value: unknown): unknown[] {
  return expect("List", isList(value), value) as unknown[];
}

function map(value: unknown): JavaMap {
  return expect("Map", isMap(value), value) as JavaMap;
}

function expect(type: string, holds: boolean, value: unknown): unknown {
  if (!holds) {
    throw new JavaError(`expected a ${type}, got ${javaTypeName(value)}`);
  }
  return value;
}
