/** What a producer sends. */
export interface NewMessage {
  readonly body: string;
  /** Required on FIFO queues. On standard queues it is carried along, and nothing else. */
  readonly groupId?: string | undefined;
  /** On FIFO queues alone, where it is always known: see readMessage. */
  readonly deduplicationId?: string | undefined;
}

/** A message in a queue. Times are milliseconds since 1970. */
export interface Message extends NewMessage {
  readonly id: string;
  readonly md5OfBody: string;
  readonly sentAt: number;
  readonly senderId: string;
  /** On FIFO queues alone. */
  readonly sequenceNumber: string | undefined;
  /** When it came into this queue, from which its retention counts. */
  readonly enqueuedAt: number;
  /** The ARN of the queue that it came from, in a dead-letter queue. */
  readonly deadLetterSourceArn: string | undefined;
  /** The latest one. */
  receiptHandle: string | undefined;
  /** Across all queues that it was in, as SQS counts. */
  receiveCount: number;
  /** In this queue: what the redrive policy counts. */
  receivedHere: number;
  firstReceivedAt: number | undefined;
  lastReceivedAt: number | undefined;
  visibleAt: number;
}

/** The attributes that SQS gives a received message. */
export function systemAttributes(message: Message): Record<string, string> {
  const attributes = {
    ApproximateReceiveCount: String(message.receiveCount),
    SentTimestamp: String(message.sentAt),
    SequenceNumber: message.sequenceNumber,
    MessageGroupId: message.groupId,
    SenderId: message.senderId,
    MessageDeduplicationId: message.deduplicationId,
    ApproximateFirstReceiveTimestamp: String(message.firstReceivedAt),
    DeadLetterQueueSourceArn: message.deadLetterSourceArn,
  };
  return Object.fromEntries(
    Object.entries(attributes).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, value]],
    ),
  );
}
