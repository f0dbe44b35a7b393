/**
 * Parses a template's text into its syntax tree.
 *
 * The grammar comes from `amplify-velocity-template`. Its tree is untyped, tolerates an #if without #end, and contains
 * unparsable input as text. This module builds a typed tree and rejects what AppSync's Velocity reads differently.
 * The package's evaluator is not used: it turns unknown methods and undefined references into text or null.
 */
import { parser } from "amplify-velocity-template/src/parse/index";
import type { Branch, Expression, Operator, Reference, Statement, Step } from "./vtl-syntax";

export class TemplateSyntaxError extends Error {
  override readonly name = "TemplateSyntaxError";
}

/** Throws TemplateSyntaxError with the line of the mistake. */
export function parseTemplate(text: string): readonly Statement[] {
  const builder = new TreeBuilder(parseFlat(text));
  return builder.template();
}

/** A node of the package's tree, whose shape depends on `type`. */
type RawNode = { readonly type: string; readonly pos?: { readonly first_line: number } } & Record<
  string,
  unknown
>;

function parseFlat(text: string): readonly (string | RawNode)[] {
  // The lexer keeps its "inside ${" state between calls, even after a parse error.
  parser.yy.begin = false;
  try {
    return parser.parse(text) as (string | RawNode)[];
  } catch (error) {
    // The lines of the parser's message: "Parse error on line 3:", the source, an arrow below it, the expected tokens.
    const [summary = "", around = ""] = String(
      error instanceof Error ? error.message : error,
    ).split("\n");
    throw new TemplateSyntaxError(`${summary} ${around}`.trim());
  }
}

/** Nests the parser's flat list of directives: #if … #elseif … #else … #end, #foreach … #end. */
class TreeBuilder {
  #next = 0;
  readonly #nodes: readonly (string | RawNode)[];

  constructor(nodes: readonly (string | RawNode)[]) {
    this.#nodes = nodes;
  }

  template(): readonly Statement[] {
    const body = this.#body();
    const stray = this.#nodes[this.#next];
    if (stray !== undefined) {
      throw new TemplateSyntaxError(`#${typeOf(stray)} without #if or #foreach${at(stray)}`);
    }
    return body;
  }

  #body(): Statement[] {
    const statements: Statement[] = [];
    for (;;) {
      const node = this.#nodes[this.#next];
      if (node === undefined || ["end", "else", "elseif"].includes(typeOf(node))) {
        return statements;
      }
      this.#next += 1;
      const statement = this.#statement(node);
      if (statement !== undefined) {
        statements.push(statement);
      }
    }
  }

  #statement(node: string | RawNode): Statement | undefined {
    if (typeof node === "string") {
      return { kind: "text", text: node };
    }
    const line = lineOf(node);
    switch (node.type) {
      case "comment":
        return undefined;
      case "raw":
        return { kind: "text", text: String(node.value) };
      case "references":
        return { kind: "output", line, reference: toReference(node) };
      case "set": {
        const [target, value] = node.equal as [RawNode, RawNode];
        return { kind: "set", line, target: toReference(target), value: toExpression(value) };
      }
      case "return":
        return {
          kind: "return",
          line,
          value: node.value ? toExpression(node.value as RawNode) : null,
        };
      case "break":
        return { kind: "break", line };
      case "foreach": {
        const body = this.#body();
        this.#end(node);
        const items = toExpression(node.from as RawNode);
        return { kind: "foreach", line, variable: String(node.to), items, body };
      }
      case "if":
        return this.#if(node);
      default:
        throw new TemplateSyntaxError(
          `${directiveName(node)} is not a directive of AppSync${at(node)}`,
        );
    }
  }

  #if(node: RawNode): Statement {
    const branches: Branch[] = [
      { condition: toExpression(node.condition as RawNode), body: this.#body() },
    ];
    for (;;) {
      const next = this.#nodes[this.#next];
      if (next === undefined || typeof next === "string" || next.type === "end") {
        this.#end(node);
        return { kind: "if", line: lineOf(node), branches };
      }
      if (branches.at(-1)?.condition === null) {
        throw new TemplateSyntaxError(`#${next.type} after #else${at(next)}`);
      }
      this.#next += 1;
      const condition = next.type === "else" ? null : toExpression(next.condition as RawNode);
      branches.push({ condition, body: this.#body() });
    }
  }

  #end(opening: RawNode): void {
    const node = this.#nodes[this.#next];
    if (node === undefined || typeOf(node) !== "end") {
      throw new TemplateSyntaxError(`#${opening.type} without #end${at(opening)}`);
    }
    this.#next += 1;
  }
}

