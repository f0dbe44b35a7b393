import { GraphQLScalarType } from "graphql";
import { describe, expect, it } from "vitest";
import { CoercionError } from "../../src/appsync/coercing";
import { parseJsonExactly } from "../../src/appsync/java-numbers";
import { coercingOf } from "../../src/appsync/scalars";

const accepts = (name: string, value: unknown) => {
  try {
    coercingOf(new GraphQLScalarType({ name })).parseValue(value);
    return true;
  } catch (error) {
    expect(error).toBeInstanceOf(CoercionError);
    return false;
  }
};

describe.each<[string, unknown[], unknown[]]>([
  [
    "AWSDate",
    [
      "1970-01-01",
      "1970-01-01Z",
      "1970-01-01-07:00",
      "1970-01-01+05:30",
      "2024-02-29",
      "0001-01-01",
    ],
    [
      "2026-02-30",
      "2023-02-29",
      "2026-13-01",
      "1970-1-1",
      "1970-01-01T00:00Z",
      "1970-01-01+24:00",
      5,
    ],
  ],
  [
    "AWSTime",
    ["12:30", "12:30:24", "12:30:24.500", "12:30:24.123456789Z", "12:30+05:30:00", "12:30-18:00"],
    ["24:00", "12:60", "12:30:24.1234567890", "12:30:24.", "12:30+19:00", "12:30-18:01", "1:30"],
  ],
  [
    "AWSDateTime",
    ["1970-01-01T12:30:24.5Z", "2020-01-01T00:00+00:00", "2020-01-01T01:02:03-07:00:30"],
    ["2026-02-30T00:00Z", "2026-01-31T10:00:00", "2026-01-31", "2026-01-31t10:00:00z", ""],
  ],
  ["AWSTimestamp", [0, -5, 1_700_000_000_000], ["5", 1.5, true, 2 ** 53]],
  [
    "AWSEmail",
    ["a@b", "a@b.c", "first.last+tag@example.com", '"a b"@example.com'],
    ["", "@", "a", "a@", "@a", "a@@b", "a b@c", "a..b@c", "a@-b"],
  ],
  [
    "AWSURL",
    ["https://example.com/a?b=//c", "mailto:a@b", "http://127.0.0.1:1/"],
    ["example.com", "/a", "http://example.com/a//b", "http://a b", ""],
  ],
  [
    "AWSIPAddress",
    ["123.45.67.89", "123.45.67.89/16", "1a2b:3c4b::1234:4567", "::1/128"],
    ["123.45.67", "256.1.1.1", "1.2.3.4/33", "::1/129", "[::1]", "fe80::1%eth0", "1.2.3.4/"],
  ],
  ["AWSJSON", ['{"a": 1}', "[]", '"text"', "5", "null"], ["text", "{a: 1}", "", 5, true]],
])("%s", (name, right, wrong) => {
  it.each(right.map((value) => [value]))("accepts %j", (value) =>
    expect(accepts(name, value)).toBe(true),
  );
  it.each(wrong.map((value) => [value]))("refuses %j", (value) =>
    expect(accepts(name, value)).toBe(false),
  );
});

describe("parseJsonExactly", () => {
  it.each([
    ['{"a": [1, -2, "3"], "b": null}', { a: [1, -2, "3"], b: null }],
    ['"1.5 and \\" 12345678901234567890"', '1.5 and " 12345678901234567890'],
    ["9007199254740993", 9007199254740993n],
  ])("reads %s", (text, value) => expect(parseJsonExactly(text)).toEqual(value));

  it.each([
    ["1.0", "1.0"],
    ["1e10", "1.0E10"],
    ["123456789.5", "1.234567895E8"],
    ["0.001", "0.001"],
    ["1e-4", "1.0E-4"],
    ["-0.0", "-0.0"],
  ])("keeps %s a Double", (text, written) => {
    expect(String(parseJsonExactly(text))).toBe(written);
  });

  it.each(["", "{", "01", "[1,]", "1.e", `${"[".repeat(1_001)}${"]".repeat(1_001)}`])(
    "refuses %s",
    (text) => expect(() => parseJsonExactly(text)).toThrow(SyntaxError),
  );
});
