import { describe, expect, it } from "vitest";
import { compileTemplate, renderTemplate } from "../../src/appsync/vtl";

const template = compileTemplate(
  "test.vtl",
  "$util.transform.toDynamoDBFilterExpression($ctx.args.filter)",
);

function transform(filter: unknown) {
  const rendered = renderTemplate(template, { arguments: { filter } });
  return "json" in rendered ? rendered.json : rendered;
}

/** What AppSync has answered; the documentation's example is the first. */
const expressions: readonly [object, string][] = [
  [{ title: { contains: "Hello World" } }, "(contains(#title,:title_contains))"],
  [{ v: { eq: 1 } }, "(#v = :v_eq)"],
  [{ v: { ne: 1 } }, "(#v <> :v_ne)"],
  [{ v: { lt: 1 } }, "(#v < :v_lt)"],
  [{ v: { le: 1 } }, "(#v <= :v_le)"],
  [{ v: { gt: 1 } }, "(#v > :v_gt)"],
  [{ v: { ge: 1 } }, "(#v >= :v_ge)"],
  [{ v: { notContains: "x" } }, "(NOT contains(#v,:v_notContains))"],
  [{ v: { beginsWith: "x" } }, "(begins_with(#v,:v_beginsWith))"],
  [{ v: { between: [1, 9] } }, "(#v BETWEEN :v_between_start AND :v_between_end)"],
  [{ v: { in: ["a", "b"] } }, "(#v IN (:v_in_0, :v_in_1))"],
  [{ v: { attributeExists: true } }, "(attribute_exists(#v))"],
  [{ v: { attributeExists: false } }, "(attribute_not_exists(#v))"],
  [{ v: { attributeType: "_null" } }, "(attribute_type(#v,:v_attributeType))"],
  [{ v: { size: { gt: 2 } } }, "(size(#v) > :v_size_gt)"],
  [{ v: { size: { size: { gt: 1 } } } }, "(size(#v) > :v_size_size_gt)"],
  [{ v: { size: { gt: 2, lt: 5 } } }, "((size(#v) > :v_size_gt) AND (size(#v) < :v_size_lt))"],
  [{ v: { ge: 1, le: 5 } }, "((#v >= :v_ge) AND (#v <= :v_le))"],
  [{ a: { eq: 1 }, b: { eq: 2 } }, "(#a = :a_eq) AND (#b = :b_eq)"],
  [{ a: { eq: 1 }, and: [{ b: { eq: 2 } }] }, "(#a = :a_eq) AND (#b = :and_0_b_eq)"],
  [
    { or: [{ and: [{ a: { eq: 1 } }, { b: { eq: 2 } }] }, { c: { eq: 3 } }] },
    "(((#a = :or_0_and_0_a_eq) AND (#b = :or_0_and_1_b_eq)) OR (#c = :or_1_c_eq))",
  ],
  [{ not: { not: { a: { eq: 1 } } } }, "(NOT (NOT (#a = :not_not_a_eq)))"],
  [
    { not: { and: [{ a: { eq: 1 } }, { b: { eq: 2 } }] } },
    "(NOT ((#a = :not_and_0_a_eq) AND (#b = :not_and_1_b_eq)))",
  ],
  [{}, ""],
];

describe("$util.transform.toDynamoDBFilterExpression", () => {
  it.each(expressions)("writes %j as AppSync does", (filter, expression) => {
    expect(transform(filter)).toMatchObject({ expression });
  });

  it("gives each attribute a name and each operand a typed value", () => {
    const filter = {
      title: { contains: "Hello", ne: null },
      or: [{ n: { between: [1, 2.5] } }, { done: { eq: true } }],
      tags: { attributeExists: true, attributeType: "stringSet" },
    };
    expect(transform(filter)).toMatchObject({
      expressionNames: { "#title": "title", "#n": "n", "#done": "done", "#tags": "tags" },
      expressionValues: {
        ":title_contains": { S: "Hello" },
        ":title_ne": { NULL: true },
        ":or_0_n_between_start": { N: "1" },
        ":or_0_n_between_end": { N: "2.5" },
        ":or_1_done_eq": { BOOL: true },
        ":tags_attributeType": { S: "SS" },
      },
    });
  });

  it.each([
    [null, "argument 1 must be a Map"],
    [[], "argument 1 must be a Map"],
    [{ v: null }, "v must be a Map, got null"],
    [{ v: { foo: 1 } }, "v.foo is not an operator"],
    [{ v: { constructor: 1 } }, "v.constructor is not an operator"],
    [{ a: { b: { eq: 1 } } }, "a.b is not an operator"],
    [{ and: { a: { eq: 1 } } }, "and must be a List"],
    [{ or: [{ a: { eq: 1 } }, null] }, "or.1 must be a Map, got null"],
    [{ not: [{ a: { eq: 1 } }] }, "not must be a Map, got List"],
    [{ v: { between: [1] } }, "v.between must be a List of 2"],
    [{ v: { in: [] } }, "v.in must be a List of 1"],
    [{ v: { attributeExists: "yes" } }, "v.attributeExists must be a Boolean"],
    [{ v: { attributeType: "S" } }, "v.attributeType must be one of _null"],
    [{ v: { size: 3 } }, "v.size must be a Map, got Number"],
    [{ v: { size: { eq: 1 } }, v_size: { eq: 2 } }, "the placeholder of another value, :v_size_eq"],
  ])("refuses %j", (filter, reason) => {
    expect(transform(filter)).toMatchObject({
      error: { message: expect.stringContaining(reason) },
    });
  });
});
