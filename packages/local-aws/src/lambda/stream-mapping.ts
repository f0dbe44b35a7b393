import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { Meters } from "../cloudwatch/metrics";
import type { Iam, Principal } from "../iam/iam";
import { type Batch, decideBatch, readResponse } from "./batch";
import { describeFailure, type EventSourceMapping, rejectOnAbort } from "./event-source-mapping";
import type { InvocationResult, LambdaFunction } from "./function";
import type { QueuedRecord } from "./lane";
import { MappingMeters } from "./mapping-meters";
import { openPositions } from "./positions";
import { consume } from "./shards";
import { StreamReader } from "./stream";
import { parseStreamSettings, type StreamSettings } from "./stream-settings";

export interface StreamMappingContext {
  readonly region: string;
  readonly iam: Iam;
  readonly dynamodbEndpoint: string;
  readonly function: Pick<LambdaFunction, "name" | "arn" | "roleArn" | "invoke">;
  /** Sends to a queue as the principal; see Sqs.sendMessage. */
  readonly sendMessage: (principal: Principal, queueArn: string, body: string) => void;
  readonly log: (line: string) => void;
  /** Gets what a person should know of: what is given up. Goes to the log if omitted. */
  readonly warn?: (line: string) => void;
  readonly meters?: Meters | undefined;
  /** Keeps the position in the stream between runs; in memory if omitted. */
  readonly positionsFile?: string | undefined;
  /** The first pause between retries doubles with each retry, up to the longest. */
  readonly retryPauseMs?: { readonly first: number; readonly longest: number };
}

type Condition = "RetryAttemptsExhausted" | "RecordAgeExceeded";

const streamActions = ["GetRecords", "GetShardIterator", "DescribeStream", "ListStreams"];

/**
 * Feeds a function from a DynamoDB stream, with the permissions of the function's role. Where its position is not kept,
 * TRIM_HORIZON delivers all records again that are still in the stream.
 * @param inputs the inputs of Pulumi's aws.lambda.EventSourceMapping
 */
export function createStreamMapping(
  inputs: Readonly<Record<string, unknown>>,
  context: StreamMappingContext,
): EventSourceMapping {
  const settings = parseStreamSettings(inputs);
  const { iam, region, dynamodbEndpoint } = context;
  const { roleArn } = context.function;
  const log = (line: string): void =>
    context.log(`event source mapping of ${context.function.name}: ${line}`);
  const warn = (line: string): void =>
    (context.warn ?? context.log)(`event source mapping of ${context.function.name}: ${line}`);
  requirePermissions(settings, iam, iam.principalOf(roleArn));

  const abort = new AbortController();
  const { signal } = abort;
  const credentials = iam.assumeRole(roleArn, "lambda.amazonaws.com", context.function.arn);
  const reader = new StreamReader(settings.streamArn, dynamodbEndpoint, region, credentials);
  const positions = openPositions(settings.streamArn, context.positionsFile);
  // On AWS a mapping never pauses. Here no record gets old while no stack runs.
  const runningSince = Date.now();
  const meters = new MappingMeters(context.function.name, settings.countsEvents, context.meters);
  const handle = (shardId: string, batch: Batch<QueuedRecord>): Promise<void> =>
    handleBatch(batch, shardId, settings, { ...context, log, warn, meters, runningSince }, signal);
  const running = settings.enabled
    ? consume(reader, { ...settings, positions, handle, meters, log, warn }, signal).catch(
        (error) => {
          if (!signal.aborted) {
            warn(`ended: ${error}`);
          }
        },
      )
    : Promise.resolve();

  return {
    uuid: meters.uuid,
    stop: async () => {
      meters.stop();
      abort.abort();
      await running;
      positions.flush();
    },
  };
}

interface RunningMapping extends Omit<StreamMappingContext, "meters"> {
  readonly meters: MappingMeters;
  readonly warn: (line: string) => void;
  readonly runningSince: number;
}

/** Lambda checks these permissions when a mapping is created, and rejects it with these messages. */
function requirePermissions(settings: StreamSettings, iam: Iam, role: Principal): void {
  const { streamArn, failureDestination } = settings;
  if (!streamActions.every((action) => iam.allows(role, `dynamodb:${action}`, streamArn))) {
    throw new Error(
      `Cannot access stream ${streamArn}. Please ensure the role can perform the GetRecords, ` +
        "GetShardIterator, DescribeStream, and ListStreams Actions on your stream in IAM.",
    );
  }
  if (
    failureDestination !== undefined &&
    !iam.allows(role, "sqs:SendMessage", failureDestination)
  ) {
    throw new Error(
      `The function execution role does not have permissions to call SendMessage on ${failureDestination}`,
    );
  }
}

