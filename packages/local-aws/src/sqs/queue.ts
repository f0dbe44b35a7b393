import { createHash, randomUUID } from "node:crypto";

export interface QueueSettings {
  /** How long a received message is hidden from other consumers; default 30, as on AWS. */
  readonly visibilityTimeoutSeconds?: number;
  /** How long a message is kept; default four days, as on AWS. */
  readonly messageRetentionSeconds?: number;
}

export interface Message {
  readonly id: string;
  readonly body: string;
  readonly md5OfBody: string;
  readonly sentAt: number;
  readonly senderId: string;
  receiptHandle: string | undefined;
  receiveCount: number;
  firstReceivedAt: number | undefined;
  visibleAt: number;
}

/** A standard queue in memory. Times are milliseconds since 1970. */
export class Queue {
  readonly createdAt: number;
  readonly visibilityTimeoutSeconds: number;
  readonly messageRetentionSeconds: number;
  #messages: Message[] = [];
  readonly #now: () => number;

  constructor(settings: QueueSettings, now: () => number = Date.now) {
    this.#now = now;
    this.visibilityTimeoutSeconds = settings.visibilityTimeoutSeconds ?? 30;
    this.messageRetentionSeconds = settings.messageRetentionSeconds ?? 4 * 24 * 60 * 60;
    this.createdAt = now();
  }

  send(body: string, senderId: string): Message {
    const message: Message = {
      id: randomUUID(),
      body,
      md5OfBody: createHash("md5").update(body).digest("hex"),
      sentAt: this.#now(),
      senderId,
      receiptHandle: undefined,
      receiveCount: 0,
      firstReceivedAt: undefined,
      visibleAt: this.#now(),
    };
    this.#messages.push(message);
    return message;
  }

  receive(limit: number, visibilityTimeoutSeconds = this.visibilityTimeoutSeconds): Message[] {
    const received = this.#kept()
      .filter((message) => message.visibleAt <= this.#now())
      .slice(0, limit);
    for (const message of received) {
      // Only the latest receipt handle deletes a message.
      message.receiptHandle = randomUUID();
      message.receiveCount += 1;
      message.firstReceivedAt ??= this.#now();
      message.visibleAt = this.#now() + visibilityTimeoutSeconds * 1000;
    }
    return received;
  }

  /** Deletes the message with this receipt handle. No effect if it is already deleted. */
  delete(receiptHandle: string): void {
    this.#messages = this.#messages.filter((message) => message.receiptHandle !== receiptHandle);
  }

  purge(): void {
    this.#messages = [];
  }

  count(): { readonly visible: number; readonly hidden: number } {
    const kept = this.#kept();
    const visible = kept.filter((message) => message.visibleAt <= this.#now()).length;
    return { visible, hidden: kept.length - visible };
  }

  #kept(): Message[] {
    const oldest = this.#now() - this.messageRetentionSeconds * 1000;
    this.#messages = this.#messages.filter((message) => message.sentAt > oldest);
    return this.#messages;
  }
}
