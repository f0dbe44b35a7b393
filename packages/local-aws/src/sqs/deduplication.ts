import type { Message } from "./message";

/** "Exactly-once processing in Amazon SQS": the interval is the same on every queue. */
const intervalMs = 5 * 60 * 1000;

/** Remembers the deduplication ids of a FIFO queue, also those of messages that are deleted since. */
export class Deduplication {
  /** In the order of their times. */
  readonly #seen = new Map<string, Message>();
  readonly #scope: "queue" | "messageGroup";

  constructor(scope: "queue" | "messageGroup") {
    this.#scope = scope;
  }

  /** The message that was sent under the same id within the interval, if there is one. */
  find(id: string, groupId: string, now: number): Message | undefined {
    this.#forget(now);
    return this.#seen.get(this.#key(id, groupId));
  }

  /** The messages whose ids still count, in the order of their times. */
  remembered(now: number): readonly Message[] {
    this.#forget(now);
    return [...this.#seen.values()];
  }

  remember(id: string, groupId: string, message: Message): void {
    this.#seen.set(this.#key(id, groupId), message);
  }

  #forget(now: number): void {
    for (const [key, message] of this.#seen) {
      if (message.sentAt + intervalMs > now) {
        break;
      }
      this.#seen.delete(key);
    }
  }

  #key(id: string, groupId: string): string {
    // Neither of them may have a space.
    return this.#scope === "queue" ? id : `${groupId} ${id}`;
  }
}
