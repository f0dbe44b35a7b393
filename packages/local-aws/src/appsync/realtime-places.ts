import { RequestError } from "./errors";

/** AppSync's quota. */
const maxSubscriptionsPerConnection = 100;

/** What a connection keeps for one subscription, from its start message to its end. */
export class Place {
  readonly #endings: (() => void)[] = [];
  #ended = false;

  /** A subscription that is not established yet may end, too: by a stop message or with its connection. */
  get ended(): boolean {
    return this.#ended;
  }

  /** Adds what the end of the subscription has to undo. */
  onEnd(ending: () => void): void {
    if (this.#ended) {
      ending();
    } else {
      this.#endings.push(ending);
    }
  }

  end(): void {
    this.#ended = true;
    for (const ending of this.#endings.splice(0)) {
      ending();
    }
  }
}

/** The subscriptions of one connection, by the client's ids. An id is free again as soon as its subscription ends. */
export class Places {
  readonly #places = new Map<string, Place>();

  /** Throws RequestError if the id is in use, or the connection full. */
  take(id: string): Place {
    if (this.#places.has(id)) {
      throw new RequestError(400, "DuplicatedOperationError", `The id ${id} is in use.`);
    }
    if (this.#places.size >= maxSubscriptionsPerConnection) {
      const message = `A connection has at most ${maxSubscriptionsPerConnection} subscriptions.`;
      throw new RequestError(400, "MaxSubscriptionsReachedError", message);
    }
    const place = new Place();
    this.#places.set(id, place);
    place.onEnd(() => this.#places.delete(id));
    return place;
  }

  end(id: string): void {
    this.#places.get(id)?.end();
  }

  endAll(): void {
    for (const place of [...this.#places.values()]) {
      place.end();
    }
  }
}
