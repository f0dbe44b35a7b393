/** Evaluates a template's syntax tree, as AppSync's Velocity does. */
import { callMethod } from "./java-methods";
import { RegexError } from "./java-regex";
import {
  Entry,
  getKey,
  isList,
  isMap,
  JavaError,
  type JavaMap,
  javaString,
  javaTypeName,
  newMap,
} from "./java-values";
import { Namespace } from "./util-namespace";
import { arithmetic, compare, number, range, sameValue } from "./vtl-operators";
import {
  describeReference,
  type Expression,
  type Operator,
  type Reference,
  type Statement,
} from "./vtl-syntax";

/** AppSync's quota for one #foreach. */
const maxForeachItems = 1000;

/** A template does something that AppSync does not support, or that fails silently there. */
export class EvaluationError extends Error {
  override readonly name = "EvaluationError";
}

export interface Evaluated {
  /** The rendered text, or undefined after #return. */
  readonly text?: string;
  readonly returned?: unknown;
}

/**
 * @param roots the predefined variables: ctx, context, util, utils
 * @throws EvaluationError with the line, and the errors of $util.error and similar functions
 */
export function evaluateTemplate(
  statements: readonly Statement[],
  roots: ReadonlyMap<string, unknown>,
): Evaluated {
  const evaluation = new Evaluation(roots);
  try {
    return { text: evaluation.render(statements) };
  } catch (signal) {
    if (signal instanceof ReturnSignal) {
      return { returned: signal.value };
    }
    if (
      signal instanceof EvaluationError ||
      signal instanceof JavaError ||
      signal instanceof RegexError
    ) {
      throw new EvaluationError(`${signal.message} (line ${evaluation.line})`);
    }
    throw signal;
  }
}

class ReturnSignal {
  constructor(readonly value: unknown) {}
}

class BreakSignal {}

class Evaluation {
  /** The line of the current statement. */
  line = 1;
  #loops = 0;
  readonly #variables = new Map<string, unknown>();
  readonly #roots: ReadonlyMap<string, unknown>;

  constructor(roots: ReadonlyMap<string, unknown>) {
    this.#roots = roots;
  }

  render(statements: readonly Statement[]): string {
    return statements.map((statement) => this.#run(statement)).join("");
  }

  #run(statement: Statement): string {
    if (statement.kind === "text") {
      return statement.text;
    }
    this.line = statement.line;
    switch (statement.kind) {
      case "output":
        return this.#output(statement.reference);
      case "set":
        this.#set(statement.target, this.#value(statement.value));
        return "";
      case "if": {
        const branch = statement.branches.find(
          ({ condition }) => condition === null || this.#truth(condition),
        );
        return branch === undefined ? "" : this.render(branch.body);
      }
      case "foreach":
        return this.#foreach(statement);
      case "return":
        throw new ReturnSignal(statement.value === null ? null : this.#value(statement.value));
      case "break":
        if (this.#loops === 0) {
          throw new EvaluationError("#break outside of #foreach");
        }
        throw new BreakSignal();
    }
  }

  #output(reference: Reference): string {
    const value = this.#resolve(reference);
    if (value instanceof Namespace) {
      throw new EvaluationError(`${value.name} is not a value`);
    }
    if (value === null) {
      if (reference.quiet) {
        return "";
      }
      const text = describeReference(reference);
      throw new EvaluationError(
        `${text} is null and would render as its own text: wrap a call in $util.qr(…), render a value with $util.toJson(…)`,
      );
    }
    return javaString(value);
  }

