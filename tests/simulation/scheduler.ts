import type { Random } from "./random";

/** Something that takes steps, and may die between any two of them: an invocation, a request, an operator's command. */
export class Process {
  alive = true;
  /** Set where no more faults are drawn for it. */
  sheltered = false;
  /** The requests that did not succeed, and those that lost a race. */
  faults = 0;
  lostRaces = 0;
  readonly died: Promise<void>;
  #resolveDied: () => void = () => undefined;

  readonly name: string;
  /** How likely it is to be the next to take a step, compared with others. */
  readonly haste: number;

  constructor(name: string, haste: number) {
    this.name = name;
    this.haste = haste;
    this.died = new Promise((resolve) => {
      this.#resolveDied = resolve;
    });
  }

  /** Takes no more steps, since it is done. */
  end(): void {
    this.alive = false;
  }

  kill(): void {
    this.alive = false;
    this.#resolveDied();
  }
}

interface Waiting {
  readonly process: Process;
  readonly notBefore: number;
  readonly resume: () => void;
}

/** Beyond any run that comes to rest. */
const maxSteps = 60_000;

/**
 * Decides who takes the next step. Everything simulated waits here before it goes on, so that the seed alone decides
 * the order. Between two waits run microtasks, which have a fixed order of their own.
 */
export class Scheduler {
  /** Simulated milliseconds. */
  now = 0;
  steps = 0;
  readonly #random: Random;
  #waiting: Waiting[] = [];

  constructor(random: Random) {
    this.#random = random;
  }

  /** Resolves when it is the process's turn, `delay` simulated milliseconds from now at the earliest: never, if it dies. */
  turn(process: Process, delay = 0): Promise<void> {
    return new Promise((resume) => {
      this.#waiting.push({ process, notBefore: this.now + delay, resume });
    });
  }

  /** Gives turns until nobody waits for one, or until `goOn`, called after every step, answers false. */
  async run(goOn: () => boolean): Promise<void> {
    await settled();
    for (let next = this.#next(); next !== undefined && goOn(); next = this.#next()) {
      this.steps += 1;
      if (this.steps > maxSteps) throw new Error(`no rest after ${maxSteps} steps`);
      this.now += 1;
      next.resume();
      await settled();
    }
  }

  #next(): Waiting | undefined {
    this.#waiting = this.#waiting.filter(({ process }) => process.alive);
    if (this.#waiting.length === 0) return undefined;
    const earliest = Math.min(...this.#waiting.map(({ notBefore }) => notBefore));
    this.now = Math.max(this.now, earliest);
    const ready = this.#waiting.filter(({ notBefore }) => notBefore <= this.now);
    const chosen = this.#choose(ready);
    this.#waiting = this.#waiting.filter((waiting) => waiting !== chosen);
    return chosen;
  }

  #choose(ready: ReadonlyArray<Waiting>): Waiting | undefined {
    const total = ready.reduce((sum, { process }) => sum + process.haste, 0);
    let mark = this.#random.next() * total;
    return ready.find(({ process }) => {
      mark -= process.haste;
      return mark < 0;
    });
  }
}

/** Waits until all microtasks have run, which they have at Node's next immediate; no time passes. */
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** The answer to a process that has died. */
export const never = <A>(): Promise<A> => new Promise(() => undefined);