function toExpression(node: RawNode): Expression {
  switch (node.type) {
    case "references":
      return toReference(node);
    case "string":
      return toStringExpression(node);
    case "integer":
    case "decimal":
      return { kind: "literal", value: Number(node.value) };
    case "bool":
      return { kind: "literal", value: node.value === "null" ? null : node.value === "true" };
    case "array":
      return toList(node);
    case "map":
      return { kind: "map", entries: Object.entries((node.value ?? {}) as object).map(toEntry) };
    case "math":
      return toOperation(node);
    default:
      throw new TemplateSyntaxError(`unsupported expression "${String(node.value ?? node.type)}"`);
  }
}

function toEntry([key, value]: [string, RawNode | undefined]): readonly [string, Expression] {
  if (value === undefined) {
    throw new TemplateSyntaxError(`the map entry "${key}" has no value`);
  }
  if (/[$]/.test(key)) {
    throw new TemplateSyntaxError(
      `the map key "${key}" has a $: use $map.put(…) for computed keys`,
    );
  }
  return [key, toExpression(value)];
}

function toStringExpression(node: RawNode): Expression {
  const text = String(node.value);
  if (node.isEval !== true || !text.includes("$")) {
    return { kind: "literal", value: text };
  }
  // A # in a string is data (a regular expression, a name placeholder), not a directive.
  const parts = parseTemplate(text.replaceAll("#", "\\#"));
  return { kind: "interpolation", parts };
}

function toList(node: RawNode): Expression {
  const value = node.value as readonly unknown[];
  if (node.isRange === true) {
    const [from, to] = value.map(toRangeEnd);
    return { kind: "range", from: from as Expression, to: to as Expression };
  }
  return { kind: "list", items: (value as RawNode[]).map(toExpression) };
}

/** The package's tree holds the ends of a range as bare integers. */
function toRangeEnd(end: unknown): Expression {
  return typeof end === "object"
    ? toExpression(end as RawNode)
    : { kind: "literal", value: Number(end) };
}

function toOperation(node: RawNode): Expression {
  const raw = node.expression as RawNode[];
  const operator = String(node.operator);
  if (operator === "parenthesis") {
    return toExpression(raw[0] as RawNode);
  }
  // The grammar gives && and || the same precedence, Velocity does not.
  if (
    (operator === "&&" || operator === "||") &&
    raw.some((operand) => mixesOperators(operator, operand))
  ) {
    throw new TemplateSyntaxError("&& and || are mixed: group them with parentheses");
  }
  const operands = raw.map(toExpression);
  const names: Record<string, Operator> = { not: "!", minus: "-" };
  return { kind: "operation", operator: names[operator] ?? (operator as Operator), operands };
}

function mixesOperators(operator: string, operand: RawNode): boolean {
  return (operand.operator === "&&" || operand.operator === "||") && operand.operator !== operator;
}

function toReference(node: RawNode): Reference {
  if (node.args !== undefined) {
    throw new TemplateSyntaxError(`$${String(node.id)}(…) is not a reference`);
  }
  const steps = ((node.path ?? []) as RawNode[]).map(toStep);
  return { kind: "reference", root: String(node.id), steps, quiet: node.leader === "$!" };
}

function toStep(node: RawNode): Step {
  switch (node.type) {
    case "property":
      return { kind: "property", name: String(node.id) };
    case "method": {
      const args = (node.args || []) as RawNode[];
      return { kind: "method", name: String(node.id), args: args.map(toExpression) };
    }
    case "index":
      return { kind: "index", key: toExpression(node.id as RawNode) };
    default:
      throw new TemplateSyntaxError(
        `"${String(node.value)}" after a reference is ambiguous: write the reference as \${…}`,
      );
  }
}

function typeOf(node: string | RawNode): string {
  return typeof node === "string" ? "text" : node.type;
}

function directiveName(node: RawNode): string {
  return node.type === "macro_call" || node.type === "macro_body"
    ? `#${String(node.id)}(…)`
    : `#${node.type}`;
}

function lineOf(node: RawNode): number {
  return node.pos?.first_line ?? 1;
}

function at(node: string | RawNode): string {
  return typeof node === "string" ? "" : ` at line ${lineOf(node)}`;
}
