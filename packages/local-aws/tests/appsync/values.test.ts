import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startApi, type TestApi } from "./harness";

const schema = `
  enum Color { RED GREEN }
  input Inner { n: Int!, mails: [AWSEmail!] }
  input In { s: String!, i: Int = 3, inner: Inner, c: Color }
  type Item {
    id: ID, text: String, int: Int, float: Float, flag: Boolean, color: Color, at: AWSDateTime
    list: [Int], items: [Item!], need: String!, needs: [Int!]!
  }
  type Query {
    args(
      s: String, i: Int, f: Float, b: Boolean, id: ID, c: Color, in: In, list: [Int], json: AWSJSON, d: Int = 7
    ): AWSJSON
    item: Item
    items: [Item]
    none: Item
  }
  type Mutation { first: Item!, second: Item }
`;

const item = JSON.stringify({
  id: 7,
  text: { a: 1, b: [true, null] },
  int: "1e2",
  float: "1.50",
  flag: "no",
  color: "RED",
  at: "2026-02-28T00:00Z",
  list: [1, null, "3"],
  need: 5,
  needs: [1],
});
const wrong = JSON.stringify({
  id: true,
  int: true,
  float: "x",
  flag: [],
  color: "BLUE",
  at: "2026-02-30T00:00Z",
  list: "x",
  items: [{ needs: [] }, { need: "a", needs: [1, null] }, null],
});

let test: TestApi;

beforeAll(async () => {
  test = await startApi({ schema });
  test.local("Query.args", "$util.toJson($ctx.args)");
  test.local("Query.item", item);
  test.local("Query.items", `[${wrong}]`);
  test.local("Mutation.first", "null");
  test.local("Mutation.second", "#if(true)$util.error('the second ran')#end");
});
afterAll(() => test.stop());

/** Sends variables as JSON text, in which numbers keep their form. */
async function send(query: string, variables: string) {
  const body = `{"query": ${JSON.stringify(query)}, "variables": ${variables}}`;
  const response = await test.post(body, { authorization: test.signIn.token() });
  return (await response.json()) as Awaited<ReturnType<typeof test.ask>>;
}

describe("a variable", () => {
  const sent = async (argument: string, type: string, value: string) => {
    const query = `query ($v: ${type}) { args(${argument}: $v, d: 1) }`;
    const { data, errors } = await send(query, `{"v": ${value}}`);
    return errors?.[0]?.message ?? JSON.parse(String(data?.args))[argument];
  };

  it.each([
    ["s", "String", "100", "100"],
    ["s", "String", "100.0", "100.0"],
    ["s", "String", "1e10", "1.0E10"],
    ["s", "String", "12345678901234567890", "12345678901234567890"],
    ["s", "String", "true", "true"],
    ["s", "String", '["a", null, 1.5]', "[a, null, 1.5]"],
    ["s", "String", '{"a": {"b": 1}}', "{a={b=1}}"],
    ["i", "Int", '"1"', 1],
    ["i", "Int", '"1.0"', 1],
    ["i", "Int", "1e2", 100],
    ["f", "Float", '"1e2"', 100],
    ["b", "Boolean", '"x"', false],
    ["b", "Boolean", '"TRUE"', true],
    ["b", "Boolean", "0.5", true],
    ["id", "ID", "9007199254740993", "9007199254740993"],
    ["c", "Color", '"RED"', "RED"],
    ["list", "[Int]", '"1"', [1]],
    ["in", "In", '{"s": 1}', { s: "1", i: 3 }],
    ["in", "In", '{"s": "", "i": null, "inner": null}', { s: "", i: 3, inner: null }],
    ["json", "AWSJSON", '"{\\"k\\": [1]}"', { k: [1] }],
  ])("of %s is converted as on AWS: %s from %s", async (argument, type, value, expected) => {
    expect(await sent(argument, type, value)).toEqual(expected);
  });

  const invalid = (what: string) => `Variable 'v' has an invalid value. ${what}`;
  it.each([
    ["i", "Int", "2147483648", invalid("Expected type 'Int' but was 'Long'.")],
    ["i", "Int", "1.5", invalid("Expected type 'Int' but was 'Double'.")],
    ["i", "Int", "true", invalid("Expected type 'Int' but was 'Boolean'.")],
    ["i", "Int", '" 1"', invalid("Expected type 'Int' but was 'String'.")],
    ["f", "Float", '"x"', invalid("Expected type 'Float' but was 'String'.")],
    ["b", "Boolean", "[]", invalid("Expected type 'Boolean' but was 'ArrayList'.")],
    ["id", "ID", "1.5", invalid("Expected type 'ID' but was 'Double'.")],
    ["id", "ID", "12345678901234567890", invalid("Expected type 'ID' but was 'BigInteger'.")],
    [
      "c",
      "Color",
      '"BLUE"',
      invalid("Invalid input for Enum 'Color'. No value found for name 'BLUE'"),
    ],
    [
      "in",
      "In",
      '"x"',
      invalid(
        "Expected type 'Map' but was 'String'. Variables for input objects must be an instance of type 'Map'.",
      ),
    ],
    [
      "in",
      "In",
      '{"s": "", "inner": {"n": 1, "mails": ["x"]}}',
      "Variable 'mails' has an invalid value. Unable to parse `x` as a valid email address.",
    ],
    ["in", "In", "{}", "Variable 'v' has coerced Null value for NonNull type 'String!'"],
    ["s", "String!", "null", "Variable 'v' has coerced Null value for NonNull type 'String!'"],
    ["json", "AWSJSON", '{"k": 1}', invalid("Unable to parse `{k=1}` as valid JSON.")],
    [
      "in",
      "In",
      '{"s": "", "__proto__": 1}',
      "The variables input contains a field that is not defined for input object type 'In' ",
    ],
  ])("for %s of type %s is refused with %s", async (argument, type, value, message) => {
    expect(await sent(argument, type, value)).toBe(message);
  });

  it("that is refused ends the operation, at its declaration", async () => {
    expect(await test.ask("query ($i: Int!) { args(i: $i) item { id } }")).toEqual({
      data: null,
      errors: [
        {
          path: null,
          locations: [{ line: 1, column: 8, sourceName: null }],
          message: "Variable 'i' has coerced Null value for NonNull type 'Int!'",
        },
      ],
    });
  });

  it("without a value makes its argument null, while an argument may be left out", async () => {
    const args = async (query: string, variables = {}) =>
      JSON.parse(String((await test.ask(query, variables)).data?.args));
    const query = "query ($v: String, $d: Int) { args(s: $v, d: $d) }";
    expect(await args(query)).toEqual({ s: null, d: null });
    expect(await args(query, { v: null, d: 1 })).toEqual({ s: null, d: 1 });
    expect(await args("{ args }")).toEqual({ d: 7 });
    const nested = 'query ($c: Color, $i: Int) { args(in: {s: "", c: $c, i: $i}) }';
    expect(await args(nested)).toEqual({ d: 7, in: { s: "" } });
    expect(await args(nested, { c: null, i: null })).toEqual({
      d: 7,
      in: { s: "", c: null, i: 3 },
    });
  });

  it("has its default instead of null", async () => {
    const query = "query ($v: Int = 5) { args(i: $v) }";
    for (const variables of [{}, { v: null }]) {
      const { data } = await test.ask(query, variables);
      expect(JSON.parse(String(data?.args))).toEqual({ i: 5, d: 7 });
    }
  });

  it("may have a name that means something to JavaScript", async () => {
    const query =
      "query ($__proto__: Int, $constructor: Int) { args(i: $__proto__, d: $constructor) }";
    const { data } = await send(query, '{"__proto__": 1}');
    expect(JSON.parse(String(data?.args))).toEqual({ i: 1, d: null });
  });
});

