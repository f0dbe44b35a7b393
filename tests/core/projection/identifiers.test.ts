import { describe, expect, it } from "vitest";
import { AccountId, CommandId, Subject, Version } from "../../../core/projection/identifiers";

describe.each([
  ["an account's id", AccountId],
  ["a command's id", CommandId],
] as const)("%s", (_, id) => {
  it.each(["a", "7", "A-1_b", "constructor", "x".repeat(64)])("may be %j", (text) => {
    expect(id.is(text)).toBe(true);
  });

  // A line break at the end is what a pattern's `$` lets through in other languages.
  it.each([
    "",
    "_a",
    "-a",
    "a b",
    "a:b",
    "a/b",
    "ä",
    "a\n",
    "\na",
    "a\u2028",
    "x".repeat(65),
    7,
    null,
  ])("is not %j", (value) => {
    expect(id.is(value)).toBe(false);
  });
});

describe("a version", () => {
  it("counts from 1 to GraphQL's highest Int", () => {
    expect([1, 2 ** 31 - 1].map(Version.is)).toEqual([true, true]);
  });

  it.each([0, -1, 2 ** 31, 1.5, Number.NaN, Number.POSITIVE_INFINITY, "1", 1n, null])(
    "is not %o",
    (value) => {
      expect(Version.is(value)).toBe(false);
    },
  );
});

describe("a subject", () => {
  it("is any text but the empty one", () => {
    expect(["alice", "", 1].map(Subject.is)).toEqual([true, false, false]);
  });
});
