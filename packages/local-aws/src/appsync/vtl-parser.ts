/**
 * Parses a template's text into its syntax tree, as Apache Velocity 1.7 does. What Velocity 2 reads differently is
 * refused, for AWS does not say which of them AppSync has.
 */
import { requireCondition } from "./vtl-conditions";
import { directiveName, directives, escapedDirective } from "./vtl-directives";
import { ExpressionParser } from "./vtl-expressions";
import type { Branch, Expression, Statement } from "./vtl-syntax";
import { type Place, TemplateSyntaxError, type Token } from "./vtl-syntax-error";
import { TokenStream, textOf, textTokens } from "./vtl-token-stream";

export { TemplateSyntaxError } from "./vtl-syntax-error";

/** Throws TemplateSyntaxError with the place of the mistake. */
export function parseTemplate(text: string): readonly Statement[] {
  return new Parser(text).template();
}

class Parser {
  readonly #tokens: TokenStream;
  readonly #expressions: ExpressionParser;

  readonly #inString: boolean;

  /** @param string where a string begins that is a template of its own */
  constructor(text: string, string?: Place) {
    this.#inString = string !== undefined;
    this.#tokens = new TokenStream(text, string);
    this.#expressions = new ExpressionParser(this.#tokens, (text, { line, column }) =>
      new Parser(text, { line, column: column + 1 }).template(),
    );
  }

  template(): readonly Statement[] {
    const body = this.#body();
    if (this.#tokens.at("END", "ELSE", "ELSEIF")) {
      const token = this.#tokens.peek();
      const name = `#${token.kind.toLowerCase()}`;
      throw new TemplateSyntaxError(`${name} without #if or #foreach`, token);
    }
    this.#tokens.expect("EOF");
    return body;
  }

  #body(): Statement[] {
    const statements: Statement[] = [];
    for (;;) {
      const statement = this.#statement();
      if (statement === undefined) {
        return statements;
      }
      statements.push(...statement);
    }
  }

  /** One statement, none for a comment, or undefined where a block ends. */
  #statement(): readonly Statement[] | undefined {
    const tokens = this.#tokens;
    if (tokens.at("IF")) {
      return [this.#if()];
    }
    if (tokens.at("IDENTIFIER") && !tokens.peek().image.includes("$")) {
      return text(this.#name());
    }
    if (this.#expressions.atReference()) {
      const reference = this.#expressions.reference();
      return [{ kind: "output", line: reference.line, reference }];
    }
    switch (tokens.peek().kind) {
      case "LINE_COMMENT_START":
      case "BLOCK_COMMENT":
      case "FORMAL_COMMENT":
        return text(this.#comment());
      case "TEXT_BLOCK":
        return text(tokens.next().image.slice("#[[".length, -"]]#".length));
      case "SET":
        return [this.#set()];
      case "ESCAPE_DIRECTIVE":
        return text(escapedDirective(tokens.next().image));
      case "DOUBLE_ESCAPE":
        return text(this.#escapes());
      case "WORD":
      case "BRACKETED_WORD":
        return this.#directive();
      default:
        return tokens.at(...textTokens) ? text(this.#text()) : undefined;
    }
  }

  #text(): string {
    const token = this.#tokens.next();
    const rendered = textOf(token);
    const isBlank = token.image.trim() === "" && rendered !== token.image;
    const isLost = isBlank && this.#tokens.at("IF", "ELSEIF", "ELSE", "END", "SET");
    if (isLost || (token.kind === "EMPTY_INDEX" && rendered !== "$.")) {
      const reason = `Velocity 2 does not take ${rendered.trim()} for text here`;
      throw new TemplateSyntaxError(reason, token);
    }
    return rendered;
  }

  /** A comment or a #set directly after a reference does not end it, but the name after them is text. */
  #name(): string {
    const token = this.#tokens.next();
    if (this.#tokens.at("DOT", "INDEX_LBRACKET")) {
      throw new TemplateSyntaxError(`Velocity loses what follows ${token.image}`, token);
    }
    return token.image;
  }

  /** A `$` or `#` before a comment is text. */
  #comment(): string {
    const token = this.#tokens.next();
    if (token.kind === "LINE_COMMENT_START") {
      this.#tokens.take("LINE_COMMENT");
    }
    const start = token.image.search(/##|#\*/);
    return start < 0 ? "" : token.image.slice(0, start);
  }

  /** Takes a token that swallows the white space around it. Velocity 2 does so by lines, which shows in strings alone. */
  #takeSwallowing(kind: string): Token {
    const token = this.#tokens.expect(kind);
    if (this.#inString && token.image.trim() !== token.image) {
      throw new TemplateSyntaxError(
        `white space around ${token.image.trim()} in a string is another in Velocity 1 than in Velocity 2`,
        token,
      );
    }
    return token;
  }

  #set(): Statement {
    const { line } = this.#takeSwallowing("SET");
    this.#expressions.skipSpace();
    const target = this.#expressions.reference();
    this.#expressions.skipSpace();
    this.#tokens.expect("=");
    const value = this.#expressions.expression();
    this.#takeSwallowing(")");
    this.#tokens.lexer.endSet();
    return { kind: "set", line, target, value };
  }

  #if(): Statement {
    const opening = this.#tokens.peek();
    const branches: Branch[] = [this.#branch()];
    while (this.#tokens.at("ELSEIF")) {
      branches.push(this.#branch());
    }
    if (this.#tokens.at("ELSE")) {
      this.#takeSwallowing("ELSE");
      branches.push({ condition: null, body: this.#body() });
      if (this.#tokens.at("ELSE", "ELSEIF")) {
        const token = this.#tokens.peek();
        throw new TemplateSyntaxError(`#${token.kind.toLowerCase()} after #else`, token);
      }
    }
    this.#end("#if", opening);
    return { kind: "if", line: opening.line, branches };
  }

  #branch(): Branch {
    const opening = this.#tokens.next();
    this.#expressions.skipSpace();
    this.#tokens.expect("(");
    const condition = this.#expressions.expression();
    this.#takeSwallowing(")");
    requireCondition(condition, opening);
    return { condition, body: this.#body() };
  }

  #end(name: string, opening: Token): void {
    if (this.#tokens.at("EOF")) {
      throw new TemplateSyntaxError(`${name} without #end`, opening);
    }
    this.#takeSwallowing("END");
  }

  #directive(): readonly Statement[] {
    const token = this.#tokens.next();
    const name = directiveName(token.image);
    if (
      name.includes("@") ||
      (name.includes("#") && directives.includes(name.replace(/^.*#/, "")))
    ) {
      throw new TemplateSyntaxError(`Velocity 1 takes ${token.image} for text`, token);
    }
    this.#tokens.lexer.beginDirective();
    if (!this.#tokens.lexer.atParenthesis()) {
      this.#tokens.lexer.endDirective();
      return this.#word(name, token);
    }
    switch (name) {
      case "foreach":
        return [this.#foreach(token)];
      case "return":
        return [{ kind: "return", line: token.line, value: this.#onlyArgument(token) }];
      default:
        throw new TemplateSyntaxError(`#${name}(…) is not a directive of AppSync`, token);
    }
  }

  /** A directive without parentheses; a name that is none is text. */
  #word(name: string, token: Token): readonly Statement[] {
    const { line } = token;
    switch (name) {
      case "break":
      case "stop":
        return [{ kind: name, line }];
      case "return":
        return [{ kind: "return", line, value: null }];
    }
    if (directives.includes(name) || name === "set") {
      throw new TemplateSyntaxError(`#${name} cannot stand here`, token);
    }
    return text(textOf(token));
  }

  #foreach(opening: Token): Statement {
    const args = this.#arguments(opening);
    const [variable, word, items] = args;
    if (
      args.length !== 3 ||
      typeof variable !== "object" ||
      variable.kind !== "reference" ||
      variable.steps.length > 0 ||
      word !== "in" ||
      typeof items !== "object"
    ) {
      throw new TemplateSyntaxError("#foreach takes ($variable in $items)", opening);
    }
    const body = this.#body();
    this.#end("#foreach", opening);
    return { kind: "foreach", line: opening.line, variable: variable.root, items, body };
  }

  #onlyArgument(opening: Token): Expression | null {
    const [value = null, ...others] = this.#arguments(opening);
    if (typeof value === "string" || others.length > 0) {
      throw new TemplateSyntaxError("#return takes one value", opening);
    }
    return value;
  }

  /** Arguments are separated by white space or commas. They are values or, in #foreach, words. */
  #arguments(opening: Token): readonly (Expression | string)[] {
    const tokens = this.#tokens;
    const args: (Expression | string)[] = [];
    this.#expressions.skipSpace();
    tokens.expect("(");
    for (;;) {
      this.#expressions.skipSpace();
      const comma = tokens.take(",");
      this.#expressions.skipSpace();
      if (tokens.at("WORD")) {
        args.push(tokens.next().image);
      } else if (this.#expressions.atParameter()) {
        args.push(this.#expressions.parameter());
      } else if (comma || !tokens.at(")")) {
        return tokens.fail(`expected ) of ${opening.image.trim()}(`);
      } else {
        this.#takeSwallowing(")");
        return args;
      }
    }
  }

  /** Pairs of backslashes are halved before a directive. */
  #escapes(): string {
    let count = 0;
    while (this.#tokens.take("DOUBLE_ESCAPE")) {
      count += 1;
    }
    const { kind, image } = this.#tokens.peek();
    if (kind === "EOF") {
      return this.#tokens.fail("Velocity cannot read two backslashes at the end of a template");
    }
    const isDirective =
      ["IF", "ELSE", "ELSEIF", "END"].includes(kind) || directives.includes(image.slice(1));
    return (isDirective ? "\\" : "\\\\").repeat(count);
  }
}

function text(rendered: string): readonly Statement[] {
  return [{ kind: "text", text: rendered }];
}
