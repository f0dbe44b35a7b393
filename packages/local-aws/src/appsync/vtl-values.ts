/** Evaluates a template's expressions, and assigns to references. */
import { callMethod } from "./java-methods";
import {
  Entry,
  getKey,
  isList,
  isMap,
  type JavaMap,
  javaTypeName,
  membersOf,
  newMap,
  View,
} from "./java-values";
import { Namespace } from "./util-namespace";
import { LoopState } from "./vtl-loops";
import { Double, doubleValue, integerOrLong, isInteger, isNumber } from "./vtl-numbers";
import { arithmetic, compare, range, sameValue } from "./vtl-operators";
import {
  describeReference,
  type Expression,
  type Operator,
  type Reference,
  type Statement,
  type Step,
} from "./vtl-syntax";
import { EvaluationError, type Variables } from "./vtl-variables";

/** What renders the strings in double quotes, and is told the line of what is evaluated. */
export interface Renderer {
  line: number;
  render(statements: readonly Statement[], output: string[]): void;
}

export class Values {
  readonly #variables: Variables;
  readonly #renderer: Renderer;

  constructor(variables: Variables, renderer: Renderer) {
    this.#variables = variables;
    this.#renderer = renderer;
  }

  of(expression: Expression): unknown {
    switch (expression.kind) {
      case "text":
      case "boolean":
        return expression.value;
      case "null":
        return null;
      case "integer":
        return integerOrLong(expression.value);
      case "double":
        return new Double(expression.value);
      case "interpolation": {
        const output: string[] = [];
        this.#renderer.render(expression.parts, output);
        return output.join("").slice(0, expression.padded ? -1 : undefined);
      }
      case "list":
        return expression.items.map((item) => this.of(item));
      case "range":
        return range(this.of(expression.from), this.of(expression.to));
      case "map":
        return newMap(
          expression.entries.map(([key, value]) => [this.#key(key), this.of(value)] as const),
        );
      case "operation":
        return this.#operate(expression.operator, expression.operands);
      case "reference":
        this.#renderer.line = expression.line;
        return this.#resolve(expression);
    }
  }

  truth(expression: Expression): boolean {
    const value = this.of(expression);
    if (value === null || typeof value === "boolean") {
      return value ?? false;
    }
    const empty =
      value === "" ||
      (isNumber(value) && doubleValue(value) === 0) ||
      ((isList(value) || value instanceof View) && membersOf(value).length === 0) ||
      (isMap(value) && Object.keys(value).length === 0);
    if (empty) {
      throw new EvaluationError(
        `a condition on an empty ${javaTypeName(value)} is true in Velocity 1 and false in Velocity 2: compare explicitly`,
      );
    }
    return true;
  }

  set(target: Reference, value: unknown): void {
    const last = target.steps.at(-1);
    const text = describeReference(target);
    if (this.#variables.isRoot(target.root) && target.steps.length < 2) {
      throw new EvaluationError(`${text} cannot be set`);
    }
    // If the value is null, Velocity 1 changes nothing, Velocity 2 does.
    if (value === null && (last !== undefined || this.#resolve(target) !== null)) {
      throw new EvaluationError(
        `#set of ${text} to null, ${last === undefined ? "while it has a value" : "a member"}: AppSync may keep the old value, use another variable or $map.put(…)`,
      );
    }
    if (last === undefined) {
      if (value !== null) {
        this.#variables.set(target.root, value);
      }
      return;
    }
    const owner = this.#resolve({ ...target, steps: target.steps.slice(0, -1) });
    if (last.kind === "method") {
      throw new EvaluationError(`#set cannot assign to the call ${text}`);
    }
    const key = last.kind === "property" ? last.name : this.of(last.key);
    if (isMap(owner)) {
      callMethod(owner, "put", [key, value]);
    } else if (isList(owner) && last.kind === "index") {
      callMethod(owner, "set", [fromEnd(key, owner), value]);
    } else {
      throw new EvaluationError(`${text} cannot be set in a ${javaTypeName(owner)}`);
    }
  }

  #key(expression: Expression): string {
    const key = this.of(expression);
    if (typeof key !== "string") {
      throw new EvaluationError(
        `a map's key is a ${javaTypeName(key)}: only strings are known here`,
      );
    }
    return key;
  }

  #resolve(reference: Reference): unknown {
    const { root, steps } = reference;
    if (!this.#variables.isSet(root) && steps.some(({ kind }) => kind === "method")) {
      throw new EvaluationError(`${describeReference(reference)}: nothing has set $${root}`);
    }
    let value = this.#variables.get(root);
    for (const step of steps) {
      if (value === null) {
        // In Velocity every member of null is null.
        return null;
      }
      value = this.#step(value, step, root) ?? null;
    }
    return value;
  }

  #step(owner: unknown, step: Step, root: string): unknown {
    switch (step.kind) {
      case "method": {
        const args = step.args.map((arg) => this.of(arg));
        return owner instanceof Namespace
          ? owner.call(step.name, args)
          : callMethod(owner, step.name, args);
      }
      case "property":
        if (owner instanceof Namespace || owner instanceof LoopState) {
          return owner.member(step.name);
        }
        if (owner === this.#variables.get("ctx") && !Object.hasOwn(owner as JavaMap, step.name)) {
          throw new EvaluationError(`$${root}.${step.name} does not exist`);
        }
        return property(owner, step.name);
      case "index": {
        const key = this.of(step.key);
        if (isList(owner)) {
          return callMethod(owner, "get", [fromEnd(key, owner)]);
        }
        if (!isMap(owner)) {
          throw new EvaluationError(`a ${javaTypeName(owner)} has no index`);
        }
        // A key of another class is not in a map of strings.
        return typeof key === "string" ? getKey(owner, key) : null;
      }
    }
  }

  #operate(operator: Operator, operands: readonly Expression[]): unknown {
    const [a, b] = operands as readonly [Expression, Expression];
    switch (operator) {
      case "!":
        return !this.truth(a);
      case "&&":
        return this.truth(a) && this.truth(b);
      case "||":
        return this.truth(a) || this.truth(b);
      case "==":
        return sameValue(this.of(a), this.of(b));
      case "!=":
        return !sameValue(this.of(a), this.of(b));
      case "<":
      case "<=":
      case ">":
      case ">=":
        return compare(operator, this.of(a), this.of(b));
      default:
        return arithmetic(operator, this.of(a), this.of(b));
    }
  }
}

/** $list[-1] is the last item. */
function fromEnd(key: unknown, owner: readonly unknown[]): unknown {
  return isInteger(key) && key < 0 ? owner.length + key : key;
}

function property(owner: unknown, name: string): unknown {
  if (name === "class" || name === "Class") {
    throw new EvaluationError(
      `.${name} is the Java class in Velocity: read the key with .get("${name}")`,
    );
  }
  if (isMap(owner)) {
    return getKey(owner, name);
  }
  if (owner instanceof Entry && (name === "key" || name === "value")) {
    return owner[name];
  }
  throw new EvaluationError(`${javaTypeName(owner)} has no property ${name}`);
}
