import { describe, expect, it } from "vitest";
import { csvRecord } from "../../cli/csv";

describe("a CSV record", () => {
  it("quotes what RFC 4180 wants quoted, and nothing else", () => {
    expect(csvRecord(["plain", 'say "hi"', "a,b", "two\nlines", "cr\r", " space "])).toBe(
      'plain,"say ""hi""","a,b","two\nlines",cr�, space \r\n',
    );
  });

  it("has nothing between its commas for a missing value, and numbers and objects as text", () => {
    expect(csvRecord([undefined, null, 5, 5n, { a: 1 }])).toBe(',,5,5,"{""a"":1}"\r\n');
  });

  it.each([
    [
      '=HYPERLINK("http://example.com", "Statement")',
      `"'=HYPERLINK(""http://example.com"", ""Statement"")"`,
    ],
    ["+1", "'+1"],
    ["-2+3", "'-2+3"],
    ["@SUM(A1)", "'@SUM(A1)"],
    ["\t=1", "'\uFFFD=1"],
    ["\r=1", "'\uFFFD=1"],
    ["\n=1", `"'\n=1"`],
    ["＝1", "'＝1"],
  ])("shows a spreadsheet no formula in %j", (text, written) => {
    expect(csvRecord([text])).toBe(`${written}\r\n`);
  });

  it("leaves numbers and other text as they are", () => {
    expect(csvRecord([-5, -5n, "5-1", "a=b", "'quoted"])).toBe("-5,-5,5-1,a=b,'quoted\r\n");
  });

  it("has nothing in it that steers a terminal", () => {
    expect(csvRecord(["red \x1b[31m", "\x9b2J", "\u202Egnp.exe", { a: "\x9b" }])).toBe(
      'red \uFFFD[31m,\uFFFD2J,\uFFFDgnp.exe,"{""a"":""\uFFFD""}"\r\n',
    );
  });
});
