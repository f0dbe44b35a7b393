/** A template's tokens, read one after the other with as much lookahead as a choice needs. */
import { Lexer } from "./vtl-lexer";
import { type Place, TemplateSyntaxError, type Token } from "./vtl-syntax-error";

export class TokenStream {
  readonly lexer: Lexer;
  readonly #tokens: Token[] = [];
  #index = 0;

  constructor(text: string, origin?: Place) {
    this.lexer = new Lexer(text, origin);
  }

  /** The place in the stream, for `since` and `rewind`. */
  get index(): number {
    return this.#index;
  }

  /** Tokens are cut on demand, because the parser tells the lexer what it has read. */
  peek(ahead = 1): Token {
    while (this.#tokens.length < this.#index + ahead) {
      this.#tokens.push(this.lexer.next());
    }
    return this.#tokens[this.#index + ahead - 1] as Token;
  }

  next(): Token {
    const token = this.peek();
    rejectLosses(token);
    this.#index += 1;
    return token;
  }

  at(...kinds: readonly string[]): boolean {
    return kinds.includes(this.peek().kind);
  }

  /** Takes the next token if it is of the kind. */
  take(kind: string): boolean {
    const found = this.at(kind);
    if (found) {
      this.next();
    }
    return found;
  }

  expect(...kinds: readonly string[]): Token {
    return this.at(...kinds) ? this.next() : this.fail(`expected ${kinds.join(" or ")}`);
  }

  fail(expected: string): never {
    const token = this.peek();
    const found =
      token.kind === "EOF" ? "the end of the template" : `${JSON.stringify(token.image.trim())}`;
    throw new TemplateSyntaxError(`${expected}, found ${found}${hint(token)}`, token);
  }

  rewind(index: number): void {
    this.#index = index;
  }

  since(index: number): readonly Token[] {
    return this.#tokens.slice(index, this.#index);
  }
}

/** Tokens that are rendered as they are. */
export const textTokens = [
  ...["TEXT", "DOT", ")", "(", "INTEGER", "FLOAT", "STRING", "ESCAPE", "LCURLY", "RCURLY"],
  "EMPTY_INDEX",
];
const blockTokens = ["IF", "ELSEIF", "ELSE", "END", "SET"];

const partsOfExpressions = /^(WHITESPACE|TRUE|FALSE|ARGUMENTS_RPAREN|INDEX_.*|[^A-Z]+)$/;

/** A `$` or `#` that is text can get lost in Velocity 1, depending on what comes next. */
function rejectLosses(token: Token): void {
  const { kind, image, specials } = token;
  const loses =
    specials.some((special) => /\$\\*!/.test(special)) ||
    (!textTokens.includes(kind) && specials.some((special) => textOfSpecial(special) !== "")) ||
    (blockTokens.includes(kind) && !/^\s*#\{?[a-z]/.test(image)) ||
    (partsOfExpressions.test(kind) && /[$#]/.test(image));
  if (loses) {
    throw new TemplateSyntaxError("Velocity 1 loses the text directly before this", token);
  }
}

/** What people write that is no VTL. */
function hint({ kind, image }: Token): string {
  if (image === "null") {
    return ": null is an argument of methods alone, use a variable that nothing has set";
  }
  if (kind === "INTEGER" && image.startsWith("-")) {
    return ": a minus needs a space after it";
  }
  return "";
}

/** The text of a token with the `$` and `#` before it that turned out to be text as well. */
export function textOf({ kind, image, specials }: Token): string {
  if (kind === "BLOCK_COMMENT") {
    return "";
  }
  return specials.map(textOfSpecial).join("") + image;
}

function textOfSpecial(image: string): string {
  let text = "";
  for (let index = 0; index < image.length; index += 1) {
    const escaped = /\\+\$/y;
    escaped.lastIndex = index;
    const match = escaped.exec(image);
    if (match !== null) {
      text += match[0];
      // Velocity skips one character more.
      index += match[0].length;
    } else if (image[index] === "#" || image[index] === "$") {
      text += image[index];
    }
  }
  return text;
}
