import { setTimeout as sleep } from "node:timers/promises";
import type { Batch, Sequenced } from "./batch";

/** A record on its way to the function. Times are milliseconds since 1970. */
export interface QueuedRecord extends Sequenced {
  /** The record as the function gets it. */
  readonly event: unknown;
  /** The length of `event` as JSON. */
  readonly size: number;
  readonly writtenAt: number;
  readonly readAt: number;
}

export interface LaneSettings {
  readonly batchSize: number;
  /** How long a batch waits for more records after its first one. */
  readonly batchingWindowSeconds: number;
}

/** Lambda takes events of at most 6 MB; some room is left for what is around the records. */
const maximumPayload = 5_500_000;
const windowPollMs = 20;

/** The records of a shard that are handled one batch after the other. */
export class Lane {
  readonly #queue: QueuedRecord[] = [];
  #running: Promise<void> | undefined;

  constructor(
    private readonly settings: LaneSettings,
    private readonly handle: (batch: Batch<QueuedRecord>) => Promise<void>,
  ) {}

  /** How many records wait or are being handled. */
  get pending(): number {
    return this.#queue.length;
  }

  add(record: QueuedRecord): void {
    this.#queue.push(record);
  }

  /** Resolves when everything that was added is handled; rejects when `handle` does or the signal aborts. */
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
      await this.handle({ records, failures: 0 });
      this.#queue.splice(0, records.length);
    }
  }

  async #window(signal: AbortSignal): Promise<void> {
    const { batchSize, batchingWindowSeconds } = this.settings;
    const end = (this.#queue[0]?.readAt ?? 0) + batchingWindowSeconds * 1000;
    while (this.#queue.length < batchSize && Date.now() < end) {
      await sleep(windowPollMs, undefined, { signal });
    }
  }

  #next(): readonly QueuedRecord[] {
    const records = this.#queue.slice(0, this.settings.batchSize);
    let size = 0;
    const tooMuch = records.findIndex((record) => {
      size += record.size;
      return size > maximumPayload;
    });
    // A record that is too large by itself goes alone.
    return tooMuch === -1 ? records : records.slice(0, Math.max(1, tooMuch));
  }
}
