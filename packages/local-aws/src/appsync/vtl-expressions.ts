/** Parses references and expressions by the productions of Velocity's grammar. */

import { operation } from "./vtl-conditions";
import { beginning, unescaped } from "./vtl-images";
import type { Expression, Operator, Reference, Statement, Step } from "./vtl-syntax";
import { TemplateSyntaxError, type Token } from "./vtl-syntax-error";
import type { TokenStream } from "./vtl-token-stream";

/** Parses the text of a string in double quotes, which begins at the token. */
export type ParseString = (text: string, token: Token) => readonly Statement[];

const parameters = [
  "STRING",
  "INTEGER",
  "FLOAT",
  "[",
  "{",
  "TRUE",
  "FALSE",
  "IDENTIFIER",
  "LCURLY",
];

export class ExpressionParser {
  readonly #tokens: TokenStream;
  readonly #parseString: ParseString;

  constructor(tokens: TokenStream, parseString: ParseString) {
    this.#tokens = tokens;
    this.#parseString = parseString;
  }

  expression(): Expression {
    return this.#binary(0);
  }

  atReference(): boolean {
    const { kind } = this.#tokens.peek();
    // The grammar looks at two tokens in both cases.
    const second = kind === "IDENTIFIER" || kind === "LCURLY" ? this.#tokens.peek(2).kind : "";
    return kind === "IDENTIFIER" || (kind === "LCURLY" && second === "IDENTIFIER");
  }

