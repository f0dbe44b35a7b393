/** Snippets of VTL, drawn from the grammar: most are well formed, some have a flaw, a few are nothing but tokens. */
import fc from "fast-check";
import {
  computed,
  condition,
  expression,
  fcType,
  literal,
  reference,
  stringLiteral,
  typed,
  utilities,
} from "./expressions";
import type { Context } from "./outcome";
import { all, line, many, space, type Text, text } from "./pieces";
import { args } from "./sample-contexts";

const set = (depth: number): Text =>
  all(
    fc.constantFrom("#set(", "#set( ", "#{set}(", " #set("),
    fc.oneof(
      fcType.chain((type) => all(`$v${type[0]} = `, typed(type, depth))),
      all("$r = ", computed(depth)),
      all("$ctx.stash.", fc.constantFrom("a", "b"), " = ", expression(fcType, depth)),
      all("$vm['k'] = ", expression(fcType, depth)),
      all("$vl[0] = ", expression(fcType, depth)),
    ),
    ")",
    line,
  );

const block = (depth: number, inLoop: boolean): Text => many(statement(depth, inLoop), 3);

const branching = (depth: number, inLoop: boolean): Text =>
  all(
    fc.constantFrom("#if(", "#if( ", "#if ("),
    condition(depth),
    ")",
    line,
    block(depth - 1, inLoop),
    fc.oneof(fc.constant(""), all("#elseif(", condition(0), ")", block(depth - 1, inLoop))),
    fc.oneof(fc.constant(""), all(fc.constantFrom("#else\n", "#{else}"), block(0, inLoop))),
    fc.constantFrom("#end", "#end\n", "#{end}"),
  );

const looping = (depth: number): Text =>
  all(
    "#foreach($i",
    space,
    " in ",
    fc.oneof(expression("list", depth - 1), expression("map", 0)),
    ")",
    line,
    block(depth - 1, true),
    fc.constantFrom("#end", "#end\n"),
  );

const inLoopOnly = fc.constantFrom(
  ...["#break", "$!i", "$foreach.index", "$foreach.count", "$foreach.hasNext", "$foreach.last"],
  ...["$!foreach.parent.index", "$util.qr($vl.add(1))", "#if($foreach.index == 1)#break#end"],
);

function statement(depth: number, inLoop: boolean): Text {
  const leaf = [
    { weight: 4, arbitrary: text },
    { weight: 3, arbitrary: fcType.chain((type) => reference(type, 1)) },
    { weight: 1, arbitrary: all("$!{ctx.args.", fc.constantFrom("none", "s", "m"), "}") },
    { weight: 2, arbitrary: all("$", utilities(1)) },
    { weight: 1, arbitrary: all("$util.qr($vm.put('k', ", expression(fcType, 1), "))") },
    { weight: 1, arbitrary: all("$util.qr($vl.add(", expression(fcType, 1), "))") },
    {
      weight: 1,
      arbitrary: fc.constantFrom(
        ...[
          "## comment\n",
          "#* c *#",
          "#** f *#",
          "#[[ $x #if ]]#",
          "\\$ctx.args.s",
          "\\\\$ctx.args.s",
        ],
        ...[
          "\\#if",
          "\\#foo",
          "\\$none",
          "\\\\#name",
          "\\\\\\$ctx.args.s",
          "$!none",
          "$$ctx.args.s",
        ],
      ),
    },
    { weight: inLoop ? 3 : 0, arbitrary: inLoopOnly },
  ];
  return fc.oneof(
    ...leaf,
    { weight: 3, arbitrary: set(Math.max(depth, 0)) },
    { weight: depth > 0 ? 3 : 0, arbitrary: depth > 0 ? branching(depth, inLoop) : text },
    { weight: depth > 0 ? 3 : 0, arbitrary: depth > 0 ? looping(depth) : text },
  );
}

const ending = fc.oneof(
  { weight: 12, arbitrary: fc.constant("") },
  { weight: 1, arbitrary: fc.constantFrom("#return", "#stop", "#{return} x", "#{stop} x") },
  { weight: 1, arbitrary: all("#return(", expression(fcType, 1), ")") },
  {
    weight: 1,
    arbitrary: all("$util.error(", stringLiteral(1), ", 'T', ", literal("map", 1), ")"),
  },
);

const preamble = "#set($vs = 'v')#set($vi = 7)#set($vl = [1, 'x'])#set($vm = {'k': 1})";
const wellFormed = all(preamble, many(statement(2, false), 4, "", 1), ending);

const tokens = fc.constantFrom(
  ...[
    "$",
    "$!",
    "${",
    "}",
    "#",
    "##",
    "#*",
    "*#",
    "#[[",
    "]]#",
    "#if",
    "#if(",
    "#else",
    "#elseif(",
  ],
  ...[
    "#end",
    "#set(",
    "#set",
    "#foreach(",
    "#break",
    "#stop",
    "#return",
    "#return(",
    "$x",
    "$ctx.args",
  ],
  ...[
    "$ctx.args.s",
    "$ctx.args.l",
    ".a",
    ".get(",
    ".size()",
    "(",
    ")",
    "[",
    "]",
    "{",
    ",",
    ":",
    "..",
  ],
  ...['"', "'", "\\", "\\\\", " ", "\n", "=", "==", "!", "&&", "||", "<", "-", "+", "*", "/", "in"],
  ...["true", "1", "-1", "1.5", "a", "null", "not", "and", "$i", "#@", "@", "|", "%", "\\u0041"],
);

/** A well-formed snippet with a token too many, too few or in the place of others. */
const flawed = fc
  .tuple(wellFormed, fc.nat(), fc.constantFrom(0, 0, 1, 2), tokens)
  .map(([snippet, at, removed, added]) => {
    const start = preamble.length + (at % (snippet.length - preamble.length + 1));
    return snippet.slice(0, start) + added + snippet.slice(start + removed);
  });

/** Macros would outlive their template in Velocity, and are no part of AppSync. */
const drawn = fc
  .oneof(
    { weight: 12, arbitrary: wellFormed },
    { weight: 5, arbitrary: flawed },
    { weight: 3, arbitrary: many(tokens, 8, "", 1) },
  )
  .filter((snippet) => !/#\{?(macro|define|parse|include|evaluate)/.test(snippet));

export interface Sample {
  readonly template: string;
  readonly context: Context;
}

export const samples: fc.Arbitrary<Sample> = fc.record({
  template: drawn,
  context: args.map(
    (drawnArgs): Context => ({
      arguments: drawnArgs,
      info: { fieldName: "f", parentTypeName: "Query" },
    }),
  ),
});
