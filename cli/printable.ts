/**
 * What steers a terminal, or shows text otherwise than it is: control characters, of which escape sequences begin with
 * one, half characters, separators of lines, and what turns the direction of writing.
 */
const unprintable = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\p{Bidi_Control}]/gu;

/** The text in one line that a terminal only shows. Clients choose names and memos; anybody may have written an item. */
export const printable = (text: string): string => text.replace(unprintable, "\uFFFD");

/** The lines of a text, each printable. */
export const printableLines = (text: string): string => text.split("\n").map(printable).join("\n");

/** The same JSON, with escapes in place of what is not printable. A line break can only stand between its values. */
export const printableJson = (json: string): string =>
  json.replace(unprintable, (character) =>
    character === "\n" ? character : `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
