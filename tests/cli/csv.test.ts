import { describe, expect, it } from "vitest";
import { csvRecord } from "../../cli/csv";

describe("a CSV record", () => {
  it("quotes what RFC 4180 wants quoted, and nothing else", () => {
    expect(csvRecord(["plain", 'say "hi"', "a,b", "two\nlines", "cr\r", " space "])).toBe(
      'plain,"say ""hi""","a,b","two\nlines","cr\r", space \r\n',
    );
  });

  it("has nothing between its commas for a missing value, and numbers and objects as text", () => {
    expect(csvRecord([undefined, null, 5, 5n, { a: 1 }])).toBe(',,5,5,"{""a"":1}"\r\n');
  });
});
