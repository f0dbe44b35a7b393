import { describe, expect, it } from "vitest";
import { cases } from "../../conformance/cases";
import { problemHere } from "../../conformance/fixed-cases";
import { compileTemplate } from "../../src/appsync/vtl";

// `npm run conformance` holds what is written down in the cases against Velocity itself.

describe("a template that once came out otherwise than in Velocity", () => {
  it.each(cases.map((fixed) => [fixed.template, fixed] as const))(
    "comes out like there, or is refused: %j",
    (_, fixed) => {
      expect(problemHere(fixed)).toBeUndefined();
    },
  );
});

describe("a refused template", () => {
  it.each([
    [
      '{\n  "a": #if($x == null)1#end\n}',
      'found "null": null is an argument of methods alone, use a variable that nothing has set at line 2, column 18',
    ],
    ['1\n#set($x = "a\n  $y.f(%)")', "at line 3"],
    ["1\n\n#foreach($i in $list)", "#foreach without #end at line 3, column 1"],
  ])("is told the place of its mistake: %j", (text, message) => {
    expect(() => compileTemplate("test.vtl", text)).toThrow(message);
  });

  it("is told so where it is nested too deeply to be read", () => {
    const depth = 30_000;
    const text = `#set($x = ${"(".repeat(depth)}1${")".repeat(depth)})`;
    expect(() => compileTemplate("test.vtl", text)).toThrow("nested too deeply");
  });
});
