import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { jsonText, lines } from "../../cli/command";
import { csvRecord } from "../../cli/csv";
import { suspendedText } from "../../cli/report";

/** Whether a terminal takes a character for anything but one to show; a line feed ends a line. */
const steers = (character: string): boolean => {
  const code = character.charCodeAt(0);
  const isControl = code < 0x20 || (code >= 0x7f && code < 0xa0);
  return (
    (isControl && character !== "\n") || "\u2028\u2029\u200E\u200F\u061C\u202E".includes(character)
  );
};
const steeringIn = (text: string): string[] => [...text].filter(steers);

const hostile = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        "\x1b]0;title\x07",
        "\x1b[2J",
        "\x9b31m",
        "\r",
        "\b",
        "\u202E",
        "\u2028",
        "\x7f",
      ),
      fc.string({ unit: "binary", maxLength: 5 }),
    ),
  )
  .map((pieces) => pieces.join(""));

describe("what the command line prints", () => {
  it("is text alone in a line, whatever is in it", () => {
    fc.assert(
      fc.property(hostile, (text) => {
        const printed = lines(text, "next");
        expect(steeringIn(printed)).toEqual([]);
        expect(printed.split("\n")).toHaveLength(3);
      }),
    );
  });

  it("is text alone in JSON, which has the same value", () => {
    fc.assert(
      fc.property(hostile, (text) => {
        const printed = jsonText({ [text]: [text] });
        expect(steeringIn(printed)).toEqual([]);
        expect(JSON.parse(printed)).toEqual({ [text]: [text] });
      }),
    );
  });

  it("is text alone in CSV", () => {
    fc.assert(
      fc.property(hostile, (text) => {
        expect(steeringIn(csvRecord([text, { memo: text }]).slice(0, -2))).toEqual([]);
      }),
    );
  });

  it("keeps characters that are made of several", () => {
    expect(lines("Zürich 👩‍👩‍👧 e\u0301")).toBe("Zürich 👩‍👩‍👧 e\u0301\n");
  });

  it("shows what an item says of itself, and obeys none of it", () => {
    const suspended = { version: 2, detail: "memo: \x1b[8mhidden", since: "\x9b2J", reason: "X" };
    expect(suspendedText({ streamId: "\x1b[31msavings", ...suspended } as never)).toBe(
      "\uFFFD[31msavings: suspended before event 2 since \uFFFD2J\n  X: memo: \uFFFD[8mhidden\n",
    );
  });
});