  #foreach(statement: Extract<Statement, { kind: "foreach" }>): string {
    const items = this.#items(this.#value(statement.items));
    if (items.length > maxForeachItems) {
      throw new EvaluationError(`#foreach over ${items.length} items: AppSync stops at 1000`);
    }
    // Velocity restores the variables that the loop shadowed.
    const shadowed = [statement.variable, "foreach"].map((name) => [
      name,
      this.#variables.get(name),
    ]);
    let text = "";
    this.#loops += 1;
    try {
      for (const [index, item] of items.entries()) {
        this.#variables.set(statement.variable, item ?? null);
        this.#variables.set("foreach", loopState(index, items.length));
        text += this.render(statement.body);
      }
    } catch (signal) {
      if (!(signal instanceof BreakSignal)) {
        throw signal;
      }
    } finally {
      this.#loops -= 1;
      for (const [name, value] of shadowed) {
        this.#variables.set(name as string, value);
      }
    }
    return text;
  }

  #items(value: unknown): readonly unknown[] {
    if (value === null) {
      return [];
    }
    if (isList(value)) {
      return value;
    }
    if (isMap(value)) {
      return Object.values(value);
    }
    throw new EvaluationError(`#foreach over a ${javaTypeName(value)}`);
  }

  #set(target: Reference, value: unknown): void {
    const last = target.steps.at(-1);
    if (this.#roots.has(target.root) && (last === undefined || target.steps.length < 2)) {
      throw new EvaluationError(`${describeReference(target)} cannot be set`);
    }
    // If the value is null, Velocity 1 keeps the variable as it was, Velocity 2 does not.
    if (value === null && this.#resolve(target) !== null) {
      throw new EvaluationError(
        `#set of ${describeReference(target)} to null, while it has a value: AppSync may keep the old value, use another variable`,
      );
    }
    if (last === undefined) {
      this.#variables.set(target.root, value);
      return;
    }
    const owner = this.#resolve({ ...target, steps: target.steps.slice(0, -1) });
    if (last.kind === "method") {
      throw new EvaluationError(`#set cannot assign to the call ${describeReference(target)}`);
    }
    const key = last.kind === "property" ? last.name : this.#value(last.key);
    if (isMap(owner)) {
      callMethod(owner, "put", [key, value]);
    } else if (isList(owner)) {
      callMethod(owner, "set", [key, value]);
    } else {
      throw new EvaluationError(
        `${describeReference(target)} cannot be set in a ${javaTypeName(owner)}`,
      );
    }
  }

  #value(expression: Expression): unknown {
    switch (expression.kind) {
      case "literal":
        return expression.value;
      case "interpolation":
        return this.render(expression.parts);
      case "list":
        return expression.items.map((item) => this.#value(item));
      case "range":
        return range(this.#integer(expression.from), this.#integer(expression.to));
      case "map":
        return newMap(expression.entries.map(([key, value]) => [key, this.#value(value)] as const));
      case "operation":
        return this.#operate(expression.operator, expression.operands);
      case "reference":
        return this.#resolve(expression);
    }
  }

  #resolve(reference: Reference): unknown {
    const { root, steps } = reference;
    let value = this.#roots.has(root) ? this.#roots.get(root) : (this.#variables.get(root) ?? null);
    if (!this.#roots.has(root) && !this.#variables.has(root) && steps.some(isCall)) {
      throw new EvaluationError(`${describeReference(reference)}: nothing has set $${root}`);
    }
    for (const step of steps) {
      if (value === null) {
        // In Velocity every member of null is null.
        return null;
      }
      value = this.#step(value, step, root) ?? null;
    }
    return value;
  }

  #step(owner: unknown, step: Reference["steps"][number], root: string): unknown {
    switch (step.kind) {
      case "method": {
        const args = step.args.map((arg) => this.#value(arg));
        return owner instanceof Namespace
          ? owner.call(step.name, args)
          : callMethod(owner, step.name, args);
      }
      case "property":
        if (owner instanceof Namespace) {
          return owner.member(step.name);
        }
        if (owner === this.#roots.get("ctx") && !Object.hasOwn(owner as JavaMap, step.name)) {
          throw new EvaluationError(`$${root}.${step.name} does not exist`);
        }
        return property(owner, step.name);
      case "index": {
        const key = this.#value(step.key);
        return isList(owner) ? callMethod(owner, "get", [key]) : property(owner, String(key));
      }
    }
  }

  #operate(operator: Operator, operands: readonly Expression[]): unknown {
    const [a, b] = operands as readonly [Expression, Expression];
    switch (operator) {
      case "!":
        return !this.#truth(a);
      case "&&":
        return this.#truth(a) && this.#truth(b);
      case "||":
        return this.#truth(a) || this.#truth(b);
      case "==":
        return sameValue(this.#value(a), this.#value(b));
      case "!=":
        return !sameValue(this.#value(a), this.#value(b));
      case "<":
      case "<=":
      case ">":
      case ">=":
        return compare(operator, this.#value(a), this.#value(b));
      case "-":
        return b === undefined
          ? -number(operator, this.#value(a))
          : arithmetic(operator, this.#value(a), this.#value(b));
      case "+":
      case "*":
      case "/":
      case "%":
        return arithmetic(operator, this.#value(a), this.#value(b));
    }
  }

  #truth(expression: Expression): boolean {
    const value = this.#value(expression);
    if (value === null || typeof value === "boolean") {
      return value ?? false;
    }
    const empty =
      value === "" ||
      value === 0 ||
      (isList(value) && value.length === 0) ||
      (isMap(value) && Object.keys(value).length === 0);
    if (empty) {
      throw new EvaluationError(
        `a condition on an empty ${javaTypeName(value)} is true in Velocity 1 and false in Velocity 2: compare explicitly`,
      );
    }
    return true;
  }

  #integer(expression: Expression): number {
    const value = this.#value(expression);
    if (!Number.isInteger(value)) {
      throw new EvaluationError(`a range ends at ${javaString(value)}`);
    }
    return value as number;
  }
}

function isCall(step: Reference["steps"][number]): boolean {
  return step.kind === "method";
}

function loopState(index: number, length: number): JavaMap {
  return newMap([
    ["index", index],
    ["count", index + 1],
    ["first", index === 0],
    ["last", index === length - 1],
    ["hasNext", index < length - 1],
  ]);
}

function property(owner: unknown, name: string): unknown {
  if (isMap(owner)) {
    return getKey(owner, name);
  }
  if (owner instanceof Entry && (name === "key" || name === "value")) {
    return owner[name];
  }
  throw new EvaluationError(`${javaTypeName(owner)} has no property ${name}`);
}