describe("a response", () => {
  it("has values converted as on AWS", async () => {
    const all = "id text int float flag color at list need needs";
    expect((await test.ask(`{ item { ${all} } }`)).data?.item).toEqual({
      id: "7",
      text: "{a=1, b=[true, null]}",
      int: 100,
      float: 1.5,
      flag: false,
      color: "RED",
      at: "2026-02-28T00:00Z",
      list: [1, null, 3],
      need: "5",
      needs: [1],
    });
  });

  it("reports each value that does not fit, without a location", async () => {
    const { data, errors } = await test.ask("{ items { id int float flag color at list } }");
    const empty = { id: null, int: null, float: null, flag: null, color: null, at: null };
    expect(data?.items).toEqual([{ ...empty, list: null }]);
    const at = (field: string) => ({ path: ["items", 0, field], locations: null });
    const serialize = (field: string, reason: string) => ({
      ...at(field),
      message: `Can't serialize value (/items[0]/${field}) : ${reason}`,
    });
    expect(errors).toEqual([
      serialize("id", "Expected type 'ID' but was 'Boolean'."),
      serialize("int", "Expected type 'Int' but was 'Boolean'."),
      serialize("float", "Expected type 'Float' but was 'String'."),
      serialize("flag", "Expected type 'Boolean' but was 'ArrayList'."),
      serialize("color", "Invalid input for Enum 'Color'. Unknown value 'BLUE'"),
      serialize("at", "Unable to serialize `2026-02-30T00:00Z` as a valid DateTime Object."),
      {
        ...at("list"),
        message: "Can't resolve value (/items[0]/list) : type mismatch error, expected type LIST",
      },
    ]);
  });

  it("reports every null in a non-null place", async () => {
    const { data, errors } = await test.ask("{ items { id: at items { need needs } } }");
    expect(data?.items).toEqual([{ id: null, items: null }]);
    const reported = (place: string, what: string, within: string) =>
      `Cannot return null for non-nullable type: '${what}' within parent '${within}' (/items[0]/items${place})`;
    expect(errors?.slice(1).map(({ message }) => message)).toEqual([
      reported("[0]/need", "String", "Item"),
      reported("[1]/needs[1]", "Int", "null"),
      reported("[2]", "Item", "null"),
    ]);
    expect(errors?.[1]).toMatchObject({
      path: ["items", 0, "items", 0, "need"],
      locations: null,
    });
  });

  it("names no type for a list", async () => {
    const { errors } = await test.ask("{ item { items { id } } items { needs } }");
    expect(errors?.[0]?.message).toBe(
      "Cannot return null for non-nullable type: 'null' within parent 'Item' (/items[0]/needs)",
    );
  });

  it("without data ends a mutation before its next field", async () => {
    const { data, errors } = await test.ask("mutation { first { id } second { id } }");
    expect(data).toBeNull();
    expect(errors).toMatchObject([{ path: ["first"] }]);
  });
});
