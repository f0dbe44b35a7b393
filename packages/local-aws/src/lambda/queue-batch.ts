import { type Message, systemAttributes } from "../sqs/message";

/**
 * The event that a function gets for a batch of messages, and what its answer says of them; pure functions. Sources, in
 * AWS's Lambda Developer Guide: "Using Lambda with Amazon SQS" and "Implementing partial batch responses".
 */

export function eventOf(
  messages: readonly Message[],
  queue: { readonly arn: string; readonly region: string },
) {
  return {
    Records: messages.map((message) => ({
      messageId: message.id,
      receiptHandle: message.receiptHandle,
      body: message.body,
      attributes: systemAttributes(message),
      messageAttributes: {},
      md5OfBody: message.md5OfBody,
      eventSource: "aws:sqs",
      eventSourceARN: queue.arn,
      awsRegion: queue.region,
    })),
  };
}

/**
 * The messages that succeeded by the function's response under ReportBatchItemFailures. A response that is malformed, or
 * names a message that is not in the batch, fails the whole batch.
 */
export function succeeded<M extends Pick<Message, "id">>(
  response: unknown,
  messages: readonly M[],
): readonly M[] {
  if (response === null || response === undefined) {
    return messages;
  }
  if (typeof response !== "object") {
    return [];
  }
  const failures = (response as { batchItemFailures?: unknown }).batchItemFailures ?? [];
  if (!Array.isArray(failures)) {
    return [];
  }
  const failed = new Set(
    failures.map((failure: { itemIdentifier?: unknown } | null) => failure?.itemIdentifier),
  );
  const ids = new Set<unknown>(messages.map(({ id }) => id));
  return [...failed].every((id) => ids.has(id)) ? messages.filter(({ id }) => !failed.has(id)) : [];
}
