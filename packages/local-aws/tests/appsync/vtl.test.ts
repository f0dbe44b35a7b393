import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type JavaMap, newMap } from "../../src/appsync/java-values";
import { compileTemplate, renderTemplate, type TemplateContext } from "../../src/appsync/vtl";

function render(text: string, context: TemplateContext = {}) {
  return renderTemplate(compileTemplate("test.vtl", text), context);
}

/** Returns the value of an expression. */
function evaluate(expression: string, args: object = {}) {
  const rendered = render(`$util.toJson(${expression})`, { arguments: args });
  return "json" in rendered ? rendered.json : rendered;
}

function failure(text: string, context: TemplateContext = {}) {
  const rendered = render(text, context);
  return "error" in rendered ? rendered.error : rendered;
}

describe("a template", () => {
  it("renders to the JSON of its text", () => {
    const text = `
      ## a comment
      #set($name = "x")
      { "operation": "GetItem", "expressionNames": { "#name": "$name", "#s" : "\${name}y" } }`;
    expect(render(text)).toEqual({
      json: { operation: "GetItem", expressionNames: { "#name": "x", "#s": "xy" } },
    });
  });

  it("preserves every string that toJson escapes", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        expect(render('{"v": $util.toJson($ctx.args.v)}', { arguments: { v: text } })).toEqual({
          json: { v: text },
        });
      }),
    );
  });

  it.each([
    ["", "Template transformation yielded an empty response."],
    ["{ 'a': 1 }", "Unable to parse the JSON document"],
    ['{"a": 1,,}', "Unable to parse the JSON document"],
    ['{"a": $ctx.info}', "Unable to parse the JSON document"],
  ])("fails with a MappingTemplate error: %j", (text, message) => {
    expect(failure(text, { info: { fieldName: "f" } })).toMatchObject({
      errorType: "MappingTemplate",
      message: expect.stringContaining(message),
    });
  });

  it.each([
    ["$foo", "$foo is null"],
    ["\n\n$ctx.args.foo", "(line 3)"],
    ["$util.qr(1)$ctx.stash.put('a', 1)", "$ctx.stash.put(…) is null"],
    ['"$foo"', "$foo is null"],
    ["$util.nope()", "$util.nope(…) is not known here"],
    ["$util.time.nowFormatted('x')", "$util.time.nowFormatted(…) is not known here"],
    ["$util.nope.x()", "$util.nope is not known here"],
    ["$util.toJson($ctx.arg)", "$ctx.arg does not exist"],
    ["$util.toJson($ctx.args.size().foo())", "Number has no method foo"],
    ['$util.toJson("a".foo)', "is not a template"],
    ["#if($utl.isNull(1))#end", "nothing has set $utl"],
    ["$util.isNullOrEmpty($ctx.args)", "must be a String, got Map"],
    ["$util.toJson()", "does not take 0 arguments"],
    ["#if($ctx.args.keySet())#end", "compare explicitly"],
    ["#set($x = 1 / 0)", "by zero"],
    ["#set($x = $ctx.args.a + 1)", "+ needs numbers, got a null"],
    ["#set($ctx.result = 1)", "cannot be set"],
    ["#break", "outside of #foreach"],
    ["#foreach($i in [1..1001])#end", "AppSync stops at 1000"],
  ])("fails with an error that names the mistake: %j", (text, message) => {
    const outcome = (() => {
      try {
        return failure(text);
      } catch (error) {
        return { message: String(error) };
      }
    })();
    expect(outcome).toMatchObject({ message: expect.stringContaining(message) });
    expect(outcome).toMatchObject({ message: expect.stringContaining("test.vtl") });
  });

  it.each([
    ["#if($x) a", "#if without #end"],
    ["a #end b", "#end without #if"],
    ["#if($x)#else a #else b #end", "#else after #else"],
    ["#foo($x)", "#foo(…) is not a directive"],
    ["#define($x)y#end", "#define(…) is not a directive"],
    ["1\n#set($x = )", 'expected a value, found ")" at line 2, column 11'],
    [`"${"x".repeat(64 * 1024)}"`, "AppSync takes 65536 at most"],
  ])("does not compile: %j", (text, message) => {
    expect(() => compileTemplate("test.vtl", text)).toThrow(message);
  });

  it("compiles after another template with an unfinished reference failed", () => {
    expect(() => compileTemplate("test.vtl", "${foo.bar(")).toThrow("not a template");
    expect(render('{"a": 1}')).toEqual({ json: { a: 1 } });
  });
});

