/** The building blocks of $util and its namespaces: named functions with checked arguments, and nothing else. */

import { isArray, isList, isMap, JavaError, type JavaMap, javaTypeName } from "./java-values";
import { isNumber, type JavaNumber } from "./vtl-numbers";

/** The arguments of one call, read with the types of the function's Java signature. */
export class Arguments {
  readonly #name: string;
  readonly #values: readonly unknown[];

  constructor(name: string, values: readonly unknown[]) {
    this.#name = name;
    this.#values = values;
  }

  any(index: number): unknown {
    return this.#values[index] ?? null;
  }

  string(index: number): string {
    return this.#typed(index, "String", (value) => typeof value === "string");
  }

  stringOrNull(index: number): string | null {
    return this.any(index) === null ? null : this.string(index);
  }

  number(index: number): JavaNumber {
    return this.#typed(index, "Number", isNumber);
  }

  boolean(index: number): boolean {
    return this.#typed(index, "Boolean", (value) => typeof value === "boolean");
  }

  list(index: number): unknown[] {
    return this.#typed(index, "List", (value) => isList(value) && !isArray(value));
  }

  map(index: number): JavaMap {
    return this.#typed(index, "Map", isMap);
  }

  #typed<T>(index: number, type: string, fits: (value: unknown) => boolean): T {
    const value = this.any(index);
    if (!fits(value)) {
      throw new JavaError(
        `${this.#name}: argument ${index + 1} must be a ${type}, got ${javaTypeName(value)}`,
      );
    }
    return value as T;
  }
}

export interface UtilFunction {
  readonly fewest: number;
  readonly most: number;
  readonly run: (args: Arguments) => unknown;
}

/** Defines a function of `fewest` to `most` arguments. */
export function takes(
  fewest: number,
  run: (args: Arguments) => unknown,
  most = fewest,
): UtilFunction {
  return { fewest, most, run };
}

export class Namespace {
  readonly #functions: Readonly<Record<string, UtilFunction>>;
  readonly #members: Readonly<Record<string, Namespace>>;

  /** @param name as templates write it, e.g. "$util.time" */
  constructor(
    readonly name: string,
    functions: Readonly<Record<string, UtilFunction>>,
    members: Readonly<Record<string, Namespace>> = {},
  ) {
    this.#functions = functions;
    this.#members = members;
  }

  /** As templates write them, those of its members included. */
  get functionNames(): readonly string[] {
    const own = Object.keys(this.#functions).map((name) => `${this.name}.${name}`);
    return [...own, ...Object.values(this.#members).flatMap((each) => each.functionNames)];
  }

  member(name: string): Namespace {
    const member = Object.hasOwn(this.#members, name) ? this.#members[name] : undefined;
    if (member === undefined) {
      throw new JavaError(`${this.name}.${name} is not known here`);
    }
    return member;
  }

  call(name: string, values: readonly unknown[]): unknown {
    const fullName = `${this.name}.${name}`;
    const known = Object.hasOwn(this.#functions, name) ? this.#functions[name] : undefined;
    if (known === undefined) {
      throw new JavaError(`${fullName}(…) is not known here`);
    }
    if (values.length < known.fewest || values.length > known.most) {
      throw new JavaError(`${fullName} does not take ${values.length} arguments`);
    }
    return known.run(new Arguments(fullName, values));
  }
}
