/** $util, as documented in AWS's "Utility helpers in $util". A call of a function that is missing here is an error. */
import { randomUUID } from "node:crypto";
import { type ErrorDetails, ResolverError, unauthorizedField } from "./errors";
import { matchesUnambiguously } from "./java-regex";
import {
  isList,
  isMap,
  JavaError,
  type JavaMap,
  javaEquals,
  javaTypeName,
  newMap,
  toJava,
} from "./java-values";
import { dynamodbUtil } from "./util-dynamodb";
import { type Arguments, Namespace, takes } from "./util-namespace";
import { timeUtil } from "./util-time";

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
    data: toJava(args.any(first + 2)),
    errorInfo: toJava(args.any(first + 3)),
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
  isList: takes(1, (args) => isList(args.any(0))),
  isMap: takes(1, (args) => isMap(args.any(0))),
  isNull: takes(1, (args) => args.any(0) === null),
  isNullOrBlank: takes(1, (args) => isBlank(args.stringOrNull(0))),
  // Except for a String or null, AppSync does not resolve the call and renders its text; here it is an error.
  isNullOrEmpty: takes(1, (args) => !args.stringOrNull(0)),
  isNumber: takes(1, (args) => typeof args.any(0) === "number"),
  isString: takes(1, (args) => typeof args.any(0) === "string"),
  matches: takes(2, (args) => matchesUnambiguously(args.string(0), args.string(1))),
  qr: takes(1, () => ""),
  quiet: takes(1, () => ""),
  typeOf: takes(1, (args) => javaTypeName(args.any(0)).replace(/^n/, "N")),
};

const encodingFunctions = {
  base64Decode: takes(1, (args) => Buffer.from(args.string(0), "base64").toString("utf8")),
  base64Encode: takes(1, (args) => Buffer.from(args.string(0), "utf8").toString("base64")),
  escapeJavaScript: takes(1, (args) => escapeJavaScript(args.string(0))),
  parseJson: takes(1, (args) => parseJson(args.string(0))),
  toJson: takes(1, (args) => JSON.stringify(args.any(0))),
  urlDecode: takes(1, (args) => decodeURIComponent(args.string(0).replaceAll("+", " "))),
  urlEncode: takes(1, (args) => new URLSearchParams([["", args.string(0)]]).toString().slice(1)),
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
};

function filterByList(list: unknown[], other: unknown[], keep: boolean): unknown[] {
  return list.filter((item) => other.some((member) => javaEquals(member, item)) === keep);
}

function filterByKeys(map: JavaMap, keys: unknown[], keep: boolean): JavaMap {
  return newMap(Object.entries(map).filter(([key]) => keys.includes(key) === keep));
}

function isBlank(text: string | null): boolean {
  return text === null || text.trim() === "";
}

function parseJson(text: string): unknown {
  try {
    return toJava(JSON.parse(text));
  } catch (error) {
    throw new JavaError(`$util.parseJson: ${String(error)}`);
  }
}

/** Apache Commons' escapeJavaScript. It escapes ' as \', which is invalid in JSON, as on AWS. */
function escapeJavaScript(text: string): string {
  const named: Record<string, string> = {
    "\b": "\\b",
    "\n": "\\n",
    "\t": "\\t",
    "\f": "\\f",
    "\r": "\\r",
  };
  return text.replace(/['"\\/]|[^\x20-\x7e]/g, (character) => {
    if (/['"\\/]/.test(character)) {
      return `\\${character}`;
    }
    const code = character.charCodeAt(0).toString(16).toUpperCase().padStart(4, "0");
    return named[character] ?? `\\u${code}`;
  });
}
