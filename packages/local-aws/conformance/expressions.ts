/** References and expressions of VTL, drawn from its grammar. */
import fc from "fast-check";
import { all, many, space, type Text, type Type, types, word } from "./pieces";

/** A string literal: `'` takes everything as it is, `"` is a template of its own. */
export const stringLiteral = (depth: number): Text =>
  fc.oneof(
    { weight: 3, arbitrary: word.map((content) => `'${content}'`) },
    { weight: 3, arbitrary: word.map((content) => `"${content}"`) },
    {
      weight: 1,
      arbitrary: fc.constantFrom("'it''s'", '"say ""x"""', '"\\u0041"', "'#if'", '"a##b"'),
    },
    { weight: depth > 0 ? 2 : 0, arbitrary: all('"', stringTemplate(depth - 1), '"') },
  );

export const stringTemplate = (depth: number): Text =>
  many(
    fc.oneof(
      word,
      fc.constantFrom("\\$ctx.args.s", "\\#if", "#name", "#* c *#"),
      reference("string", 0),
      reference("integer", 0),
      depth > 0 ? all("#if(", condition(0), ")", word, "#else", word, "#end") : word,
    ),
    3,
  ).map((content) => content.replaceAll('"', ""));

export const integerLiteral = fc.oneof(
  fc.integer({ min: -3, max: 12 }).map(String),
  fc.constantFrom("2147483647", "-2147483648", "2147483648", "9007199254740993", "007"),
);
export const doubleLiteral = fc.oneof(
  fc.constantFrom("1.0", "2.5", "-0.5", "0.1", "1e3", "1.5E-4", "100.", ".5", "12345678.9", "-0.0"),
  fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e6, max: 1e6 }).map((number) => {
    const written = String(number);
    return written.includes("e") ? "3.75" : written.includes(".") ? written : `${written}.0`;
  }),
);

/** The paths to the values of a type. */
export const paths: Readonly<Record<Type, readonly string[]>> = {
  string: ["ctx.args.s", "ctx.args.m.a", "ctx.args.m.get('a')", "ctx.args.words[0]", "vs"],
  integer: ["ctx.args.n", "ctx.args.big", "ctx.args.words.size()", "ctx.args.s.length()", "vi"],
  double: ["ctx.args.d", "ctx.args.numbers[1]", "ctx.args.n.doubleValue()"],
  boolean: ["ctx.args.b", "ctx.args.words.isEmpty()", "ctx.args.m.containsKey('a')"],
  list: ["ctx.args.words", "ctx.args.numbers", "ctx.args.m.keySet()", "vl"],
  map: ["ctx.args.m", "ctx.args", "ctx.args.nested.m", "vm"],
};

/** Methods that return a value of the type, on a string, list or map. */
export const calls = (type: Type, depth: number): Text => {
  const on = (owner: Type, ...rest: (Text | string)[]) =>
    all(fc.constantFrom(...paths[owner]), ".", ...rest);
  const s = expression("string", depth);
  const i = fc.constantFrom("0", "1", "2");
  const pattern = fc.constantFrom(
    "'[a-z]'",
    "','",
    "'.'",
    "'(a)(b)?'",
    "'x*'",
    "'\\s+'",
    "'^a|b$'",
  );
  const by = fc.constantFrom("'-'", "''", "'<$0>'", "'\\$x'", "'$1!'");
  const on_string = ["toUpperCase()", "toLowerCase()", "trim()", "toString()"];
  switch (type) {
    case "string":
      return fc.oneof(
        on("string", fc.constantFrom(...on_string)),
        on("string", "concat(", s, ")"),
        on("string", "substring(", i, ")"),
        on("string", "substring(0, ", i, ")"),
        on("string", "replace(", s, ", ", s, ")"),
        on("string", fc.constantFrom("replaceAll(", "replaceFirst("), pattern, ", ", by, ")"),
        on("list", "get(", i, ")"),
        on("map", "get(", s, ")"),
        on("list", "toString()"),
      );
    case "integer":
      return fc.oneof(
        on("string", fc.constantFrom("indexOf(", "lastIndexOf(", "compareTo("), s, ")"),
        on("list", "size()"),
        on("list", "indexOf(", s, ")"),
        on("integer", "intValue()"),
        on("double", "intValue()"),
        on("integer", "longValue()"),
        on("integer", "compareTo(", expression("integer", 0), ")"),
      );
    case "double":
      return on("integer", "doubleValue()");
    case "boolean":
      return fc.oneof(
        on("string", fc.constantFrom("contains(", "startsWith(", "endsWith(", "equals("), s, ")"),
        on("string", "equalsIgnoreCase(", s, ")"),
        on("string", "matches(", pattern, ")"),
        on("list", "contains(", expression(fcType, depth), ")"),
        on("map", "containsKey(", s, ")"),
        on("map", "equals(", expression("map", 0), ")"),
      );
    case "list":
      return fc.oneof(
        on("string", "split(", pattern, ")"),
        on("map", fc.constantFrom("keySet()", "values()", "entrySet()")),
        on("list", "subList(0, ", i, ")"),
      );
    case "map":
      return fc.constant('util.parseJson(\'{"a": [1, 2.5, {"b": null}]}\')');
  }
};

