import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startApi, type TestApi } from "./harness";

// The messages are graphql-java's own.

const schema = `
  enum Color { RED GREEN }
  input Inner { n: Int! }
  input In { s: String!, inner: Inner, list: [Int!], c: Color, at: AWSDateTime }
  interface Named { name: String }
  type Item implements Named { id: ID!, name: String, items: [Item!]!, other: Other }
  type Other implements Named { name: String, id: ID }
  union Either = Item | Other
  type Query {
    item(id: ID!): Item
    named: Named
    either: Either
    text(s: String, i: Int, in: In, b: Boolean, list: [Int!]): String
    needed: String!
  }
  type Mutation { change: Item }
`;

let test: TestApi;

beforeAll(async () => {
  test = await startApi({ schema });
});
afterAll(() => test.stop());

async function mistakes(query: string): Promise<readonly string[]> {
  const { data, errors = [] } = await test.ask(query);
  expect(data).toBeNull();
  return errors.map((error) => {
    expect(error).toEqual({
      path: null,
      locations: error.locations,
      message: expect.stringMatching(/^Validation error of type /),
    });
    return String(error.message).replace("Validation error of type ", "");
  });
}

describe("an invalid document", () => {
  it.each([
    ["{ nope }", "FieldUndefined: Field 'nope' in type 'Query' is undefined @ 'nope'"],
    [
      "{ item(id: 1) { items } }",
      "SubSelectionRequired: Sub selection required for type null of field items @ 'item/items'",
    ],
    [
      "{ needed { id } }",
      "SubSelectionNotAllowed: Sub selection not allowed on leaf type null of field needed @ 'needed'",
    ],
    ["{ item { id } }", "MissingFieldArgument: Missing field argument id @ 'item'"],
    ["{ needed @skip }", "MissingDirectiveArgument: Missing directive argument if @ 'needed'"],
    ["{ needed(x: 1) }", "UnknownArgument: Unknown field argument x @ 'needed'"],
    [
      "{ needed @skip(if: true, x: 1) }",
      "UnknownDirective: Unknown directive argument x @ 'needed'",
    ],
    ["{ needed @nope }", "UnknownDirective: Unknown directive nope @ 'needed'"],
    ["query @skip(if: true) { needed }", "MisplacedDirective: Directive skip not allowed here"],
    ["{ ...F }", "UndefinedFragment: Undefined fragment F"],
    ["{ needed } fragment F on Item { id }", "UnusedFragment: Unused fragment F"],
    ["{ needed ... on Nope { id } }", "UnknownType: Unknown type Nope"],
    [
      "{ needed ... on Color { id } }",
      "InlineFragmentTypeConditionInvalid: Inline fragment type condition is invalid, must be on Object/Interface/Union",
    ],
    [
      "{ item(id: 1) { ... on Other { id } } }",
      "InvalidFragmentType: Fragment cannot be spread here as objects of type Item can never be of type Other @ 'item'",
    ],
    [
      "{ item(id: 1) { ...F } } fragment F on Item { items { ...F } }",
      "FragmentCycle: Fragment cycles not allowed @ 'F'",
    ],
    ["query ($v: Int) { needed }", "UnusedVariable: Unused variable v"],
    ["{ text(i: $v) }", "UndefinedVariable: Undefined variable v @ 'text'"],
    [
      "query ($v: Int) { text(s: $v) }",
      "VariableTypeMismatch: Variable type 'Int' doesn't match expected type 'String' @ 'text'",
    ],
    [
      "query ($v: Int! = 1) { text(i: $v) }",
      "DefaultForNonNullArgument: Missing value for non null type",
    ],
    [
      'query ($v: Int = "x") { text(i: $v) }',
      "BadValueForDefaultArg: Bad default value StringValue{value='x'} for type Int",
    ],
    [
      "{ text(s: 1) }",
      "WrongType: argument 's' with value 'IntValue{value=1}' is not a valid 'String' @ 'text'",
    ],
    [
      "{ text(in: {inner: {n: 1}}) }",
      "WrongType: argument 'in' with value 'ObjectValue{objectFields=[ObjectField{name='inner', value=ObjectValue{objectFields=[ObjectField{name='n', value=IntValue{value=1}}]}}]}' is missing required fields '[s]' @ 'text'",
    ],
    [
      '{ text(in: {s: "s", x: RED}) }',
      "WrongType: argument 'in' with value 'ObjectValue{objectFields=[ObjectField{name='s', value=StringValue{value='s'}}, ObjectField{name='x', value=EnumValue{name='RED'}}]}' contains a field not in 'In': 'x' @ 'text'",
    ],
    [
      '{ text(in: {s: "s", inner: {n: null}}) }',
      "WrongType: argument 'in.inner.n' with value 'NullValue{}' must not be null @ 'text'",
    ],
    [
      '{ text(in: {s: "s", c: BLUE}) }',
      "WrongType: argument 'in.c' with value 'EnumValue{name='BLUE'}' is not a valid 'Color' @ 'text'",
    ],
    [
      '{ text(in: {s: "s", at: "2019"}) }',
      "WrongType: argument 'in.at' with value 'StringValue{value='2019'}' is not a valid 'AWSDateTime' @ 'text'",
    ],
    [
      "{ text(list: [1, true]) }",
      "WrongType: argument 'list[1]' with value 'BooleanValue{value=true}' is not a valid 'Int' @ 'text'",
    ],
    [
      "{ text(i: 2147483648) }",
      "WrongType: argument 'i' with value 'IntValue{value=2147483648}' is not a valid 'Int' @ 'text'",
    ],
    ["{ a: text(i: 1) a: text(i: 2) }", "FieldsConflict: a: they have differing arguments"],
    ["{ a: needed a: text }", "FieldsConflict: a: fields have different nullability shapes"],
    [
      "{ x: item(id: 1) { y: id } x: item(id: 1) { y: items { id } } }",
      "FieldsConflict: x: (y: fields have different list shapes)",
    ],
    [
      "query A { needed } query A { needed }",
      "DuplicateOperationName: There can be only one operation named 'A'",
    ],
    [
      "query A { needed } { needed }",
      "LoneAnonymousOperationViolation: Anonymous operation with other operations.",
    ],
    [
      "query A { needed } type T { a: Int }",
      "NonExecutableDefinition: The T definition is not executable.",
    ],
  ])("is refused with AppSync's words: %s", async (query, message) => {
    const named = query.startsWith("query A") ? { operationName: "A" } : {};
    const response = await test.post(JSON.stringify({ query, ...named }), {
      authorization: test.signIn.token(),
    });
    const { data, errors } = (await response.json()) as Awaited<ReturnType<typeof test.ask>>;
    expect(data).toBeNull();
    expect(errors?.map((error) => error.message)).toEqual([`Validation error of type ${message}`]);
  });

  it("is told all its mistakes, in the order of the document", async () => {
    const query = `query ($v: AWSTimestamp, $w: Item) {
      nope
      item { id(x: $u) ...F }
      text(i: "1")
    }
    fragment G on Item { id }`;
    expect(await mistakes(query)).toEqual([
      "UnknownType: Unknown type AWSTimestamp",
      "NonInputTypeOnVariable: Wrong type for a variable",
      "FieldUndefined: Field 'nope' in type 'Query' is undefined @ 'nope'",
      "MissingFieldArgument: Missing field argument id @ 'item'",
      "UnknownArgument: Unknown field argument x @ 'item/id'",
      "UndefinedVariable: Undefined variable u @ 'item/id'",
      "UndefinedFragment: Undefined fragment F @ 'item'",
      "WrongType: argument 'i' with value 'StringValue{value='1'}' is not a valid 'Int' @ 'text'",
      "UnusedVariable: Unused variable v",
      "UnusedVariable: Unused variable w",
      "UnusedFragment: Unused fragment G",
    ]);
  });

  it("is told where its mistakes are", async () => {
    const { errors } = await test.ask("{ needed\n  a: needed\n  a: text }");
    expect(errors).toMatchObject([
      {
        locations: [
          { line: 2, column: 3, sourceName: null },
          { line: 3, column: 3, sourceName: null },
        ],
      },
    ]);
  });

  it("is refused for introspection that graphql-java 9 does not know", async () => {
    expect(await mistakes('{ __type(name: "Item") { specifiedByURL } }')).toEqual([
      "FieldUndefined: Field 'specifiedByURL' in type '__Type' is undefined @ '__type/specifiedByURL'",
    ]);
  });

  it("is refused where it is not known what AppSync does", async () => {
    const refused = async (query: string) => (await test.ask(query)).errors?.[0]?.message;
    expect(await refused('{ text(s: "a", s: "b") }')).toBe(
      'There can be only one argument named "s".',
    );
    expect(await refused('{ text(in: {s: "a", s: "b"}) }')).toContain("only one input field");
    expect(await refused("query ($v: Int, $v: Int) { text(i: $v) }")).toContain(
      "only one variable",
    );
  });
});
