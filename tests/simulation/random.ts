/** A seeded source of choices (splitmix32): the same seed always gives the same run. */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed | 0;
  }

  /** From 0 up to, but not including, 1. */
  next(): number {
    this.#state = (this.#state + 0x9e3779b9) | 0;
    let bits = this.#state;
    bits = Math.imul(bits ^ (bits >>> 16), 0x21f0aaad);
    bits = Math.imul(bits ^ (bits >>> 15), 0x735a2d97);
    return ((bits ^ (bits >>> 15)) >>> 0) / 0x1_0000_0000;
  }

  /** An integer from `least` to `most`, both included. */
  between(least: number, most: number): number {
    return least + Math.floor(this.next() * (most - least + 1));
  }

  chance(probability: number): boolean {
    return this.next() < probability;
  }

  pick<A>(from: readonly [A, ...A[]]): A {
    return from[this.between(0, from.length - 1)] ?? from[0];
  }

  /** Undefined where there is nothing to choose from. */
  pickAny<A>(from: ReadonlyArray<A>): A | undefined {
    return from[this.between(0, from.length - 1)];
  }
}
