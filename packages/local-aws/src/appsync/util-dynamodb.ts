/** $util.dynamodb: converts plain values to DynamoDB's typed ones. Each function has a variant "…Json". */
import { toAttributeValue } from "./dynamodb-values";
import { JavaError, newMap } from "./java-values";
import { type Arguments, Namespace, takes, type UtilFunction } from "./util-namespace";

type Conversion = (args: Arguments) => unknown;

const conversions: Readonly<Record<string, Conversion>> = {
  toDynamoDB: (args) => toAttributeValue(args.any(0)),
  // The parameter's type is not inferred, because every object has a toString.
  toString: (args: Arguments) => newMap([["S", args.string(0)]]),
  toStringSet: (args) => newMap([["SS", args.list(0).map(string)]]),
  toNumber: (args) => newMap([["N", String(args.number(0))]]),
  toNumberSet: (args) => newMap([["NS", args.list(0).map(number)]]),
  toBinary: (args) => newMap([["B", args.string(0)]]),
  toBoolean: (args) => newMap([["BOOL", args.boolean(0)]]),
  toList: (args) => toAttributeValue(args.list(0)),
  toMap: (args) => toAttributeValue(args.map(0)),
  toMapValues: (args) =>
    newMap(
      Object.entries(args.map(0)).map(([key, value]) => [key, toAttributeValue(value)] as const),
    ),
};

function withJsonVariant([name, convert]: [string, Conversion]): [string, UtilFunction][] {
  return [
    [name, takes(1, convert)],
    [`${name}Json`, takes(1, (args) => JSON.stringify(convert(args)))],
  ];
}

export const dynamodbUtil = new Namespace("$util.dynamodb", {
  ...Object.fromEntries(Object.entries(conversions).flatMap(withJsonVariant)),
  toNull: takes(0, () => newMap([["NULL", true]])),
  toNullJson: takes(0, () => '{"NULL":true}'),
});

function string(value: unknown): string {
  if (typeof value !== "string") {
    throw new JavaError("$util.dynamodb: a string set holds strings only");
  }
  return value;
}

function number(value: unknown): string {
  if (typeof value !== "number") {
    throw new JavaError("$util.dynamodb: a number set holds numbers only");
  }
  return String(value);
}