/** Invokes the function until each record of the batch is handled or discarded. */
async function handleBatch(
  batch: Batch<QueuedRecord>,
  shardId: string,
  settings: StreamSettings,
  context: RunningMapping,
  signal: AbortSignal,
): Promise<void> {
  const { log, meters, retryPauseMs = { first: 100, longest: 10_000 } } = context;
  const discard = (given: Batch<QueuedRecord>, why: Condition, last?: InvocationResult): void =>
    reportDiscarded(given, why, shardId, last, settings, context);

  let throttles = 0;
  const waiting = [batch];
  for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
    const { tooOld, current } = splitByAge(
      next,
      settings.maximumRecordAgeSeconds,
      context.runningSince,
    );
    if (tooOld.records.length > 0) {
      discard(tooOld, "RecordAgeExceeded");
    }
    if (current.records.length === 0) {
      continue;
    }
    const sentAt = meters.now();
    const invocation = context.function.invoke({ Records: current.records.map((r) => r.event) });
    const result = await rejectOnAbort(invocation, signal);
    if ("throttled" in result) {
      // "This doesn't apply to service errors or throttles where the batch didn't reach the function."
      meters.count("FailedInvokeEventCount", current.records.length);
      waiting.unshift(current);
      await pause(throttles, retryPauseMs, signal);
      throttles += 1;
      continue;
    }
    throttles = 0;
    meters.count("InvokedEventCount", current.records.length);
    const age = sentAt - (current.records.at(-1)?.agedFrom ?? sentAt);
    meters.measureFunction("IteratorAge", age, "Milliseconds");
    const outcome =
      "error" in result
        ? ({ kind: "failed" } as const)
        : settings.reportsItemFailures
          ? readResponse(result.result, current)
          : ({ kind: "succeeded" } as const);

    const { retry, discarded } = decideBatch(current, outcome, settings.retryPolicy);
    // What AWS counts here of an invocation that ends in an error, its documents do not say.
    if (outcome.kind === "partial") {
      meters.count("FailedInvokeEventCount", current.records.length - outcome.checkpoint);
    }
    if (outcome.kind !== "succeeded") {
      log(`${describeFailure(result)}; ${current.records.length} records in the batch`);
    }
    if (discarded !== undefined) {
      discard(discarded, "RetryAttemptsExhausted", result);
    }
    waiting.unshift(...retry);
    const failures = retry[0]?.failures ?? 0;
    if (failures > current.failures) {
      await pause(failures - 1, retryPauseMs, signal);
    }
  }
}

function pause(
  earlier: number,
  { first, longest }: NonNullable<StreamMappingContext["retryPauseMs"]>,
  signal: AbortSignal,
): Promise<void> {
  return sleep(Math.min(first * 2 ** earlier, longest), undefined, { signal });
}

function splitByAge(
  batch: Batch<QueuedRecord>,
  maximumAgeSeconds: number | undefined,
  runningSince: number,
): { readonly tooOld: Batch<QueuedRecord>; readonly current: Batch<QueuedRecord> } {
  const oldest = maximumAgeSeconds === undefined ? 0 : Date.now() - maximumAgeSeconds * 1000;
  const isTooOld = (record: QueuedRecord): boolean =>
    Math.max(record.writtenAt, runningSince) < oldest;
  return {
    tooOld: { ...batch, records: batch.records.filter(isTooOld) },
    current: { ...batch, records: batch.records.filter((record) => !isTooOld(record)) },
  };
}

/** Sends AWS's message to the on-failure queue: the records' position in the stream, but not the records. */
function reportDiscarded(
  batch: Batch<QueuedRecord>,
  condition: Condition,
  shardId: string,
  last: InvocationResult | undefined,
  { failureDestination, streamArn }: StreamSettings,
  { iam, function: { arn, roleArn }, warn, sendMessage, meters }: RunningMapping,
): void {
  const [first] = batch.records;
  const end = batch.records.at(-1);
  warn(`discarded ${batch.records.length} records from ${first?.sequenceNumber}: ${condition}`);
  if (failureDestination === undefined) {
    meters.count("DroppedEventCount", batch.records.length);
    return;
  }
  const seconds = (time = 0): string => new Date(time).toISOString().replace(/\.\d{3}/, "");
  const message = {
    requestContext: {
      requestId: last?.requestId ?? randomUUID(),
      functionArn: arn,
      condition,
      approximateInvokeCount: batch.failures,
    },
    ...(last === undefined
      ? {}
      : {
          responseContext: {
            statusCode: 200,
            executedVersion: "$LATEST",
            // Null if the function returned and reported failed records itself.
            functionError: "error" in last ? "Unhandled" : null,
          },
        }),
    version: "1.0",
    timestamp: new Date().toISOString(),
    DDBStreamBatchInfo: {
      shardId,
      startSequenceNumber: first?.sequenceNumber,
      endSequenceNumber: end?.sequenceNumber,
      approximateArrivalOfFirstRecord: seconds(first?.writtenAt),
      approximateArrivalOfLastRecord: seconds(end?.writtenAt),
      batchSize: batch.records.length,
      streamArn,
    },
  };
  try {
    sendMessage(iam.principalOf(roleArn), failureDestination, JSON.stringify(message));
    meters.count("OnFailureDestinationDeliveredEventCount", batch.records.length);
  } catch (error) {
    meters.count("DroppedEventCount", batch.records.length);
    meters.measureFunction("DestinationDeliveryFailures", 1);
    warn(`cannot send to ${failureDestination}: ${error}`);
  }
}
