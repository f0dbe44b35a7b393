import { describe, expect, it } from "vitest";
import { equalItems } from "../../src/appsync/dynamodb-values";

describe("numbers of items", () => {
  const equal = (a: string, b: string) => equalItems({ n: { N: a } }, { n: { N: b } });

  it.each([
    ["100", "1e2"],
    ["0.10", "1E-1"],
    ["+007", "7"],
    ["-0", "0.0"],
    [`1${"0".repeat(37)}`, "1e37"],
  ])("are equal by value: %s and %s", (a, b) => expect(equal(a, b)).toBe(true));

  it.each([
    ["1", "-1"],
    ["10", "1"],
    ["12345678901234567890e1", "12345678901234567891e1"],
  ])("differ by value: %s and %s", (a, b) => expect(equal(a, b)).toBe(false));
});
