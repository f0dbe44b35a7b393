import { describe, expect, it } from "vitest";
import { ChosenStreamId } from "../../../core/projection/envelope";
import {
  CommandId,
  StreamId,
  StreamVersion,
  Subject,
  Version,
} from "../../../core/projection/identifiers";

describe.each([
  ["a stream's id that a client chooses", ChosenStreamId],
  ["a command's id", CommandId],
] as const)("%s", (_, id) => {
  it.each(["a", "7", "A-1_b", "constructor", "x".repeat(64)])("can be %j", (text) => {
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
  ])("cannot be %j", (value) => {
    expect(id.is(value)).toBe(false);
  });
});

describe("a version", () => {
  it("is between 1 and GraphQL's highest Int", () => {
    expect([1, 2 ** 31 - 1].map(Version.is)).toEqual([true, true]);
  });

  it.each([0, -1, 2 ** 31, 1.5, Number.NaN, Number.POSITIVE_INFINITY, "1", 1n, null])(
    "is not %o",
    (value) => {
      expect(Version.is(value)).toBe(false);
    },
  );
});

describe("the version of a stream", () => {
  it("is that of its last event, or 0 before the first", () => {
    expect([0, 1, 2 ** 31 - 1].map(StreamVersion.is)).toEqual([true, true, true]);
    expect([-1, 0.5, 2 ** 31].map(StreamVersion.is)).toEqual([false, false, false]);
  });
});

describe("the key of a stream", () => {
  it("is any text but the empty one: an item may be written by hand", () => {
    expect(["savings", "a b/ä", "", 1].map(StreamId.is)).toEqual([true, true, false, false]);
  });
});

describe("a subject", () => {
  it("is any text but the empty one", () => {
    expect(["alice", "", 1].map(Subject.is)).toEqual([true, false, false]);
  });
});