describe("a VTL directive", () => {
  it("#if renders the first branch whose condition holds", () => {
    const text = '#if($ctx.args.n == 1)"one"#elseif($ctx.args.n == 2)"two"#{else}"many"#end';
    const of = (n: number) => render(text, { arguments: { n } });
    expect([of(1), of(2), of(3)]).toEqual([{ json: "one" }, { json: "two" }, { json: "many" }]);
  });

  it("#foreach provides index, count and hasNext, and stops at #break", () => {
    const text =
      '[#foreach($x in $ctx.args.list)#if($x == "c")#break#end$foreach.index,$foreach.count,"$x"#if($foreach.hasNext),#end#end null]';
    expect(render(text, { arguments: { list: ["a", "b", "c", "d"] } })).toEqual({
      json: [0, 1, "a", 1, 2, "b", null],
    });
  });

  it("#foreach iterates over the values of a map and over its entries", () => {
    const text =
      '#set($out = [])#foreach($v in $ctx.args)$util.qr($out.add($v))#end#foreach($e in $ctx.args.entrySet())$util.qr($out.add("$e.key=$e.getValue()"))#end$util.toJson($out)';
    expect(render(text, { arguments: { a: 1, b: 2 } })).toEqual({ json: [1, 2, "a=1", "b=2"] });
  });

  it("#foreach restores the variable that it shadowed", () => {
    expect(render("#set($x = 7)#foreach($x in [1..3])#end$x")).toEqual({ json: 7 });
  });

  it("#return ends the template with its value and discards the rendered text", () => {
    expect(render('{"a": #if(true)#return({"b": [1]})#end 1}')).toEqual({ returned: { b: [1] } });
    expect(render("#return\n")).toEqual({ returned: null });
  });

  it("#set changes the stash in place and nothing else outside the template", () => {
    const stash: JavaMap = newMap();
    const args = { a: 1 };
    render("$util.qr($ctx.stash.put('k', $ctx.args.put('a', 2)))#set($ctx.stash.l = [3])1", {
      arguments: args,
      stash,
    });
    expect({ ...stash }).toEqual({ k: 1, l: [3] });
    expect(args).toEqual({ a: 1 });
  });

  it("#set rejects null for a variable with a value, on which Velocity's versions differ", () => {
    expect(failure("#set($x = 1)#set($x = $ctx.args.none)$x")).toMatchObject({
      message: expect.stringContaining("keep the old value"),
    });
    expect(render("#set($x = $ctx.args.none)$util.toJson($x)")).toEqual({ json: null });
  });
});

describe("a VTL expression", () => {
  it.each([
    ["1 == 1", true],
    ['1 == "1"', true],
    ['"a" != "b"', true],
    ["$ctx.args.none == $nothing", true],
    ["$ctx.args.none > 1", false],
    ["2 >= 2", true],
    ["!false && (true || false)", true],
    ["true || true && false", true],
    ["$ctx.args.list == $list", true],
    ["$ctx.args.map == $map", true],
    ["$ctx.args.map == $ctx.args", false],
  ])("as a condition: %s is %s", (condition, expected) => {
    const text = `#set($list = [1, 2])#set($map = {"k": "v"})#if(${condition})true#{else}false#end`;
    const context = { arguments: { list: [1, 2], map: { k: "v" } } };
    expect(render(text, context)).toEqual({ json: expected });
  });

  it.each([
    ["7 / 2", 3],
    ["-7 % 3", -1],
    ["2 + 3 * 4", 14],
    ['"a" + "b"', "ab"],
    ["1.5 + 1", 2.5],
  ])("calculates that %s is %j", (expression, expected) => {
    expect(render(`#set($x = ${expression})$util.toJson($x)`)).toEqual({ json: expected });
  });

  it("yields null for any member of null", () => {
    expect(evaluate("$ctx.args.a.b.c()")).toBeNull();
    expect(render('#if($ctx.error.type.contains("X"))1#{else}2#end')).toEqual({ json: 2 });
  });

  it("calls Java's methods of strings, lists and maps", () => {
    const args = { s: "a,b,,", l: [1, 2], m: { a: 1 } };
    expect(evaluate("$ctx.args.s.split(',')", args)).toEqual(["a", "b"]);
    expect(evaluate("$ctx.args.s.substring(1).length()", args)).toBe(4);
    expect(evaluate("$ctx.args.s.substring(0, 1).toUpperCase()", args)).toBe("A");
    expect(evaluate("$ctx.args.s.replaceAll('[,]+', '-')", args)).toBe("a-b-");
    expect(evaluate("$ctx.args.s.matches('a')", args)).toBe(false);
    expect(evaluate("$ctx.args.l.size().parseInt('12')", args)).toBe(12);
    expect(evaluate("$ctx.args.l.contains(2)", args)).toBe(true);
    expect(evaluate("$ctx.args.m.keySet()", args)).toEqual(["a"]);
    expect(evaluate("$ctx.args.m.get('b')", args)).toBeNull();
    expect(evaluate("$ctx.args.l.get(2)", args)).toMatchObject({
      error: { message: expect.stringContaining("out of bounds") },
    });
  });

  it("treats every key of a map as data", () => {
    const args = { json: '{"__proto__": {"x": 1}}' };
    expect(evaluate("$util.parseJson($ctx.args.json).constructor", args)).toBeNull();
    expect(evaluate("$util.parseJson($ctx.args.json).get('__proto__').x", args)).toBe(1);
  });
});

