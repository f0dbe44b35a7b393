/** The smallest parts of snippets. */
import fc from "fast-check";

export type Text = fc.Arbitrary<string>;
export type Type = "string" | "integer" | "double" | "boolean" | "list" | "map";
export const types: readonly Type[] = ["string", "integer", "double", "boolean", "list", "map"];

/** The parts, one after the other. */
export const all = (...parts: (Text | string)[]): Text =>
  fc
    .tuple(...parts.map((part) => (typeof part === "string" ? fc.constant(part) : part)))
    .map((texts) => texts.join(""));

export const many = (part: Text, maxLength: number, separator = "", minLength = 0): Text =>
  fc.array(part, { minLength, maxLength }).map((texts) => texts.join(separator));

export const space = fc.constantFrom("", "", "", " ", "  ", "\n");
export const line = fc.constantFrom("", "", " ", "\n", " \n", "\r\n");

/** Text that touches what VTL reads: half of its characters are VTL's own. */
export const text = many(
  fc.constantFrom(
    ...["a", "b1", " ", "\n", '"', "'", "{", "}", "[", "]", "(", ")", ":", ", ", ".", "..", "-"],
    ...[
      "1",
      "2.5",
      "$",
      "$ ",
      "$5",
      "$.",
      "$[",
      "${",
      "$!",
      "#",
      "#name",
      "#{x}",
      "# ",
      "\\",
      "\\\\",
    ],
    ...["!", "|", "é", "😀", "if", "end", "*#", "]]#", "#name.x", "_", "@", "%"],
  ),
  4,
);

export const word = fc.constantFrom(
  "",
  "a",
  "ab",
  "B c",
  "ß",
  "x.y",
  "1",
  "true",
  "é😀",
  "a,b,,",
  "$5",
);
