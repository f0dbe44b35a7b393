/** What the images of tokens say beyond their kinds. */
import type { Reference } from "./vtl-syntax";
import { TemplateSyntaxError, type Token } from "./vtl-syntax-error";
import { textOf } from "./vtl-token-stream";

/** \u0041 is a character in double quotes; no other backslash has a meaning there. */
export function unescaped(text: string, token: Token): string {
  if (/\\u(?![0-9a-fA-F]{4})/.test(text)) {
    throw new TemplateSyntaxError("\\u needs four hexadecimal digits after it", token);
  }
  return text.replace(/\\u(.{4})/g, (_, digits: string) =>
    String.fromCharCode(Number.parseInt(digits, 16)),
  );
}

/** What stands before the name: backslashes, text, `$` or `$!`. */
export function beginning(
  tokens: readonly Token[],
  root: string,
  formal: boolean,
): Omit<Reference, "kind" | "line" | "steps"> {
  const [first, ...rest] = tokens as readonly [Token, ...Token[]];
  if (first.image.includes("\\!")) {
    throw new TemplateSyntaxError("$\\! is not understood here", first);
  }
  const [, slashes = "", before = "", sign] =
    /^(\\*)(.*?)(\$!?)?\{?[^$!{]*$/s.exec(first.image) ?? [];
  if (sign === undefined) {
    const found = formal ? "{" : root;
    throw new TemplateSyntaxError(
      `${found} is no value: a reference begins with $${hintFor(found)}`,
      first,
    );
  }
  const text = textOf({ ...first, image: first.image.slice(slashes.length + before.length) });
  return {
    root,
    quiet: sign === "$!",
    backslashes: slashes.slice(0, slashes.length >> 1),
    prefix: before,
    ...(slashes.length % 2 === 1 ? { escaped: text + rest.map(textOf).join("") } : {}),
  };
}

function hintFor(found: string): string {
  return found === "null" ? "; null is an argument of methods alone" : "";
}
