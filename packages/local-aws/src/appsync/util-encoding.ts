/** $util's functions that write and read JSON, base64, URLs and JavaScript's strings. */

import { fromJava, isList, isMap, JavaError, toJava, View } from "./java-values";
import { takes } from "./util-namespace";
import { Double } from "./vtl-numbers";

export const encodingFunctions = {
  base64Decode: takes(1, (args) => base64Decode(args.string(0))),
  base64Encode: takes(1, (args) => Buffer.from(wellFormed(args.string(0))).toString("base64")),
  escapeJavaScript: takes(1, (args) => escapeJavaScript(args.string(0))),
  parseJson: takes(1, (args) => parseJson(args.string(0))),
  toJson: takes(1, (args) => toJson(args.any(0))),
  urlDecode: takes(1, (args) => urlDecode(args.string(0))),
  urlEncode: takes(1, (args) =>
    new URLSearchParams([["", wellFormed(args.string(0))]]).toString().slice(1),
  ),
};

/** The JSON text, with numbers as Java writes them: 2.0 is not 2. */
export function toJson(value: unknown): string {
  if (value instanceof Double || typeof value === "bigint") {
    return value.toString();
  }
  if (value instanceof View) {
    return toJson(value.read());
  }
  if (isList(value)) {
    return `[${value.map(toJson).join(",")}]`;
  }
  if (isMap(value)) {
    const members = Object.entries(value).map(
      ([key, member]) => `${JSON.stringify(key)}:${toJson(member)}`,
    );
    return `{${members.join(",")}}`;
  }
  return JSON.stringify(fromJava(value));
}

function parseJson(text: string): unknown {
  try {
    return toJava(JSON.parse(text));
  } catch (error) {
    throw new JavaError(`$util.parseJson: ${String(error)}`);
  }
}

/** AWS documents bytes as the result, and shows templates that take them for text. Only what is UTF-8 is text. */
function base64Decode(encoded: string): string {
  const bytes = Buffer.from(encoded, "base64");
  try {
    if (bytes.toString("base64") === encoded) {
      return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
    }
  } catch {
    throw new JavaError(
      `$util.base64Decode: the bytes of ${JSON.stringify(encoded)} are not UTF-8`,
    );
  }
  throw new JavaError(`$util.base64Decode: ${JSON.stringify(encoded)} is not base64`);
}

function urlDecode(encoded: string): string {
  try {
    return decodeURIComponent(encoded.replaceAll("+", " "));
  } catch {
    throw new JavaError(`$util.urlDecode: ${JSON.stringify(encoded)} is not a part of a URL`);
  }
}

function wellFormed(text: string): string {
  if (/\p{Cs}/u.test(text)) {
    throw new JavaError("an unpaired surrogate has no UTF-8");
  }
  return text;
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
  return text.replace(/['"\\/]|[^\x20-\x7f]/g, (character) => {
    if (/['"\\/]/.test(character)) {
      return `\\${character}`;
    }
    const code = character.charCodeAt(0).toString(16).toUpperCase().padStart(4, "0");
    return named[character] ?? `\\u${code}`;
  });
}
