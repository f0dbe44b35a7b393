import * as t from "io-ts";
import { describe, expect, it } from "vitest";
import {
  decodeInputs,
  inputsOf,
  oneOf,
  resourceInputs,
  textLike,
  wholeNumber,
} from "../src/inputs";

const codec = resourceInputs(
  { key: t.string },
  {
    size: wholeNumber(1, 9),
    mode: oneOf("ON", "OFF"),
    arn: textLike("an ARN", /^arn:/),
    parts: t.array(inputsOf({ name: t.string }, { unit: t.string }, ["color"])),
  },
  ["comment"],
);
const decode = (inputs: unknown) => decodeInputs(codec, inputs, "table events");

describe("a resource's inputs", () => {
  it("are those that are used, without those that mean nothing here", () => {
    const used = { key: "k", size: 9, mode: "ON", arn: "arn:x", parts: [{ name: "n" }] };
    const ignored = { comment: "c", tags: { a: "b" }, tagsAll: {}, region: "r" };
    expect(decode({ ...used, ...ignored })).toEqual(used);
    expect(decode({ key: "k", parts: [{ name: "n", color: "red" }] })).toEqual({
      key: "k",
      parts: [{ name: "n" }],
    });
  });

  it("may be undefined, which is as good as left out", () => {
    expect(decode({ key: "k", size: undefined, ttl: undefined })).toEqual({ key: "k" });
  });

  it.each([
    [{ key: "k", ttl: {} }, '"ttl" is not supported locally'],
    [{ key: "k", parts: [{ name: "n", ttl: 1 }] }, '"parts.0.ttl" is not supported locally'],
    [{}, '"key" is missing'],
    [{ key: 1 }, '"key" must be string, found 1'],
    [{ key: ["x".repeat(200)] }, `"key" must be string, found ["${"x".repeat(98)} …`],
    [{ key: "k", size: 10 }, '"size" must be a whole number from 1 to 9, found 10'],
    [{ key: "k", mode: "MAYBE" }, '"mode" must be ON or OFF, found "MAYBE"'],
    [{ key: "k", arn: "x" }, '"arn" must be an ARN, found "x"'],
    [{ key: "k", parts: ["n"] }, '"parts.0" must be an object, found "n"'],
  ])("are refused by name in a line: %j", (inputs, problem) => {
    expect(() => decode(inputs)).toThrow(new Error(`table events: the input ${problem}`));
  });
});