  reference(): Reference {
    const tokens = this.#tokens;
    const start = tokens.index;
    const { line } = tokens.peek();
    const formal = tokens.take("LCURLY");
    if (formal && /[$#]/.test(tokens.peek().image)) {
      tokens.fail("expected a name");
    }
    const name = this.#identifier();
    const steps = [...this.#indexes()];
    while (tokens.at("DOT") && tokens.peek(2).kind === "IDENTIFIER") {
      tokens.next();
      steps.push(this.#member(), ...this.#indexes());
    }
    if (formal) {
      tokens.expect("RCURLY");
      if (tokens.peek().image.startsWith("[")) {
        throw new TemplateSyntaxError("Velocity 2 takes this [ for an index", tokens.peek());
      }
    }
    return { kind: "reference", line, steps, ...beginning(tokens.since(start), name, formal) };
  }

  /** An argument of a method or a directive, an element of a list or a map. */
  parameter(): Expression {
    const tokens = this.#tokens;
    const { kind, image } = tokens.peek();
    if (["STRING", "INTEGER", "FLOAT"].includes(kind) && /^[\\$#]/.test(image)) {
      tokens.fail("expected a value");
    }
    switch (kind) {
      case "STRING":
        return this.#string(tokens.next());
      case "INTEGER":
        return { kind: "integer", value: BigInt(tokens.next().image) };
      case "FLOAT":
        return { kind: "double", value: Number(tokens.next().image) };
      case "TRUE":
      case "FALSE":
        return { kind: "boolean", value: tokens.next().kind === "TRUE" };
      case "[":
        return this.#atRange() ? this.#range() : this.#list();
      case "{":
        return this.#map();
      case "IDENTIFIER":
      case "LCURLY":
        return this.reference();
      default:
        return tokens.fail("expected a value");
    }
  }

  skipSpace(): void {
    this.#tokens.take("WHITESPACE");
  }

  atParameter(): boolean {
    return this.#tokens.at(...parameters);
  }

  #binary(level: number): Expression {
    const operators = precedence[level];
    if (operators === undefined) {
      return this.#unary();
    }
    let left = this.#binary(level + 1);
    while (this.#tokens.at(...operators)) {
      const token = this.#tokens.next();
      const operator = token.kind as Operator;
      left = operation(operator, [left, this.#binary(level + 1)], token);
    }
    return left;
  }

  #unary(): Expression {
    this.skipSpace();
    if (this.#tokens.at("!")) {
      const token = this.#tokens.next();
      return operation("!", [this.#unary()], token);
    }
    const value = this.#tokens.take("(") ? this.#group() : this.parameter();
    this.skipSpace();
    return value;
  }

  #group(): Expression {
    const value = this.expression();
    this.#tokens.expect(")");
    return value;
  }

  #spaced(): Expression {
    this.skipSpace();
    const value = this.parameter();
    this.skipSpace();
    return value;
  }

  #list(): Expression {
    const tokens = this.#tokens;
    const items: Expression[] = [];
    tokens.expect("[");
    if (!tokens.at("]")) {
      do {
        items.push(this.#spaced());
      } while (tokens.take(","));
    }
    tokens.expect("]");
    return { kind: "list", items };
  }

  #map(): Expression {
    const tokens = this.#tokens;
    const entries: [Expression, Expression][] = [];
    tokens.expect("{");
    this.skipSpace();
    if (this.atParameter()) {
      do {
        const key = this.#spaced();
        tokens.expect(":");
        entries.push([key, this.#spaced()]);
      } while (tokens.take(","));
    }
    // After a reference the brace is cut in another state.
    tokens.expect("}", "RCURLY");
    return { kind: "map", entries };
  }

  #atRange(): boolean {
    const start = this.#tokens.index;
    try {
      this.#tokens.expect("[");
      this.#rangeEnd();
      return this.#tokens.at("..");
    } catch (error) {
      if (error instanceof TemplateSyntaxError) {
        return false;
      }
      throw error;
    } finally {
      this.#tokens.rewind(start);
    }
  }

  #range(): Expression {
    this.#tokens.expect("[");
    const from = this.#rangeEnd();
    this.#tokens.expect("..");
    const to = this.#rangeEnd();
    this.#tokens.expect("]");
    return { kind: "range", from, to };
  }

  #rangeEnd(): Expression {
    this.skipSpace();
    const end =
      this.#tokens.at("INTEGER") || this.atReference()
        ? this.parameter()
        : this.#tokens.fail("expected an integer");
    this.skipSpace();
    return end;
  }

  #identifier(): string {
    const token = this.#tokens.expect("IDENTIFIER");
    const name = token.image.replace(/^.*[$!]/, "");
    if (name.includes("-")) {
      throw new TemplateSyntaxError(
        `Velocity 1 reads ${name} as one name, Velocity 2 does not: write \${…} around the name, or spaces around a minus`,
        token,
      );
    }
    return name;
  }

  #member(): Step {
    const tokens = this.#tokens;
    const isCall =
      tokens.peek(2).kind === "(" &&
      ["ARGUMENTS_RPAREN", "WHITESPACE", ...parameters].includes(tokens.peek(3).kind);
    const name = this.#identifier();
    if (!isCall) {
      return { kind: "property", name };
    }
    tokens.expect("(");
    const args: Expression[] = [];
    if (!tokens.at("ARGUMENTS_RPAREN")) {
      do {
        this.skipSpace();
        args.push(this.#argument());
        this.skipSpace();
      } while (tokens.take(","));
    }
    tokens.expect("ARGUMENTS_RPAREN");
    return { kind: "method", name, args };
  }

  /**
   * Velocity takes any word without a `$` for null here. Templates of AppSync rely on it for the word null alone, as in
   * `$util.defaultIfNullOrEmpty($ctx.args.nextToken, null)`: another word is a forgotten `$`, or quotes.
   */
  #argument(): Expression {
    const { kind, image } = this.#tokens.peek();
    if (kind === "IDENTIFIER" && image === "null") {
      this.#tokens.next();
      return { kind: "null" };
    }
    return this.parameter();
  }

  #indexes(): Step[] {
    const steps: Step[] = [];
    while (this.#tokens.take("INDEX_LBRACKET")) {
      this.skipSpace();
      const key = this.#tokens.at("STRING", "INTEGER", "TRUE", "FALSE", "IDENTIFIER", "LCURLY")
        ? this.parameter()
        : this.#tokens.fail("expected an index");
      this.skipSpace();
      this.#tokens.expect("INDEX_RBRACKET");
      steps.push({ kind: "index", key });
    }
    return steps;
  }

  #string(token: Token): Expression {
    const quote = token.image.charAt(0);
    const written = token.image.slice(1, -1);
    const characters = quote === '"' ? unescaped(written, token) : written;
    const text = characters.replaceAll(quote + quote, quote);
    if (quote === "'" || !/[$#]/.test(written)) {
      return { kind: "text", value: text };
    }
    const padded = !text.includes("##");
    const parts = this.#parseString(padded ? `${text} ` : text, token);
    return { kind: "interpolation", parts, padded };
  }
}

const precedence: readonly (readonly string[])[] = [
  ["||"],
  ["&&"],
  ["==", "!="],
  ["<", ">", "<=", ">="],
  ["+", "-"],
  ["*", "/", "%"],
];
