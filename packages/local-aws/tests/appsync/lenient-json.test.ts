import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseJsonLeniently } from "../../src/appsync/lenient-json";

describe("the JSON of a template", () => {
  it.each([
    ['{"key": {"id": {"S": "1"},},\n}', { key: { id: { S: "1" } } }],
    ['[1, "a,]" , ]', [1, "a,]"]],
    ['{"a": "\\",}",}', { a: '",}' }],
  ])("may have a comma after the last member: %s", (text, value) => {
    expect(parseJsonLeniently(text)).toEqual(value);
  });

  it.each(["{,}", "[,]", '{"a": 1,,}', '{"a":,}', "[1,2,,]", '{"a": 1}}', "'a'"])(
    "is refused where it is no JSON in other ways: %s",
    (text) => {
      expect(() => parseJsonLeniently(text)).toThrow(SyntaxError);
    },
  );

  it("means the same with such commas as without", async () => {
    await fc.assert(
      fc.asyncProperty(fc.json(), async (text) => {
        const strict = JSON.parse(text);
        // With a comma before every closing bracket that ends a container with members.
        const lenient = JSON.stringify(strict, null, 1).replace(/\n *(?=[}\]])/g, ",$&");
        expect(parseJsonLeniently(lenient)).toEqual(strict);
      }),
    );
  });
});
