import type { Meters } from "../cloudwatch/metrics";

/** What is asked of a queue. */
interface Watched {
  count(): { readonly visible: number; readonly hidden: number };
  /** In milliseconds since 1970, by the queue's clock. */
  readonly oldestAt: number | undefined;
}

/** A queue that nobody has used for so long reports nothing, unless there are messages in it. */
const activeMs = 6 * 60 * 60 * 1000;

/** A queue's metrics. Source: "Available CloudWatch metrics for Amazon SQS" in the SQS Developer Guide. */
export class QueueMeters {
  readonly #name: string;
  readonly #meters: Meters;
  #usedAt: number;

  constructor(name: string, meters: Meters) {
    this.#name = name;
    this.#meters = meters;
    this.#usedAt = meters.now();
  }

  /** Reports its depth once a minute, while the queue is active. */
  watch(queue: Watched, now: () => number): void {
    this.#meters.sample(() => {
      const { visible, hidden } = queue.count();
      if (visible + hidden === 0 && this.#meters.now() - this.#usedAt >= activeMs) {
        return;
      }
      this.#measure("ApproximateNumberOfMessagesVisible", visible);
      this.#measure("ApproximateNumberOfMessagesNotVisible", hidden);
      this.#measure("ApproximateNumberOfMessagesDelayed", 0);
      const { oldestAt } = queue;
      const age = oldestAt === undefined ? 0 : Math.round((now() - oldestAt) / 1000);
      this.#measure("ApproximateAgeOfOldestMessage", age, "Seconds");
    });
  }

  count(
    name: "NumberOfMessagesSent" | "NumberOfMessagesReceived" | "NumberOfMessagesDeleted",
    messages = 1,
  ): void {
    this.#usedAt = this.#meters.now();
    if (messages > 0) {
      this.#measure(name, messages);
    }
  }

  #measure(name: string, value: number, unit?: string): void {
    const dimensions = { QueueName: this.#name };
    this.#meters.measure({ namespace: "AWS/SQS", name, dimensions }, value, unit);
  }
}
