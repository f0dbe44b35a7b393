/** The active subscriptions, and the delivery of published mutations to them. */

import type { Api, OperationResponse } from "./api";
import type { Caller } from "./authorization";
import { runDelivery, type Subscribed } from "./execute";
import { getKey, type JavaMap } from "./java-values";
import type { Published } from "./publications";
import { publishingMutations } from "./schema";

/** AppSync's quota for one message. */
const maxPayloadBytes = 240 * 1024;

export interface Subscription extends Subscribed {
  readonly caller: Caller;
  deliver(response: OperationResponse): void;
}

export class Subscriptions {
  readonly #subscriptions = new Set<Subscription>();
  readonly #api: () => Api;

  /** @param api answers with the API as it is now */
  constructor(api: () => Api) {
    this.#api = api;
  }

  /** Returns a function that ends the subscription. */
  add(subscription: Subscription): () => void {
    this.#subscriptions.add(subscription);
    return () => this.#subscriptions.delete(subscription);
  }

  publish({ mutation, payload }: Published): void {
    for (const subscription of this.#subscriptions) {
      if (this.#listensTo(subscription, mutation) && matches(subscription.args, payload)) {
        this.#deliver(subscription, payload);
      }
    }
  }

  #listensTo({ fieldName }: Subscription, mutation: string): boolean {
    const field = this.#api().schema.getSubscriptionType()?.getFields()[fieldName];
    return field !== undefined && publishingMutations(field).includes(mutation);
  }

  /** A field that the subscriber selects and the mutation did not is null, and an error if non-null, as on AWS. */
  #deliver(subscription: Subscription, payload: Published["payload"]): void {
    const response = runDelivery(this.#api(), subscription, payload, subscription.caller);
    const bytes = Buffer.byteLength(JSON.stringify(response));
    if (bytes > maxPayloadBytes) {
      this.#api().log(
        `AppSync: a message of ${subscription.fieldName} is dropped, its ${bytes} bytes exceed the limit of 240 KB`,
      );
      return;
    }
    subscription.deliver(response);
  }
}

/**
 * Compares the arguments with the fields of the mutation's response. An omitted argument matches every value; null
 * matches only null, and so does a variable without a value. A field that the mutation did not select counts as null.
 */
function matches(args: Readonly<JavaMap>, payload: Readonly<JavaMap>): boolean {
  return Object.entries(args).every(([name, value]) => getKey(payload, name) === value);
}
