/**
 * Decides what an event source mapping does after an invocation; pure functions. Sources, in AWS's Lambda Developer
 * Guide: "Configuring partial batch response with DynamoDB and Lambda" and "Retain discarded records for a DynamoDB
 * event source in Lambda".
 */

export interface Sequenced {
  readonly sequenceNumber: string;
}

/** Records of one invocation, in the order of the stream. */
export interface Batch<R extends Sequenced> {
  readonly records: readonly R[];
  /** Failed invocations so far that count against the retry quota. */
  readonly failures: number;
}

export type Outcome =
  | { readonly kind: "succeeded" }
  | { readonly kind: "failed" }
  /** The records before index `checkpoint` succeeded. */
  | { readonly kind: "partial"; readonly checkpoint: number };

export interface RetryPolicy {
  readonly bisect: boolean;
  /** If undefined, records are retried until they are too old. */
  readonly maximumRetryAttempts: number | undefined;
}

export interface Verdict<R extends Sequenced> {
  /** The batches to send next, in this order, before any later record. */
  readonly retry: readonly Batch<R>[];
  readonly discarded?: Batch<R>;
}

/** Interprets the function's response under ReportBatchItemFailures. */
export function readResponse(response: unknown, batch: Batch<Sequenced>): Outcome {
  if (response === null || response === undefined) {
    return { kind: "succeeded" };
  }
  if (typeof response !== "object") {
    return { kind: "failed" };
  }
  const failures = (response as { batchItemFailures?: unknown }).batchItemFailures ?? [];
  if (!Array.isArray(failures)) {
    return { kind: "failed" };
  }
  if (failures.length === 0) {
    return { kind: "succeeded" };
  }
  // The batch is in the stream's order, so the lowest index is the lowest sequence number.
  const indices = failures.map((failure: { itemIdentifier?: unknown } | null) =>
    batch.records.findIndex((record) => record.sequenceNumber === failure?.itemIdentifier),
  );
  // An identifier of a record outside of the batch fails the whole batch.
  return indices.includes(-1)
    ? { kind: "failed" }
    : { kind: "partial", checkpoint: Math.min(...indices) };
}

export function decideBatch<R extends Sequenced>(
  batch: Batch<R>,
  outcome: Outcome,
  policy: RetryPolicy,
): Verdict<R> {
  if (outcome.kind === "succeeded") {
    return { retry: [] };
  }
  const done = outcome.kind === "partial" ? outcome.checkpoint : 0;
  const remaining = { ...batch, records: batch.records.slice(done) };
  // "The batch is bisected at the returned sequence number, and Lambda retries only the remaining records":
  // splitting does not consume the retry quota.
  if (policy.bisect && done > 0) {
    return { retry: [remaining] };
  }
  if (policy.bisect && remaining.records.length > 1) {
    return { retry: halves(remaining) };
  }
  const failed = { ...remaining, failures: batch.failures + 1 };
  const { maximumRetryAttempts } = policy;
  return maximumRetryAttempts !== undefined && failed.failures > maximumRetryAttempts
    ? { retry: [], discarded: failed }
    : { retry: [failed] };
}

function halves<R extends Sequenced>(batch: Batch<R>): readonly Batch<R>[] {
  const middle = Math.ceil(batch.records.length / 2);
  return [
    { ...batch, records: batch.records.slice(0, middle) },
    { ...batch, records: batch.records.slice(middle) },
  ];
}
