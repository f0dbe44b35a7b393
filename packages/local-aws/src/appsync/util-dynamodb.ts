/** $util.dynamodb: converts plain values to DynamoDB's typed ones. Each function has a variant "…Json". */
import { toAttributeValue } from "./dynamodb-values";
import {
  fromJava,
  isList,
  isMap,
  JavaError,
  type JavaMap,
  membersOf,
  newMap,
  View,
} from "./java-values";
import { type Arguments, Namespace, takes, type UtilFunction } from "./util-namespace";
import { isNumber, numberString } from "./vtl-numbers";

type Conversion = (args: Arguments) => unknown;

const conversions: Readonly<Record<string, Conversion>> = {
  toDynamoDB: (args) => attributeValue(args.any(0)),
  // The parameter's type is not inferred, because every object has a toString.
  toString: (args: Arguments) => newMap([["S", args.string(0)]]),
  toStringSet: (args) => newMap([["SS", args.list(0).map(string)]]),
  toNumber: (args) => newMap([["N", numberString(args.number(0))]]),
  toNumberSet: (args) => newMap([["NS", args.list(0).map(number)]]),
  toBinary: (args) => newMap([["B", args.string(0)]]),
  toBoolean: (args) => newMap([["BOOL", args.boolean(0)]]),
  toList: (args) => attributeValue(args.list(0)),
  toMap: (args) => attributeValue(args.map(0)),
  toMapValues: (args) => mapValues(args.map(0)),
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

/** Numbers keep all their digits. */
export function attributeValue(value: unknown): unknown {
  if (isNumber(value)) {
    return { N: numberString(value) };
  }
  if (isList(value) || value instanceof View) {
    return { L: membersOf(value).map(attributeValue) };
  }
  if (isMap(value)) {
    return { M: mapValues(value) };
  }
  return toAttributeValue(fromJava(value));
}

function mapValues(map: JavaMap): JavaMap {
  return newMap(Object.entries(map).map(([key, value]) => [key, attributeValue(value)] as const));
}

function string(value: unknown): string {
  if (typeof value !== "string") {
    throw new JavaError("$util.dynamodb: a string set holds strings only");
  }
  return value;
}

function number(value: unknown): string {
  if (!isNumber(value)) {
    throw new JavaError("$util.dynamodb: a number set holds numbers only");
  }
  return numberString(value);
}
