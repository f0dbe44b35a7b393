import { isDeepStrictEqual } from "node:util";

// The few expressions that the adapters send to DynamoDB. It refuses any other, and never guesses.

export type Item = Record<string, unknown>;
type Predicate = (item: Item | undefined, values: Item) => boolean;

const operand = "(:\\w+)";
const attribute = "(\\w+)";

const comparable = (a: unknown, b: unknown): boolean =>
  typeof a === typeof b && (typeof a === "number" || typeof a === "string");

const lessOrEqual = (a: unknown, b: unknown): boolean =>
  comparable(a, b) && (a as number) <= (b as number);

/** Each clause by its form: the matched names come as `name`, `first`, `last`. */
const clauses: ReadonlyArray<[RegExp, (...names: string[]) => Predicate]> = [
  [
    new RegExp(`^attribute_not_exists\\(${attribute}\\)$`),
    (name) => (item) => item?.[name ?? ""] === undefined,
  ],
  [
    new RegExp(`^attribute_exists\\(${attribute}\\)$`),
    (name) => (item) => item?.[name ?? ""] !== undefined,
  ],
  [
    // Values of any type are equal or not; nested ones are compared as a whole.
    new RegExp(`^${attribute} = ${operand}$`),
    (name = "", first = "") =>
      (item, values) =>
        item?.[name] !== undefined && isDeepStrictEqual(item[name], values[first]),
  ],
  [
    new RegExp(`^${attribute} < ${operand}$`),
    (name = "", first = "") =>
      (item, values) =>
        lessOrEqual(item?.[name], values[first]) && item?.[name] !== values[first],
  ],
  [
    new RegExp(`^${attribute} <= ${operand}$`),
    (name = "", first = "") =>
      (item, values) =>
        lessOrEqual(item?.[name], values[first]),
  ],
  [
    new RegExp(`^${attribute} > ${operand}$`),
    (name = "", first = "") =>
      (item, values) =>
        comparable(item?.[name], values[first]) && !lessOrEqual(item?.[name], values[first]),
  ],
  [
    new RegExp(`^${attribute} >= ${operand}$`),
    (name = "", first = "") =>
      (item, values) =>
        lessOrEqual(values[first], item?.[name]),
  ],
  [
    new RegExp(`^${attribute} BETWEEN ${operand} AND ${operand}$`),
    (name = "", first = "", last = "") =>
      (item, values) =>
        lessOrEqual(values[first], item?.[name]) && lessOrEqual(item?.[name], values[last]),
  ],
];

const clause = (text: string): Predicate => {
  for (const [form, predicate] of clauses) {
    const match = form.exec(text);
    if (match !== null) return predicate(...match.slice(1));
  }
  throw new Error(`the simulated DynamoDB does not know the expression: ${text}`);
};

/** AND binds tighter than OR; the AND of a BETWEEN stands before a value, not before an attribute. */
const compile = (expression: string): Predicate => {
  const alternatives = expression
    .split(" OR ")
    .map((all) => all.split(/ AND (?!:)/).map((text) => clause(text)));
  return (item, values) =>
    alternatives.some((all) => all.every((predicate) => predicate(item, values)));
};

/** A table's sort keys: numbers or texts. */
export type SortKey = string | number;

/** Where a sort key lies, seen from a range of them. */
export type SortRange = (sort: SortKey) => "before" | "within" | "after";

const keyCondition = /^(\w+) = (:\w+)(?: AND (\w+) (<|>|>=|BETWEEN) (:\w+)(?: AND (:\w+))?)?$/;

/** The key condition of a query: its partition, and the range of the sort key. */
export const keyRange = (
  [partitionKey, sortKey]: readonly [string, string],
  expression: string,
  values: Item,
): { readonly partition: string; readonly range: SortRange } => {
  const [, name, partition = "", sortName = sortKey, operator, first = "", last = ""] =
    keyCondition.exec(expression) ?? [];
  if (name !== partitionKey || sortName !== sortKey || (last !== "") !== (operator === "BETWEEN")) {
    throw new Error(`the simulated DynamoDB does not know the key condition: ${expression}`);
  }
  const [from, to] = [values[first] as SortKey, values[last] as SortKey];
  const ranges: Record<string, SortRange> = {
    "<": (sort) => (sort < from ? "within" : "after"),
    ">": (sort) => (sort > from ? "within" : "before"),
    ">=": (sort) => (sort >= from ? "within" : "before"),
    BETWEEN: (sort) => (sort < from ? "before" : sort <= to ? "within" : "after"),
  };
  return {
    partition: String(values[partition]),
    range: ranges[operator ?? ""] ?? (() => "within"),
  };
};

const compiled = new Map<string, Predicate>();

export const holds = (expression: string, item: Item | undefined, values: Item): boolean => {
  const predicate = compiled.get(expression) ?? compile(expression);
  compiled.set(expression, predicate);
  return predicate(item, values);
};
