import { setTimeout as sleep } from "node:timers/promises";
import type { Batch, Sequenced } from "./batch";
import { firstThatFit } from "./payload";

/** A record on its way to the function. Times are milliseconds since 1970. */
export interface QueuedRecord extends Sequenced {
  /** The record as the function receives it. */
  readonly event: unknown;
  /** The length of `event` as JSON. */
  readonly size: number;
  readonly writtenAt: number;
  readonly readAt: number;
  /** When it was written, by the clock of the metrics. */
  readonly agedFrom: number;
}

export interface LaneSettings {
  readonly batchSize: number;
  /** How long a batch waits for further records after its first one. */
  readonly batchingWindowSeconds: number;
}

const windowPollIntervalMs = 20;

/** A queue of records of one shard, handled one batch after the other. */
export class Lane {
  readonly #queue: QueuedRecord[] = [];
  #running: Promise<void> | undefined;
  readonly #settings: LaneSettings;
  readonly #handle: (batch: Batch<QueuedRecord>) => Promise<void>;

  constructor(settings: LaneSettings, handle: (batch: Batch<QueuedRecord>) => Promise<void>) {
    this.#settings = settings;
    this.#handle = handle;
  }

  /** The number of records that wait or are being handled. */
  get pending(): number {
    return this.#queue.length;
  }

  add(record: QueuedRecord): void {
    this.#queue.push(record);
  }

  /** Resolves when all added records are handled; rejects if `handle` rejects or the signal aborts. */
  run(signal: AbortSignal): Promise<void> {
    this.#running ??= this.#drain(signal).finally(() => {
      this.#running = undefined;
    });
    return this.#running;
  }

  async #drain(signal: AbortSignal): Promise<void> {
    while (this.#queue.length > 0) {
      await this.#window(signal);
      const records = this.#next();
      await this.#handle({ records, failures: 0 });
      this.#queue.splice(0, records.length);
    }
  }

  async #window(signal: AbortSignal): Promise<void> {
    const { batchSize, batchingWindowSeconds } = this.#settings;
    const end = (this.#queue[0]?.readAt ?? 0) + batchingWindowSeconds * 1000;
    while (this.#queue.length < batchSize && Date.now() < end) {
      await sleep(windowPollIntervalMs, undefined, { signal });
    }
  }

  #next(): readonly QueuedRecord[] {
    const records = this.#queue.slice(0, this.#settings.batchSize);
    return firstThatFit(records, ({ size }) => size);
  }
}
