import { setTimeout as sleep } from "node:timers/promises";

/** How long a change takes here: what the program has not ordered is registered meanwhile. */
const changeMs = 5;

/**
 * The changes of one API. AppSync makes one at a time and refuses those that meet another. The provider waits and tries
 * again for resolvers alone; nobody does it for data sources and functions, which the program has to order.
 */
export class Changes {
  #current: string | undefined;
  #resolvers: Promise<unknown> = Promise.resolve();

  /** Throws AppSync's error where another change is under way. */
  async make<A>(name: string, change: () => A): Promise<A> {
    if (this.#current !== undefined) {
      throw new Error(
        `${name}: ConcurrentModificationException: Schema is currently being altered, please wait until that is complete. ` +
          `${this.#current} is being made at the same time: order the two by dependsOn`,
      );
    }
    this.#current = name;
    try {
      const made = change();
      await sleep(changeMs);
      return made;
    } finally {
      this.#current = undefined;
    }
  }

  /** Waits for its turn, as the provider does for resolvers. */
  async makeInTurn<A>(name: string, change: () => A): Promise<A> {
    const turn = this.#resolvers.then(async () => {
      while (this.#current !== undefined) {
        await sleep(1);
      }
      return await this.make(name, change);
    });
    this.#resolvers = turn.catch(() => {});
    return await turn;
  }
}
