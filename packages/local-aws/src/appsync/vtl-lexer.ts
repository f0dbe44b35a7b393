/** Cuts a template into Velocity's tokens. Which tokens there can be depends on a stack of lexical states. */
import { type Place, TemplateSyntaxError, type Token } from "./vtl-syntax-error";
import { type Rule, rules, type State } from "./vtl-tokens";

interface Frame {
  readonly state: State;
  readonly open: number;
  readonly closed: number;
}

const rulesByState = new Map<State, readonly Rule[]>();
for (const state of new Set(rules.flatMap(({ states }) => states))) {
  rulesByState.set(
    state,
    rules.filter(({ states }) => states.includes(state)),
  );
}

export class Lexer {
  #position = 0;
  #state: State = "default";
  #stack: Frame[] = [];
  /** Parentheses of the current state. */
  #open = 0;
  #closed = 0;
  #inSet = false;
  #inComment = false;
  readonly #text: string;
  readonly #origin: Place;
  readonly #lineStarts: readonly number[];

  /** @param origin where the text begins in its template */
  constructor(text: string, origin: Place = { line: 1, column: 1 }) {
    this.#text = text;
    this.#origin = origin;
    this.#lineStarts = [0, ...Array.from(text.matchAll(/\n/g), ({ index }) => index + 1)];
  }

  /** The parser says that a directive's name has been read: what follows may be its arguments. */
  beginDirective(): void {
    this.#state = "directive";
  }

  /** The parser says that the directive had no arguments. */
  endDirective(): void {
    this.#pop();
  }

  /** The parser says that a #set has been read. */
  endSet(): void {
    this.#inSet = false;
  }

