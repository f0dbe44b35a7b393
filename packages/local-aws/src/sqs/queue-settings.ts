/**
 * What CreateQueue accepts, and the words in which it refuses the rest. Source: "CreateQueue" in the SQS API Reference,
 * and the service's own answers.
 */

/** A queue's settings, under the names of Pulumi's aws.sqs.Queue. */
export interface QueueSettings {
  /** How long a received message is hidden from other consumers; default 30, as on AWS. */
  readonly visibilityTimeoutSeconds?: number;
  /** How long a message is kept; default four days, as on AWS. */
  readonly messageRetentionSeconds?: number;
  /** JSON: see RedrivePolicy. */
  readonly redrivePolicy?: string;
  readonly fifoQueue?: boolean;
  readonly contentBasedDeduplication?: boolean;
  readonly deduplicationScope?: "queue" | "messageGroup";
  /** Checked and described; throughput is not limited here. */
  readonly fifoThroughputLimit?: "perQueue" | "perMessageGroupId";
}

export interface RedrivePolicy {
  readonly deadLetterTargetArn: string;
  /** A message that was received as often as this moves to the dead-letter queue instead of being received again. */
  readonly maxReceiveCount: number;
}

/** Throws an Error with SQS's code and words where it refuses the name or the settings. */
export function checkQueue(name: string, settings: QueueSettings): void {
  if (settings.fifoQueue) {
    checkFifoQueue(name, settings);
    return;
  }
  if (!/^[\w-]{1,80}$/.test(name)) {
    throw refusal(
      "InvalidParameterValue",
      "Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length",
    );
  }
  if (settings.contentBasedDeduplication) {
    throw refusal("InvalidAttributeName", "Unknown Attribute ContentBasedDeduplication.");
  }
  for (const [setting, attribute] of [
    ["deduplicationScope", "DeduplicationScope"],
    ["fifoThroughputLimit", "FifoThroughputLimit"],
  ] as const) {
    if (settings[setting] !== undefined) {
      throw refusal(
        "InvalidAttributeName",
        `You can specify the ${attribute} only when FifoQueue is set to true.`,
      );
    }
  }
}

function checkFifoQueue(name: string, settings: QueueSettings): void {
  // The suffix counts towards the 80 characters.
  if (!/^[\w-]{1,75}\.fifo$/.test(name)) {
    throw refusal(
      "InvalidParameterValue",
      "The name of a FIFO queue can only include alphanumeric characters, hyphens, or underscores, must end with .fifo suffix and be 1 to 80 in length.",
    );
  }
  if (
    settings.fifoThroughputLimit === "perMessageGroupId" &&
    settings.deduplicationScope !== "messageGroup"
  ) {
    throw refusal(
      "InvalidAttributeValue",
      "Invalid value for the parameter FifoThroughputLimit. Reason: To set FifoThroughputLimit to perMessageGroupId, the DeduplicationScope must be messageGroup.",
    );
  }
}

/**
 * Throws an Error with SQS's code and words for a policy that it refuses.
 * @param source.isFifoQueue whether there is a queue of that ARN, and whether it is a FIFO queue
 */
export function parseRedrivePolicy(
  text: string,
  source: {
    readonly fifo: boolean;
    readonly isFifoQueue: (arn: string) => boolean | undefined;
  },
): RedrivePolicy {
  const invalid = (reason: string): Error =>
    refusal(
      "InvalidParameterValue",
      `Value ${text} for parameter RedrivePolicy is invalid. Reason: ${reason}`,
    );
  const policy = parseObject(text);
  if (policy === undefined) {
    throw invalid("Redrive policy is not a valid JSON map.");
  }
  const { deadLetterTargetArn, maxReceiveCount, ...others } = policy;
  if (Object.keys(others).length > 0) {
    throw invalid(
      "Only following attributes are supported: [deadLetterTargetArn, maxReceiveCount].",
    );
  }
  if (deadLetterTargetArn === undefined || maxReceiveCount === undefined) {
    const missing = deadLetterTargetArn === undefined ? "deadLetterTargetArn" : "maxReceiveCount";
    throw invalid(`Redrive policy does not contain mandatory attribute: ${missing}.`);
  }
  // SQS takes the count as a text, too.
  const count = Number(maxReceiveCount);
  if (!Number.isInteger(count) || count < 1 || count > 1000) {
    throw invalid(
      `Invalid value for maxReceiveCount: ${maxReceiveCount}, valid values are from 1 to 1000 both inclusive.`,
    );
  }
  const targetIsFifo = source.isFifoQueue(String(deadLetterTargetArn));
  if (targetIsFifo === undefined) {
    throw invalid("Dead letter target does not exist.");
  }
  if (targetIsFifo !== source.fifo) {
    throw invalid("Dead-letter queue must be same type of queue as the source.");
  }
  return { deadLetterTargetArn: String(deadLetterTargetArn), maxReceiveCount: count };
}

function parseObject(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}

function refusal(code: string, message: string): Error {
  return new Error(`${code}: ${message}`);
}
