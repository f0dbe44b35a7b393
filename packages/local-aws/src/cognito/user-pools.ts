import { invalidParameter, notFound } from "./errors";
import type { AppClient, UserPool } from "./model";
import type { PoolFiles } from "./pool-files";

/** What a change makes of a pool, and what its caller gets. */
export interface Change<A> {
  readonly pool: UserPool;
  readonly answer: A;
}

/**
 * All user pools. A pool is a value: a change makes another one of it, which counts once it is on the disk. So a change
 * that is refused, or cannot be kept, has not happened at all.
 */
export class UserPools {
  readonly #pools: Map<string, UserPool>;
  readonly #files: PoolFiles | undefined;
  /** Changes come one after the other: each begins with what the one before has made. */
  #last: Promise<unknown> = Promise.resolve();

  /** @param files where they are kept; in memory when left out */
  constructor(pools: readonly UserPool[], files?: PoolFiles) {
    this.#pools = new Map(pools.map((pool) => [pool.id, pool]));
    this.#files = files;
  }

  all(): readonly UserPool[] {
    return [...this.#pools.values()];
  }

  find(id: string): UserPool | undefined {
    return this.#pools.get(id);
  }

  get(id: string): UserPool {
    const pool = this.#pools.get(id);
    if (pool === undefined) {
      throw /^[\w-]+_[0-9a-zA-Z]+$/.test(id)
        ? notFound(`User pool ${id} does not exist.`)
        : invalidParameter(
            `1 validation error detected: Value '${id}' at 'userPoolId' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\w-]+_[0-9a-zA-Z]+`,
          );
    }
    return pool;
  }

  /** @param poolId if given, the pool that the client must belong to */
  client(
    clientId: string,
    poolId?: string,
  ): { readonly pool: UserPool; readonly client: AppClient } {
    const pools = poolId === undefined ? this.all() : [this.get(poolId)];
    for (const pool of pools) {
      const client = pool.clients.find(({ id }) => id === clientId);
      if (client !== undefined) {
        return { pool, client };
      }
    }
    throw notFound(`User pool client ${clientId} does not exist.`);
  }

  add(pool: UserPool): Promise<void> {
    return this.#inTurn(() => this.#put(pool));
  }

  /** Changes a pool, and answers once the change is kept. */
  change<A>(id: string, change: (pool: UserPool) => Change<A>): Promise<A> {
    return this.#inTurn(async () => {
      const { pool, answer } = change(this.get(id));
      await this.#put(pool);
      return answer;
    });
  }

  async #put(pool: UserPool): Promise<void> {
    if (pool === this.#pools.get(pool.id)) {
      return;
    }
    await this.#files?.save(pool);
    this.#pools.set(pool.id, pool);
  }

  #inTurn<A>(work: () => Promise<A>): Promise<A> {
    const done = this.#last.then(work);
    this.#last = done.catch(() => {});
    return done;
  }
}
