/** Evaluates a template's syntax tree, as AppSync's Velocity does. */
import { RegexError } from "./java-regex";
import { fromJava, JavaError, javaString, javaTypeName } from "./java-values";
import { Namespace } from "./util-namespace";
import { isCollection, itemsOf, LoopState, watch } from "./vtl-loops";
import { describeReference, type Foreach, type Reference, type Statement } from "./vtl-syntax";
import { type Renderer, Values } from "./vtl-values";
import { EvaluationError, Variables } from "./vtl-variables";

export { EvaluationError } from "./vtl-variables";

/** AppSync's quota for one #foreach. */
const maxForeachItems = 1000;

/** The rendered text, or the value of #return. */
export type Evaluated = { readonly text: string } | { readonly returned: unknown };

/**
 * @param roots the predefined variables: ctx, context, util, utils
 * @throws EvaluationError with the line, and the errors of $util.error and similar functions
 */
export function evaluateTemplate(
  statements: readonly Statement[],
  roots: ReadonlyMap<string, unknown>,
): Evaluated {
  const evaluation = new Evaluation(roots);
  const output: string[] = [];
  try {
    evaluation.render(statements, output);
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
    if (signal instanceof RangeError) {
      throw new EvaluationError(
        `a value contains itself, or is nested too deeply (line ${evaluation.line})`,
      );
    }
    if (!(signal instanceof StopSignal)) {
      throw signal;
    }
  }
  return { text: output.join("") };
}

class ReturnSignal {
  constructor(readonly value: unknown) {}
}

class BreakSignal {}

/** #stop ends the template and keeps what has been rendered. */
class StopSignal {}

class Evaluation implements Renderer {
  /** The line of the current statement. */
  line = 1;
  #loop: LoopState | undefined;
  readonly #variables: Variables;
  readonly #values: Values;

  constructor(roots: ReadonlyMap<string, unknown>) {
    this.#variables = new Variables(roots);
    this.#values = new Values(this.#variables, this);
  }

  render(statements: readonly Statement[], output: string[]): void {
    for (const statement of statements) {
      this.#run(statement, output);
    }
  }

  #run(statement: Statement, output: string[]): void {
    if (statement.kind === "text") {
      output.push(statement.text);
      return;
    }
    this.line = statement.line;
    switch (statement.kind) {
      case "output":
        output.push(this.#output(statement.reference));
        break;
      case "set":
        this.#values.set(statement.target, this.#values.of(statement.value));
        break;
      case "if": {
        const branch = statement.branches.find(
          ({ condition }) => condition === null || this.#values.truth(condition),
        );
        this.render(branch?.body ?? [], output);
        break;
      }
      case "foreach":
        this.#foreach(statement, output);
        break;
      case "return":
        throw new ReturnSignal(
          statement.value === null ? null : fromJava(this.#values.of(statement.value)),
        );
      case "break":
        if (this.#loop === undefined) {
          throw new EvaluationError("#break outside of #foreach");
        }
        throw new BreakSignal();
      case "stop":
        throw new StopSignal();
    }
  }

  #output(reference: Reference): string {
    const { quiet, backslashes, prefix, escaped } = reference;
    const value = this.#values.of(reference);
    if (escaped !== undefined) {
      // A backslash stays where there is nothing to escape.
      return backslashes + (value === null ? "\\" : "") + escaped;
    }
    if (value instanceof Namespace) {
      throw new EvaluationError(`${value.name} is not a value`);
    }
    if (value === null) {
      if (quiet) {
        return backslashes + backslashes + prefix;
      }
      throw new EvaluationError(
        `${describeReference(reference)} is null and would render as its own text: wrap a call in $util.qr(…), render a value with $util.toJson(…)`,
      );
    }
    return backslashes + prefix + javaString(value);
  }

  #foreach(statement: Foreach, output: string[]): void {
    const collection = this.#values.of(statement.items);
    if (collection === null) {
      return;
    }
    if (!isCollection(collection)) {
      throw new EvaluationError(`#foreach over a ${javaTypeName(collection)}`);
    }
    const items = itemsOf(collection);
    if (items.length > maxForeachItems) {
      throw new EvaluationError(`#foreach over ${items.length} items: AppSync stops at 1000`);
    }
    const checkUnchanged = watch(collection, items);
    const loop = new LoopState(items.length, this.#loop);
    const restore = this.#variables.enterLoop(statement.variable, loop);
    this.#loop = loop;
    try {
      for (const item of items) {
        checkUnchanged();
        loop.index += 1;
        this.#variables.setItem(statement.variable, item ?? null);
        this.render(statement.body, output);
      }
    } catch (signal) {
      if (!(signal instanceof BreakSignal)) {
        throw signal;
      }
    } finally {
      this.#loop = loop.parent;
      restore();
    }
  }
}