/** The word null is an argument, and no other expression. */
const argument = (depth: number): Text =>
  fc.oneof(
    { weight: 4, arbitrary: expression(fcType, depth) },
    { weight: 1, arbitrary: fc.constant("null") },
  );

export const utilities = (depth: number): Text =>
  all(
    "util.",
    fc.oneof(
      all("toJson(", expression(fcType, depth), ")"),
      all("isNull(", expression(fcType, depth), ")"),
      all("defaultIfNull(", argument(depth), ", ", argument(depth), ")"),
      all("defaultIfNullOrEmpty(", expression("string", depth), ", ", expression("string", 0), ")"),
      all("isNullOrBlank(", expression("string", depth), ")"),
      all(
        fc.constantFrom("isString(", "isNumber(", "isMap(", "typeOf("),
        expression(fcType, 0),
        ")",
      ),
      all("escapeJavaScript(", expression("string", depth), ")"),
      all("urlDecode($util.urlEncode(", expression("string", depth), "))"),
      all("base64Decode($util.base64Encode(", expression("string", depth), "))"),
      all("dynamodb.toDynamoDBJson(", expression(fcIntegral, depth), ")"),
      all("matches('^[a-z]*\\z', ", expression("string", depth), ")"),
      all("list.copyAndRemoveAll(", expression("list", 0), ", ", expression("list", 0), ")"),
      fc.constantFrom("time.nowISO8601()", "time.nowEpochSeconds()", "time.nowEpochMilliSeconds()"),
    ),
  );

export const fcType = fc.constantFrom(...types);
export const fcIntegral = fc.constantFrom<Type[]>("string", "integer", "boolean");

/** The path of a reference, without what it begins with. */
export const path = (type: Type, depth: number): Text =>
  fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom(...paths[type]) },
    { weight: depth > 0 ? 3 : 0, arbitrary: depth > 0 ? calls(type, depth - 1) : word },
  );

export const reference = (type: Type, depth: number): Text =>
  path(type, depth).chain((name) => fc.constantFrom(`$${name}`, `$!${name}`, `\${${name}}`));

export const expression = (type: Type | fc.Arbitrary<Type>, depth: number): Text =>
  typeof type === "string" ? typed(type, depth) : type.chain((drawn) => typed(drawn, depth));

export const typed = (type: Type, depth: number): Text =>
  fc.oneof(
    { weight: 3, arbitrary: reference(type, depth) },
    { weight: 3, arbitrary: literal(type, depth) },
    { weight: 1, arbitrary: fc.constantFrom("$ctx.args.none", "$ctx.args.words[0]") },
  );

export function literal(type: Type, depth: number): Text {
  const inside = Math.max(depth - 1, 0);
  const key = fc.constantFrom("'a'", '"b"', "$ctx.args.s", '"x y"');
  switch (type) {
    case "string":
      return stringLiteral(depth);
    case "integer":
      return integerLiteral;
    case "double":
      return doubleLiteral;
    case "boolean":
      return fc.constantFrom("true", "false");
    case "list":
      return depth > 0
        ? fc.oneof(
            fc.array(expression(fcType, inside), { maxLength: 3 }).map((items) => `[${items}]`),
            all("[", space, fc.constantFrom("1", "-1", "$ctx.args.n"), "..", space, "3]"),
          )
        : fc.constantFrom("[]", "[1,2]", '["a", "b"]', "[1..3]", "[3..1]");
    case "map":
      return depth > 0
        ? fc
            .array(all(space, key, space, ":", space, expression(fcType, inside)), { maxLength: 3 })
            .map((entries) => `{${entries}}`)
        : fc.constantFrom("{}", '{"a": 1}', "{ }");
  }
}

export const condition = (depth: number): Text => {
  const simple = fc.oneof(
    reference("boolean", 0),
    literal("boolean", 0),
    fcType.chain((type) =>
      all(
        typed(type, depth),
        space,
        fc.constantFrom("==", "!=", " eq "),
        space,
        typed(type, depth),
      ),
    ),
    all(
      expression("integer", 0),
      fc.constantFrom("<", " <= ", ">", " ge "),
      expression("double", 0),
    ),
    all(expression(fcType, 0), " == ", expression(fcType, 0)),
    reference("list", 0),
  );
  return depth > 0
    ? fc.oneof(
        { weight: 3, arbitrary: simple },
        { weight: 1, arbitrary: all("!", condition(depth - 1)) },
        {
          weight: 1,
          arbitrary: all(
            condition(0),
            fc.constantFrom(" && ", "||", " and ", " or "),
            condition(0),
          ),
        },
        { weight: 1, arbitrary: all("(", condition(depth - 1), ")") },
      )
    : simple;
};

export const computed = (depth: number): Text => {
  const number = fc.oneof(expression("integer", 0), expression("double", 0));
  const operator = fc.constantFrom(" + ", " - ", " * ", " / ", " % ", "+", "*");
  return fc.oneof(
    all(number, operator, number),
    all("(", number, operator, number, ")", operator, number),
    all(expression("string", depth), " + ", expression(fcType, 0)),
    condition(depth),
  );
};