  /** Whether an opening parenthesis comes next, after white space perhaps. */
  atParenthesis(): boolean {
    const parenthesis = /[ \t\r\n]*\(/y;
    parenthesis.lastIndex = this.#position;
    return parenthesis.test(this.#text);
  }

  next(): Token {
    const specials: string[] = [];
    for (;;) {
      const start = this.#position;
      if (start >= this.#text.length) {
        if (this.#state === "block-comment" || this.#state === "formal-comment") {
          throw new TemplateSyntaxError("a comment without its *#", this.#place(start));
        }
        return { kind: "EOF", image: "", specials, ...this.#place(start) };
      }
      const rule = this.#longest(start);
      const image = this.#act(rule, start);
      if (rule.type === "token") {
        return { kind: rule.kind, image, specials, ...this.#place(start) };
      }
      if (rule.type === "special") {
        specials.push(image);
      }
    }
  }

  /** Finds what ends the token that begins at `start`, through all that only lengthens it. */
  #longest(start: number): Rule {
    for (;;) {
      if (this.#position >= this.#text.length) {
        const reason = `the template ends within ${this.#text.slice(start, start + 20)}`;
        throw new TemplateSyntaxError(reason, this.#place(start));
      }
      const { rule, length } = this.#match(start);
      this.#position += length;
      if (rule.type !== "more") {
        return rule;
      }
      this.#act(rule, start);
    }
  }

  #match(start: number): { rule: Rule; length: number } {
    let best: Rule | undefined;
    let length = 0;
    for (const rule of rulesByState.get(this.#state) ?? []) {
      rule.pattern.lastIndex = this.#position;
      if (rule.pattern.test(this.#text) && rule.pattern.lastIndex - this.#position > length) {
        best = rule;
        length = rule.pattern.lastIndex - this.#position;
      }
    }
    if (best === undefined) {
      const found = JSON.stringify(this.#text.slice(start, this.#position + 1));
      throw new TemplateSyntaxError(`${found} is not understood`, this.#place(start));
    }
    return { rule: best, length };
  }

  /** Changes the state as the rule demands, and returns the token's image. */
  #act({ kind }: Rule, start: number): string {
    const image = this.#text.slice(start, this.#position);
    switch (kind) {
      case "INDEX_LBRACKET":
        this.#push("index");
        break;
      case "INDEX_RBRACKET":
      case "RCURLY":
      case "END":
      case "ELSE":
        this.#pop();
        break;
      case "(":
        this.#open += 1;
        if (this.#state === "modifier") {
          this.#state = "arguments";
        }
        break;
      case ")":
        this.#closeParenthesis();
        break;
      case "ARGUMENTS_RPAREN":
        this.#state = "reference";
        break;
      case "SET":
        this.#push("directive");
        this.#inSet = true;
        this.#open += 1;
        break;
      case "DOLLAR":
        if (!this.#inComment) {
          this.#leave("reference");
          this.#push("reference");
        }
        break;
      case "HASH":
        this.#rejectComment(start);
        if (!this.#inComment) {
          this.#leave("reference", "modifier");
          this.#push("pre-directive");
        }
        break;
      case "TEXT_BLOCK_START":
        this.#comment("text-block");
        break;
      case "FORMAL_COMMENT_START":
        if (!this.#inComment) {
          this.#position -= 1;
          this.#comment("formal-comment");
        }
        break;
      case "BLOCK_COMMENT_START":
        this.#comment("block-comment");
        break;
      case "LINE_COMMENT_START":
        this.#rejectComment(start);
        this.#comment("line-comment");
        break;
      case "LINE_COMMENT":
      case "FORMAL_COMMENT":
      case "BLOCK_COMMENT":
      case "TEXT_BLOCK":
        this.#inComment = false;
        this.#pop();
        break;
      case "STRING":
        if (this.#state === "directive" && !this.#inSet && this.#open === 0) {
          this.#pop();
        }
        break;
      case "IF":
      case "ELSEIF":
        this.#state = "directive";
        break;
      case "INTEGER":
        return this.#integer(image);
      case "FLOAT":
        if (this.#open === 0 && !this.#inSet && this.#state !== "arguments") {
          this.#pop();
        }
        break;
      case "DOT":
        this.#position -= 1;
        if (start + 1 < this.#position) {
          throw new TemplateSyntaxError(
            "Velocity 1 loses the text before this",
            this.#place(start),
          );
        }
        this.#state = "modifier";
        return ".";
      case "REFERENCE_END":
      case "DIRECTIVE_END":
        this.#position -= 1;
        this.#pop();
        break;
    }
    return image;
  }

  /** `1..` begins a range: the dots are a token of their own. */
  #integer(image: string): string {
    const digits = image.replace("..", "");
    this.#position -= image.length - digits.length;
    const inside = this.#state === "arguments" || this.#state === "index";
    if (this.#open === 0 && !this.#inSet && !inside) {
      this.#pop();
    }
    return digits;
  }

  #comment(state: State): void {
    if (!this.#inComment) {
      this.#inComment = true;
      this.#push(state);
    }
  }

  #rejectComment(start: number): void {
    const inReference = this.#state === "reference" || this.#state === "modifier";
    if (inReference && this.#text.slice(start, this.#position + 1).includes("##")) {
      const reason = "a ## directly after a reference means different things in Velocity 1 and 2";
      throw new TemplateSyntaxError(reason, this.#place(start));
    }
  }

  #leave(...states: readonly State[]): void {
    if (states.includes(this.#state)) {
      this.#pop();
    }
  }

  #push(next: State): void {
    this.#stack.push({ state: this.#state, open: this.#open, closed: this.#closed });
    this.#open = 0;
    this.#state = next;
  }

  #pop(): boolean {
    const frame = this.#stack.pop();
    this.#state = frame?.state ?? "default";
    this.#open = frame?.open ?? 0;
    this.#closed = frame?.closed ?? this.#closed;
    return frame !== undefined;
  }

  /** Leaves all states up to the one that the parenthesis closes. */
  #closeParenthesis(): void {
    while (this.#open === 0) {
      if (!this.#pop()) {
        return;
      }
    }
    if (this.#open === this.#closed + 1) {
      this.#pop();
    } else {
      this.#closed += 1;
    }
  }

  #place(offset: number): Place {
    const index = this.#lineStarts.findLastIndex((start) => start <= offset);
    const column = offset - (this.#lineStarts[index] ?? 0) + 1;
    const first = index === 0;
    return {
      line: this.#origin.line + index,
      column: first ? this.#origin.column + column - 1 : column,
    };
  }
}
