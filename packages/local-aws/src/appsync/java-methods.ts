/**
 * The methods of java.lang.String, java.lang.Integer, java.util.List and java.util.Map that templates use. A call of
 * any other method is an error, where Velocity would render the text of the call.
 */

import { matchesWhole, replaceMatches, splitAround } from "./java-regex";
import { compareStrings, equalsIgnoreCase, parseInteger } from "./java-strings";
import {
  Character,
  Entry,
  entriesOf,
  getKey,
  isArray,
  isList,
  isMap,
  JavaError,
  type JavaMap,
  javaEquals,
  javaString,
  javaTypeName,
  membersOf,
  newArray,
  View,
} from "./java-values";
import {
  compareNumbers,
  Double,
  doubleValue,
  intValue,
  isInteger,
  isNumber,
  type JavaNumber,
  longValue,
} from "./vtl-numbers";

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
  if (isNumber(receiver)) {
    return isInteger(receiver) ? integerMethods : numberMethods;
  }
  if (isList(receiver)) {
    return Object.isFrozen(receiver) ? readOnlyListMethods : listMethods;
  }
  if (receiver instanceof View) {
    return viewMethods;
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
  charAt: (self: string, index: unknown) =>
    new Character(self.charAt(position(index, self.length - 1))),
  compareTo: (self: string, other: unknown) => compareStrings(self, text(other)),
  concat: (self: string, other: unknown) => self + text(other),
  contains: (self: string, part: unknown) => self.includes(text(part)),
  endsWith: (self: string, suffix: unknown) => self.endsWith(text(suffix)),
  equalsIgnoreCase: (self: string, other: unknown) =>
    other !== null && equalsIgnoreCase(self, text(other)),
  indexOf: (self: string, part: unknown) => self.indexOf(text(part)),
  isEmpty: (self: string) => self === "",
  lastIndexOf: (self: string, part: unknown) => self.lastIndexOf(text(part)),
  length: (self: string) => self.length,
  matches: (self: string, pattern: unknown) => matchesWhole(text(pattern), self),
  replace: (self: string, part: unknown, by: unknown) => {
    const replacement = text(by);
    return self.replaceAll(text(part), () => replacement);
  },
  replaceAll: (self: string, pattern: unknown, by: unknown) =>
    replaceMatches(self, text(pattern), text(by), "all"),
  replaceFirst: (self: string, pattern: unknown, by: unknown) =>
    replaceMatches(self, text(pattern), text(by), "first"),
  split: (self: string, pattern: unknown) => newArray(splitAround(self, text(pattern))),
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
  compareTo: (self: JavaNumber, other: unknown) => compareNumbers(self, sameClass(self, other)),
  doubleValue: (self: JavaNumber) => new Double(doubleValue(self)),
  intValue: (self: JavaNumber) => intValue(self),
  longValue: (self: JavaNumber) => longValue(self),
};

const integerMethods = {
  ...numberMethods,
  // Integer.parseInt, called on any Integer: the usual way to parse a number in AppSync.
  parseInt: (_self: number, digits: unknown) => parseInteger(text(digits)),
};

const readOnlyListMethods = {
  ...objectMethods,
  contains: (self: unknown[], item: unknown) => has(self, item),
  get: (self: unknown[], index: unknown) => self[position(index, self.length - 1)],
  indexOf: (self: unknown[], item: unknown) => self.findIndex((member) => javaEquals(member, item)),
  isEmpty: (self: unknown[]) => self.length === 0,
  size: (self: unknown[]) => self.length,
};

const listMethods = {
  ...readOnlyListMethods,
  add: (self: unknown[], item: unknown) => self.push(item) > 0,
  addAll: (self: unknown[], items: unknown) => {
    const added = collection(items);
    self.push(...added);
    return added.length > 0;
  },
  clear: (self: unknown[]) => {
    self.length = 0;
    return "";
  },
  containsAll: (self: unknown[], items: unknown) =>
    collection(items).every((item) => has(self, item)),
  remove: (self: unknown[], indexOrItem: unknown) => removeFromList(self, indexOrItem),
  set: (self: unknown[], index: unknown, item: unknown) =>
    self.splice(position(index, self.length - 1), 1, item)[0],
  subList: (self: unknown[], from: unknown, to: unknown) => {
    const [size, end] = [self.length, position(to, self.length)];
    const start = position(from, end);
    return new View("List", () => {
      if (self.length !== size) {
        throw new JavaError("the list of a subList has changed");
      }
      return self.slice(start, end);
    });
  },
};

const viewMethods = {
  ...objectMethods,
  contains: (self: View, item: unknown) => has(self.read(), item),
  containsAll: (self: View, items: unknown) =>
    collection(items).every((item) => has(self.read(), item)),
  isEmpty: (self: View) => self.read().length === 0,
  size: (self: View) => self.read().length,
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
  entrySet: (self: JavaMap) =>
    new View("Set", () => entriesOf(self).map(([key, value]) => new Entry(key, value))),
  get: (self: JavaMap, key: unknown) => getKey(self, text(key)),
  getOrDefault: (self: JavaMap, key: unknown, otherwise: unknown) =>
    Object.hasOwn(self, text(key)) ? self[text(key)] : otherwise,
  isEmpty: (self: JavaMap) => Object.keys(self).length === 0,
  keySet: (self: JavaMap) => new View("Set", () => entriesOf(self).map(([key]) => key)),
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
  values: (self: JavaMap) =>
    new View("Collection", () => entriesOf(self).map(([, value]) => value)),
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

function has(items: readonly unknown[], item: unknown): boolean {
  return items.some((member) => javaEquals(member, item));
}

function removeFromList(self: unknown[], indexOrItem: unknown): unknown {
  if (isInteger(indexOrItem)) {
    return self.splice(position(indexOrItem, self.length - 1), 1)[0];
  }
  const index = self.findIndex((member) => javaEquals(member, indexOrItem));
  if (index >= 0) {
    self.splice(index, 1);
  }
  return index >= 0;
}

function sameClass(self: JavaNumber, other: unknown): JavaNumber {
  const number = expect("Number", isNumber(other), other) as JavaNumber;
  if (typeof self !== typeof number) {
    throw new JavaError("compareTo needs a number of the same class");
  }
  return number;
}

function position(value: unknown, last: number): number {
  const index = expect("Integer", isInteger(value), value) as number;
  if (index < 0 || index > last) {
    throw new JavaError(`index ${index} is out of bounds, the last index is ${last}`);
  }
  return index;
}

function text(value: unknown): string {
  return expect("String", typeof value === "string", value) as string;
}

function collection(value: unknown): readonly unknown[] {
  const fits = (isList(value) && !isArray(value)) || value instanceof View;
  return membersOf(expect("List", fits, value) as unknown[] | View);
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
