/** $util, as documented in AWS's "Utility helpers in $util". A call of a function that is missing here is an error. */
import { randomUUID } from "node:crypto";
import { type ErrorDetails, ResolverError, unauthorizedField } from "./errors";
import { matchesUnambiguously } from "./java-regex";
import {
  fromJava,
  isMap,
  JavaError,
  type JavaMap,
  javaEquals,
  javaTypeName,
  newMap,
} from "./java-values";
import { dynamodbUtil } from "./util-dynamodb";
import { encodingFunctions } from "./util-encoding";
import { type Arguments, Namespace, takes } from "./util-namespace";
import { timeUtil } from "./util-time";
import { transformUtil } from "./util-transform";
import { isNumber } from "./vtl-numbers";

/** The context that $util needs of the field being resolved. */
export interface UtilEnvironment {
  readonly parentTypeName: string;
  readonly fieldName: string;
  readonly authType: string;
  /** $util.appendError: reports the error, the template continues. */
  appendError(error: ErrorDetails): void;
}

export function createUtil(environment: UtilEnvironment): Namespace {
  const { fieldName, parentTypeName } = environment;
  const functions = {
    ...valueFunctions,
    ...encodingFunctions,
    appendError: takes(
      1,
      (args) => {
        environment.appendError(errorDetails(args, 0));
        return "";
      },
      4,
    ),
    authType: takes(0, () => environment.authType),
    error: takes(
      1,
      (args) => {
        throw new ResolverError(errorDetails(args, 0));
      },
      4,
    ),
    unauthorized: takes(0, () => {
      throw unauthorizedField(fieldName, parentTypeName);
    }),
    validate: takes(
      2,
      (args) => {
        if (!args.boolean(0)) {
          const details = errorDetails(args, 1);
          throw new ResolverError({
            ...details,
            errorType: details.errorType ?? "CustomTemplateException",
          });
        }
        return "";
      },
      5,
    ),
  };
  return new Namespace("$util", functions, namespaces);
}

/** Reads (message, errorType?, data?, errorInfo?), starting at the given argument. */
function errorDetails(args: Arguments, first: number): ErrorDetails {
  return {
    message: args.string(first),
    errorType: args.stringOrNull(first + 1),
    data: fromJava(args.any(first + 2)),
    errorInfo: fromJava(args.any(first + 3)),
  };
}

const valueFunctions = {
  autoId: takes(0, () => randomUUID()),
  defaultIfNull: takes(2, (args) => args.any(0) ?? args.any(1)),
  defaultIfNullOrBlank: takes(2, (args) =>
    isBlank(args.stringOrNull(0)) ? args.any(1) : args.any(0),
  ),
  defaultIfNullOrEmpty: takes(2, (args) => args.stringOrNull(0) || args.any(1)),
  isBoolean: takes(1, (args) => typeof args.any(0) === "boolean"),
  isList: takes(1, (args) => javaTypeName(args.any(0)) === "List"),
  isMap: takes(1, (args) => isMap(args.any(0))),
  isNull: takes(1, (args) => args.any(0) === null),
  isNullOrBlank: takes(1, (args) => isBlank(args.stringOrNull(0))),
  // Except for a String or null, AppSync does not resolve the call and renders its text; here it is an error.
  isNullOrEmpty: takes(1, (args) => !args.stringOrNull(0)),
  isNumber: takes(1, (args) => isNumber(args.any(0))),
  isString: takes(1, (args) => typeof args.any(0) === "string"),
  matches: takes(2, (args) => matchesUnambiguously(args.string(0), args.string(1))),
  qr: takes(1, () => ""),
  quiet: takes(1, () => ""),
  typeOf: takes(1, (args) => typeOf(args.any(0))),
};

const namespaces = {
  dynamodb: dynamodbUtil,
  list: new Namespace("$util.list", {
    copyAndRemoveAll: takes(2, (args) => filterByList(args.list(0), args.list(1), false)),
    copyAndRetainAll: takes(2, (args) => filterByList(args.list(0), args.list(1), true)),
  }),
  map: new Namespace("$util.map", {
    copyAndRemoveAllKeys: takes(2, (args) => filterByKeys(args.map(0), args.list(1), false)),
    copyAndRetainAllKeys: takes(2, (args) => filterByKeys(args.map(0), args.list(1), true)),
  }),
  time: timeUtil,
  transform: transformUtil,
};

function filterByList(list: unknown[], other: unknown[], keep: boolean): unknown[] {
  return list.filter((item) => other.some((member) => javaEquals(member, item)) === keep);
}

function filterByKeys(map: JavaMap, keys: unknown[], keep: boolean): JavaMap {
  return newMap(Object.entries(map).filter(([key]) => keys.includes(key) === keep));
}

function typeOf(value: unknown): string {
  const name = javaTypeName(value).replace(/^n/, "N");
  if (!["Null", "Boolean", "Number", "String", "List", "Map"].includes(name)) {
    throw new JavaError(`$util.typeOf: AWS does not document what a ${name} is`);
  }
  return name;
}

/** AWS does not document which characters are blank: Java has several answers. */
function isBlank(text: string | null): boolean {
  const hasControls = /^[\p{Cc}\p{Z}\ufeff]+$/u.test(text ?? "");
  if (hasControls && !/^[ \t\n\r\f\v]+$/.test(text ?? "")) {
    throw new JavaError(`nobody knows whether AppSync takes ${JSON.stringify(text)} for blank`);
  }
  return text === null || text.trim() === "";
}
