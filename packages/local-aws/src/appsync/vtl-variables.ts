/** A template's variables. */

/** A template does something that AppSync does not support, or that fails silently there. */
export class EvaluationError extends Error {
  override readonly name = "EvaluationError";
}

/** Velocity 1 has them, Velocity 2 does not. */
const loopCounters = ["velocityCount", "velocityHasNext"];

export class Variables {
  readonly #roots: ReadonlyMap<string, unknown>;
  readonly #values = new Map<string, unknown>();
  readonly #loopVariables: string[] = [];

  constructor(roots: ReadonlyMap<string, unknown>) {
    this.#roots = roots;
  }

  isRoot(name: string): boolean {
    return this.#roots.has(name);
  }

  isSet(name: string): boolean {
    return this.#roots.has(name) || this.#values.has(name);
  }

  get(name: string): unknown {
    if (loopCounters.includes(name)) {
      throw new EvaluationError(`$${name} is known to Velocity 1 only: use $foreach`);
    }
    return this.#roots.has(name) ? this.#roots.get(name) : (this.#values.get(name) ?? null);
  }

  set(name: string, value: unknown): void {
    if (this.#roots.has(name) || name === "foreach" || loopCounters.includes(name)) {
      throw new EvaluationError(`$${name} cannot be set`);
    }
    if (this.#loopVariables.includes(name) && this.get(name) === null) {
      throw new EvaluationError(
        `$${name} is null in this round of its loop, and stays so in Velocity 1`,
      );
    }
    this.#values.set(name, value);
  }

  setItem(name: string, item: unknown): void {
    this.#values.set(name, item);
  }

  /** Returns what gives the loop's variables back the values that they had, if any. */
  enterLoop(variable: string, loop: object): () => void {
    if (this.#roots.has(variable) || variable === "foreach") {
      throw new EvaluationError(`$${variable} cannot be a loop's variable`);
    }
    const shadowed = [variable, "foreach"].map((name) => [name, this.#values.get(name)] as const);
    this.#values.set("foreach", loop);
    this.#loopVariables.push(variable);
    return () => {
      this.#loopVariables.pop();
      for (const [name, value] of shadowed) {
        if (value === undefined || value === null) {
          this.#values.delete(name);
        } else {
          this.#values.set(name, value);
        }
      }
    };
  }
}
