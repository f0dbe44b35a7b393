import type * as pulumi from "@pulumi/pulumi";

/**
 * Resources that are made one after the other. AppSync makes one change to an API at a time and refuses others with
 * ConcurrentModificationException; the provider waits and tries again for resolvers alone.
 */
export class Sequence {
  #last: pulumi.Resource[];

  /** @param first what the first resource depends on, and with it all others */
  constructor(first: readonly pulumi.Resource[]) {
    this.#last = [...first];
  }

  /** Makes the next resource, which has to depend on the one before it. */
  add<R extends pulumi.Resource>(make: (before: pulumi.Resource[]) => R): R {
    const made = make(this.#last);
    this.#last = [made];
    return made;
  }

  /** The last resource: what comes after all of them depends on it. */
  get last(): readonly pulumi.Resource[] {
    return this.#last;
  }
}
