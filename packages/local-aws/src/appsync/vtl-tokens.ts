/**
 * The tokens of Apache Velocity 1.7, in the order and with the lexical states of its grammar (Parser.jjt). The longest
 * match wins, and among equally long ones the first, so their order matters.
 */

export type State =
  | "default"
  /** after # */
  | "pre-directive"
  | "directive"
  /** after $ */
  | "reference"
  /** after the dot in $x.y */
  | "modifier"
  /** in the parentheses of $x.y() */
  | "arguments"
  /** in the brackets of $x[0] */
  | "index"
  | "line-comment"
  | "formal-comment"
  | "block-comment"
  | "text-block";

/**
 * `more` begins a longer token, and `special` attaches itself to the next one: both are how Velocity treats a `$` or `#`
 * that turns out to be text.
 */
export type RuleType = "token" | "more" | "skip" | "special";

export interface Rule {
  readonly kind: string;
  readonly type: RuleType;
  readonly states: readonly State[];
  readonly pattern: RegExp;
}

const everywhere: readonly State[] = [
  "default",
  "pre-directive",
  "directive",
  "reference",
  "modifier",
  "arguments",
  "index",
  "line-comment",
  "formal-comment",
  "block-comment",
  "text-block",
];

const word = "[A-Za-z_@][A-Za-z0-9_@]*";
const bracketedWord = "\\{[A-Za-z_][A-Za-z0-9_@]*\\}";
const lineEnd = "(?:\\r\\n|\\n|\\r)";
const restOfLine = `(?:[ \\t]*${lineEnd})?`;
const exponent = "[eE][+-]?[0-9]+";

function rule(
  kind: string,
  states: readonly State[],
  pattern: string,
  type: RuleType = "token",
): Rule {
  return { kind, type, states, pattern: new RegExp(pattern, "y") };
}

const expressions: readonly State[] = ["directive", "arguments"];
const names: readonly State[] = ["reference", "modifier"];

export const rules: readonly Rule[] = [
  rule("INDEX_LBRACKET", names, "\\["),
  rule("INDEX_RBRACKET", ["index"], "\\]"),
  rule("[", expressions, "\\["),
  rule("]", expressions, "\\]"),
  rule(",", expressions, ","),
  rule("..", expressions, "\\.\\."),
  rule(":", expressions, ":"),
  rule("{", expressions, "\\{"),
  rule("}", expressions, "\\}"),
  rule("(", ["directive", "modifier"], "\\("),
  rule(")", ["directive"], `\\)${restOfLine}`),
  rule("ARGUMENTS_RPAREN", ["arguments"], "\\)"),
  rule("ESCAPE_DIRECTIVE", ["default"], `(?:\\\\\\\\)*\\\\#(?:${word}|${bracketedWord})`),
  rule("SET", ["default", "reference", "modifier", "arguments"], "[ \\t]*(?:#set|#\\{set\\}) *\\("),
  rule("DOLLAR", everywhere, "\\\\*\\$(?:\\\\*!)?", "more"),
  rule("TEXT_BLOCK_START", everywhere, "#\\[\\[", "more"),
  rule("FORMAL_COMMENT_START", everywhere, "#\\*\\*[^#]", "more"),
  rule("BLOCK_COMMENT_START", everywhere, "#\\*", "more"),
  rule("HASH", everywhere, "#", "more"),
  rule("LINE_COMMENT_START", ["default", "pre-directive", "directive", "reference"], "##"),
  rule("DOUBLE_ESCAPE", ["default"], "\\\\\\\\"),
  rule("ESCAPE", ["default"], "\\\\"),
  rule("TEXT", ["default"], "[^$#\\\\]+"),
  rule("LINE_COMMENT", ["line-comment"], lineEnd),
  rule("FORMAL_COMMENT", ["formal-comment"], "\\*#"),
  rule("BLOCK_COMMENT", ["block-comment"], "\\*#"),
  rule("TEXT_BLOCK", ["text-block"], "\\]\\]#"),
  rule("COMMENTED", ["line-comment", "formal-comment", "block-comment"], "[^]", "skip"),
  rule("UNPARSED", ["text-block"], "[^]", "more"),
  rule("WHITESPACE", ["directive", "arguments", "index"], "[ \\t\\n\\r]+"),
  // A quote is doubled inside its own string; a backslash escapes nothing.
  rule("STRING", ["directive", "arguments", "index"], "\"(?:[^\"]|\"\")*\"|'(?:[^']|'')*'"),
  rule("TRUE", ["reference", "directive", "modifier", "arguments", "index"], "true"),
  rule("FALSE", ["reference", "directive", "modifier", "arguments", "index"], "false"),
  rule("-", ["directive"], "-"),
  rule("+", ["directive"], "\\+"),
  rule("*", ["directive"], "\\*"),
  rule("/", ["directive"], "/"),
  rule("%", ["directive"], "%"),
  rule("&&", ["directive"], "&&|and"),
  rule("||", ["directive"], "\\|\\||or"),
  rule("<", ["directive"], "<|lt"),
  rule("<=", ["directive"], "<=|le"),
  rule(">", ["directive"], ">|gt"),
  rule(">=", ["directive"], ">=|ge"),
  rule("==", ["directive"], "==|eq"),
  rule("!=", ["directive"], "!=|ne"),
  rule("!", ["directive"], "!|not"),
  rule("=", ["directive"], "="),
  rule("END", ["pre-directive"], `(?:end|\\{end\\})${restOfLine}`),
  rule("IF", ["pre-directive"], "if|\\{if\\}"),
  rule("ELSEIF", ["pre-directive"], "elseif|\\{elseif\\}"),
  rule("ELSE", ["pre-directive"], `(?:else|\\{else\\})${restOfLine}`),
  rule("INTEGER", ["pre-directive", "directive", "arguments", "index"], "-?[0-9]+(?:\\.\\.)?"),
  rule(
    "FLOAT",
    ["pre-directive", "directive", "arguments", "index"],
    `-?[0-9]+\\.[0-9]*(?:${exponent})?|-?\\.[0-9]+(?:${exponent})?|-?[0-9]+${exponent}`,
  ),
  rule("WORD", ["pre-directive", "directive"], word),
  rule("BRACKETED_WORD", ["pre-directive", "directive"], bracketedWord),
  rule("IDENTIFIER", ["reference", "modifier", "arguments"], "[A-Za-z_][A-Za-z0-9_-]*"),
  rule("DOT", ["reference", "modifier", "arguments"], "\\.[A-Za-z]"),
  rule("LCURLY", names, "\\{"),
  rule("RCURLY", names, "\\}"),
  rule("REFERENCE_END", names, "[^]", "special"),
  rule("DIRECTIVE_END", ["pre-directive"], "[^]", "special"),
  rule("EMPTY_INDEX", ["default", "reference"], "\\$\\[|\\$!\\[|\\$\\\\!\\[|\\$\\."),
];