describe("$util", () => {
  it("raises errors with type, data and errorInfo", () => {
    expect(failure('$util.error("m", "T", {"d": 1}, {"i": 2})')).toMatchObject({
      message: "m",
      errorType: "T",
      data: { d: 1 },
      errorInfo: { i: 2 },
    });
    expect(failure('$util.error("m")')).toMatchObject({ message: "m", errorType: null });
    expect(failure('$util.validate(false, "m")')).toMatchObject({
      errorType: "CustomTemplateException",
    });
    expect(render('$util.validate(true, "m")1')).toEqual({ json: 1 });
  });

  it("names the field in the error of unauthorized()", () => {
    const info = { fieldName: "f", parentTypeName: "Query" };
    expect(failure("$util.unauthorized()", { info })).toMatchObject({
      errorType: "Unauthorized",
      message: "Not Authorized to access f on type Query",
    });
  });

  it("collects appended errors and continues", () => {
    const outErrors: never[] = [];
    expect(render('$util.appendError("m", "T")5', { outErrors })).toEqual({ json: 5 });
    expect(outErrors).toMatchObject([{ message: "m", errorType: "T" }]);
  });

  it.each([
    ["$util.isNullOrEmpty('')", true],
    ["$util.isNullOrBlank(' ')", true],
    ["$util.isNullOrEmpty($ctx.args.none)", true],
    ["$util.defaultIfNullOrEmpty('', 'd')", "d"],
    ["$util.defaultIfNull('', 'd')", ""],
    ["$util.typeOf($ctx.args)", "Map"],
    ["$util.typeOf($ctx.args.none)", "Null"],
    ["$util.base64Decode($util.base64Encode('ä'))", "ä"],
    ["$util.urlEncode('a b&ä')", "a+b%26%C3%A4"],
    ["$util.escapeJavaScript('a\"b')", 'a\\"b'],
    [
      "$util.dynamodb.toDynamoDB({'a': [1, true, '']})",
      { M: { a: { L: [{ N: "1" }, { BOOL: true }, { S: "" }] } } },
    ],
    ["$util.parseJson($util.dynamodb.toMapValuesJson({'a': 'x'}))", { a: { S: "x" } }],
    ["$util.list.copyAndRemoveAll([1, 2, 3], [2])", [1, 3]],
    ["$util.map.copyAndRetainAllKeys({'a': 1, 'b': 2}, ['a'])", { a: 1 }],
    ["$util.time.epochMilliSecondsToISO8601(0)", "1970-01-01T00:00:00.000Z"],
    ["$util.time.parseISO8601ToEpochMilliSeconds('1970-01-01T00:00:01Z')", 1000],
  ])("evaluates %s to %j", (expression, expected) => {
    expect(evaluate(expression)).toEqual(expected);
  });
});

describe("$util.matches", () => {
  const matches = (pattern: string, value: string) =>
    evaluate("$util.matches($ctx.args.pattern, $ctx.args.value)", { pattern, value });

  it("answers if a partial and a full match agree", () => {
    expect(matches("^[A-Z]{3}\\z", "EUR")).toBe(true);
    expect(matches("^[A-Z]{3}\\z", "EURO")).toBe(false);
    expect(matches("^[A-Z]{3}\\z", "EUR\n")).toBe(false);
    expect(matches("a*b", "aaaaab")).toBe(true);
  });

  it("rejects a result that depends on whether a partial match is enough", () => {
    const ambiguous = { error: { message: expect.stringContaining("anchor it") } };
    expect(matches("[A-Z]{3}", "EURO")).toMatchObject(ambiguous);
    // Java's $ matches before a final line break, and AppSync may accept a partial match.
    expect(matches("^[A-Z]{3}$", "EUR\n")).toMatchObject(ambiguous);
  });

  it("counts code points, and takes an unpaired surrogate for one of category Cs, as Java does", () => {
    const expected: [string, boolean][] = [
      ["", true],
      ["😀😀😀", true],
      ["😀😀😀😀", false],
      ["a\ud800", false],
      ["\ude00\ud83d", false],
      ["\ud83d\ud83d\ude00", false],
      ["a\nb", true],
    ];
    const found = expected.map(([text]) => [text, matches("^\\P{Cs}{0,3}\\z", text)]);
    expect(found).toEqual(expected);
  });

  it("matches ASCII white space only, as Java does", () => {
    expect(matches("^\\s\\z", "\u00a0")).toBe(false);
    expect(matches("^[\\s]\\S\\z", " \u00a0")).toBe(true);
  });

  it.each(["^\\p{Alpha}\\z", "[a[b]]", "[a&&b]", "(?i)a", "a++", "\\Qa\\E", "\\h"])(
    "rejects %s, which JavaScript reads differently or not at all",
    (pattern) => {
      expect(matches(pattern, "a")).toMatchObject({ error: { errorType: "MappingTemplate" } });
    },
  );
});
