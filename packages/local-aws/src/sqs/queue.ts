import { createHash, randomUUID } from "node:crypto";
import { ServiceError } from "../aws-json";
import { Deduplication } from "./deduplication";
import type { Journal } from "./journal";
import type { Message, NewMessage } from "./message";
import type { QueueMeters } from "./queue-meters";
import type { QueueSettings } from "./queue-settings";

export interface DeadLetters {
  readonly queue: Queue;
  readonly maxReceiveCount: number;
  /** The ARN of the queue that gives its messages up. */
  readonly sourceArn: string;
}

/** The limit of a message's time in flight, over all extensions. */
const longestVisibilitySeconds = 12 * 60 * 60;

/** SQS's sequence numbers have 20 digits. */
const firstSequenceNumber = 18_800_000_000_000_000_000n;

/** A standard or FIFO queue in memory, whose messages a journal may keep between runs. Times are milliseconds since 1970. */
export class Queue {
  readonly createdAt: number;
  readonly fifo: boolean;
  readonly contentBasedDeduplication: boolean;
  readonly visibilityTimeoutSeconds: number;
  readonly messageRetentionSeconds: number;
  /** In the order in which they came. */
  #messages: Message[] = [];
  #sequenceNumber = firstSequenceNumber;
  readonly #id = randomUUID();
  readonly #deduplication: Deduplication;
  readonly #now: () => number;
  readonly #deadLetters: DeadLetters | undefined;
  readonly #journal: Journal | undefined;
  readonly #meters: QueueMeters | undefined;

  constructor(
    settings: QueueSettings,
    now: () => number = Date.now,
    deadLetters: DeadLetters | undefined = undefined,
    journal: Journal | undefined = undefined,
    meters: QueueMeters | undefined = undefined,
  ) {
    this.#now = now;
    this.#deadLetters = deadLetters;
    this.#journal = journal;
    this.#meters = meters;
    this.fifo = settings.fifoQueue ?? false;
    this.contentBasedDeduplication = settings.contentBasedDeduplication ?? false;
    this.visibilityTimeoutSeconds = settings.visibilityTimeoutSeconds ?? 30;
    this.messageRetentionSeconds = settings.messageRetentionSeconds ?? 4 * 24 * 60 * 60;
    this.#deduplication = new Deduplication(settings.deduplicationScope ?? "queue");
    this.createdAt = now();
    this.#restore();
    meters?.watch(this, now);
  }

  /** Adds the message, or returns the earlier one that it repeats. */
  send(sent: NewMessage, senderId: string): Message {
    const { groupId, deduplicationId } = sent;
    const known = this.fifo && groupId !== undefined && deduplicationId !== undefined;
    const earlier = known && this.#deduplication.find(deduplicationId, groupId, this.#now());
    if (earlier) {
      return earlier;
    }
    const message = this.#add({
      ...sent,
      id: randomUUID(),
      md5OfBody: md5(sent.body),
      sentAt: this.#now(),
      senderId,
      deadLetterSourceArn: undefined,
      receiveCount: 0,
      firstReceivedAt: undefined,
    });
    this.#remember(message);
    this.#meters?.count("NumberOfMessagesSent");
    return message;
  }

  /**
   * Receives the oldest visible messages. A FIFO queue gives as many messages of one group as it can before it goes on
   * with the next, and none of a group that has a message in flight.
   * @param fitting chooses the first ones of those messages
   */
  receive(
    limit: number,
    visibilityTimeoutSeconds = this.visibilityTimeoutSeconds,
    fitting: (messages: readonly Message[]) => readonly Message[] = (messages) => messages,
  ): readonly Message[] {
    const received = fitting(this.#available().slice(0, limit));
    for (const message of received) {
      message.receiptHandle = this.#newReceiptHandle(message);
      message.receiveCount += 1;
      message.receivedHere += 1;
      message.firstReceivedAt ??= this.#now();
      message.lastReceivedAt = this.#now();
      message.visibleAt = this.#now() + visibilityTimeoutSeconds * 1000;
    }
    this.#journal?.received(received);
    this.#shortenJournal();
    this.#meters?.count("NumberOfMessagesReceived", received.length);
    return received;
  }

  /** Deletes the message with this receipt handle. No effect if it is already deleted. */
  delete(receiptHandle: string): void {
    const message = this.#find(receiptHandle);
    if (message !== undefined && this.fifo && !this.#inFlightUnder(message, receiptHandle)) {
      throw invalidHandle(receiptHandle, "The receipt handle has expired.");
    }
    // Only the latest receipt handle deletes a message.
    this.#keep((each) => each.receiptHandle !== receiptHandle);
    this.#meters?.count("NumberOfMessagesDeleted");
  }

  /** Hides a message in flight for so long from now on; 0 makes it visible. */
  changeVisibility(receiptHandle: string, seconds: number): void {
    const message = this.#find(receiptHandle);
    if (message === undefined) {
      throw invalidHandle(
        receiptHandle,
        "Message does not exist or is not available for visibility timeout change.",
      );
    }
    if (!this.#inFlightUnder(message, receiptHandle)) {
      throw this.fifo
        ? invalidHandle(receiptHandle, "The receipt handle has expired.")
        : new ServiceError("MessageNotInflight", "The specified message isn't in flight.");
    }
    const visibleAt = this.#now() + seconds * 1000;
    if (visibleAt - (message.lastReceivedAt ?? 0) > longestVisibilitySeconds * 1000) {
      throw new ServiceError(
        "InvalidParameterValue",
        `Value ${seconds} for parameter VisibilityTimeout is invalid. Reason: Total VisibilityTimeout for the message is beyond the limit [${longestVisibilitySeconds} seconds].`,
      );
    }
    message.visibleAt = visibleAt;
  }

  purge(): void {
    this.#keep(() => false);
  }

  close(): void {
    this.#journal?.close();
  }

  count(): { readonly visible: number; readonly hidden: number } {
    const kept = this.#kept();
    const visible = kept.filter((message) => this.#isVisible(message)).length;
    return { visible, hidden: kept.length - visible };
  }

  /** When the oldest message came. */
  get oldestAt(): number | undefined {
    const times = this.#kept().map(({ enqueuedAt }) => enqueuedAt);
    return times.length === 0 ? undefined : Math.min(...times);
  }

  /** What can be received now; moves what was received too often to the dead-letter queue. */
  #available(): readonly Message[] {
    const kept = this.#kept();
    const blocked = new Set(
      kept.flatMap((message) => (this.fifo && !this.#isVisible(message) ? [message.groupId] : [])),
    );
    const available = kept.filter(
      (message) => this.#isVisible(message) && !(this.fifo && blocked.has(message.groupId)),
    );
    const usable = available.filter((message) => !this.#giveUp(message));
    return this.fifo ? byGroup(usable) : usable;
  }

  /** Whether the message was received as often as allowed; if so, it is in the dead-letter queue from now on. */
  #giveUp(message: Message): boolean {
    const target = this.#deadLetters;
    if (target === undefined || message.receivedHere < target.maxReceiveCount) {
      return false;
    }
    target.queue.#add({ ...message, deadLetterSourceArn: target.sourceArn }, message.enqueuedAt);
    this.#keep((each) => each !== message);
    return true;
  }

  /**
   * @param enqueuedAt for a message of another queue, when it came there: on standard queues its retention goes on
   *   counting from then, on FIFO queues it begins anew
   */
  #add(
    message: Omit<
      Message,
      | "sequenceNumber"
      | "enqueuedAt"
      | "receiptHandle"
      | "receivedHere"
      | "lastReceivedAt"
      | "visibleAt"
    >,
    enqueuedAt = this.#now(),
  ): Message {
    const added: Message = {
      ...message,
      sequenceNumber: this.fifo ? String(this.#sequenceNumber++) : undefined,
      enqueuedAt: this.fifo ? this.#now() : enqueuedAt,
      receiptHandle: undefined,
      receivedHere: 0,
      lastReceivedAt: undefined,
      visibleAt: this.#now(),
    };
    // Written first: where that fails, nothing was sent.
    this.#journal?.put(added);
    this.#messages.push(added);
    return added;
  }

  #isVisible(message: Message): boolean {
    return message.visibleAt <= this.#now();
  }

  #inFlightUnder(message: Message, receiptHandle: string): boolean {
    return message.receiptHandle === receiptHandle && !this.#isVisible(message);
  }

  #newReceiptHandle({ id }: Message): string {
    return Buffer.from(`${this.#id} ${id} ${randomUUID()}`).toString("base64");
  }

  /** The message that was received under the handle, unless it is gone. */
  #find(receiptHandle: string): Message | undefined {
    const [queue, messageId] = Buffer.from(receiptHandle, "base64").toString().split(" ");
    if (queue !== this.#id) {
      throw new ServiceError(
        "ReceiptHandleIsInvalid",
        `The input receipt handle "${receiptHandle}" is not a valid receipt handle.`,
      );
    }
    return this.#kept().find(({ id }) => id === messageId);
  }

  #kept(): Message[] {
    const oldest = this.#now() - this.messageRetentionSeconds * 1000;
    this.#keep((message) => message.enqueuedAt > oldest);
    return this.#messages;
  }

  #keep(isKept: (message: Message) => boolean): void {
    const gone = this.#messages.filter((message) => !isKept(message));
    if (gone.length > 0) {
      this.#journal?.gone(gone);
      this.#messages = this.#messages.filter(isKept);
    }
  }

  #restore(): void {
    const kept = this.#journal?.read();
    if (kept !== undefined) {
      this.#messages = [...kept.messages];
      this.#sequenceNumber = BigInt(kept.nextSequenceNumber);
      for (const message of [...kept.deleted, ...kept.messages].sort(bySending)) {
        this.#remember(message);
      }
    }
    this.#rewriteJournal();
  }

  #shortenJournal(): void {
    if (this.#journal?.isLong) {
      this.#rewriteJournal();
    }
  }

  #rewriteJournal(): void {
    const ids = new Set(this.#messages.map(({ id }) => id));
    this.#journal?.rewrite({
      messages: this.#messages,
      deleted: this.#deduplication.remembered(this.#now()).filter(({ id }) => !ids.has(id)),
      nextSequenceNumber: String(this.#sequenceNumber),
    });
  }

  #remember(message: Message): void {
    const { groupId, deduplicationId, deadLetterSourceArn } = message;
    const wasSentHere = this.fifo && deadLetterSourceArn === undefined;
    if (wasSentHere && groupId !== undefined && deduplicationId !== undefined) {
      this.#deduplication.remember(deduplicationId, groupId, message);
    }
  }
}

function bySending(one: Message, other: Message): number {
  return one.sentAt - other.sentAt;
}

export function md5(body: string): string {
  return createHash("md5").update(body).digest("hex");
}

/** Groups in the order of their first messages, and each group's messages in their own order. */
function byGroup(messages: readonly Message[]): readonly Message[] {
  const groups = new Map<string | undefined, Message[]>();
  for (const message of messages) {
    const group = groups.get(message.groupId);
    if (group === undefined) {
      groups.set(message.groupId, [message]);
    } else {
      group.push(message);
    }
  }
  return [...groups.values()].flat();
}

function invalidHandle(receiptHandle: string, reason: string): ServiceError {
  return new ServiceError(
    "InvalidParameterValue",
    `Value ${receiptHandle} for parameter ReceiptHandle is invalid. Reason: ${reason}`,
  );
}
