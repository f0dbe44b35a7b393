import { setTimeout as sleep } from "node:timers/promises";
import { ServiceError } from "../aws-json";
import type { Meters } from "../cloudwatch/metrics";
import type { Iam, Principal } from "../iam/iam";
import type { Message } from "../sqs/message";
import type { OpenQueue, Sqs } from "../sqs/sqs";
import { describeFailure, type EventSourceMapping, rejectOnAbort } from "./event-source-mapping";
import type { LambdaFunction } from "./function";
import { MappingMeters } from "./mapping-meters";
import { firstThatFit } from "./payload";
import { eventOf, succeeded } from "./queue-batch";
import { invalidParameter, parseQueueSettings, type QueueMappingSettings } from "./queue-settings";

export interface QueueMappingContext {
  readonly region: string;
  readonly iam: Iam;
  readonly function: Pick<
    LambdaFunction,
    "name" | "arn" | "roleArn" | "timeoutSeconds" | "room" | "invoke"
  >;
  /** Opens a queue as the principal; see Sqs.openQueue. */
  readonly openQueue: Sqs["openQueue"];
  readonly log: (line: string) => void;
  readonly meters?: Meters | undefined;
}

interface RunningMapping extends Omit<QueueMappingContext, "meters"> {
  readonly meters: MappingMeters;
}

/** How long a message waits at most while the function has room for it. */
const pollIntervalMs = 20;
const failurePauseMs = 1_000;

/**
 * Feeds a function from a queue, with the permissions of the function's role. What the function does not handle is not
 * deleted, so that the queue delivers it again.
 * @param inputs the inputs of Pulumi's aws.lambda.EventSourceMapping
 */
export function createQueueMapping(
  inputs: Readonly<Record<string, unknown>>,
  context: QueueMappingContext,
): EventSourceMapping {
  const settings = parseQueueSettings(inputs);
  const { iam, function: target } = context;
  const log = (line: string): void =>
    context.log(`event source mapping of ${target.name}: ${line}`);
  const role = iam.principalOf(target.roleArn);
  requirePermissions(settings.queueArn, iam, role);
  const queue = open(settings.queueArn, role, context);
  requireVisibility(queue, target);

  const abort = new AbortController();
  const meters = new MappingMeters(target.name, settings.countsEvents, context.meters);
  const running = settings.enabled
    ? poll(queue, settings, { ...context, log, meters }, abort.signal)
    : Promise.resolve();
  return {
    uuid: meters.uuid,
    stop: async () => {
      meters.stop();
      abort.abort();
      await running;
    },
  };
}

/** Lambda checks these permissions when a mapping is created, and rejects it with these messages. */
function requirePermissions(queueArn: string, iam: Iam, role: Principal): void {
  for (const action of ["ReceiveMessage", "DeleteMessage", "GetQueueAttributes"]) {
    if (!iam.allows(role, `sqs:${action}`, queueArn)) {
      throw invalidParameter(
        `The function execution role does not have permissions to call ${action} on SQS`,
      );
    }
  }
}

function open(queueArn: string, role: Principal, { openQueue }: QueueMappingContext): OpenQueue {
  try {
    return openQueue(role, queueArn);
  } catch (error) {
    if (!(error instanceof ServiceError)) {
      throw error;
    }
    throw invalidParameter(
      `Error occurred while ReceiveMessage. SQS Error Code: AWS.SimpleQueueService.NonExistentQueue. SQS Error Message: ${error.message}`,
    );
  }
}

/** With less, a message would come again while the function still handles it. */
function requireVisibility(
  { visibilityTimeoutSeconds }: OpenQueue,
  { timeoutSeconds }: QueueMappingContext["function"],
): void {
  if (visibilityTimeoutSeconds < timeoutSeconds) {
    throw invalidParameter(
      `Queue visibility timeout: ${visibilityTimeoutSeconds} seconds is less than Function timeout: ${timeoutSeconds} seconds`,
    );
  }
}

/**
 * Invokes the function for each batch until the signal aborts. A batch is received only when the function has room for
 * it: its visibility timeout runs from then on.
 */
async function poll(
  queue: OpenQueue,
  settings: QueueMappingSettings,
  context: RunningMapping,
  signal: AbortSignal,
): Promise<void> {
  const batches = new Set<Promise<void>>();
  const hasRoom = (): boolean =>
    batches.size < (settings.maximumConcurrency ?? Number.POSITIVE_INFINITY) &&
    context.function.room > 0;
  const receive = (): readonly Message[] => {
    if (!hasRoom()) {
      return [];
    }
    const messages = queue.receive(settings.batchSize, fitting);
    context.meters.polled(messages.length);
    return messages;
  };
  while (!signal.aborted) {
    let pauseMs = pollIntervalMs;
    try {
      let messages = receive();
      while (messages.length > 0) {
        const batch = handle(messages, queue, settings, context, signal);
        batches.add(batch);
        void batch.then(() => batches.delete(batch));
        messages = receive();
      }
    } catch (error) {
      context.meters.pollFailed();
      // A mapping survives permissions that are taken away and granted again.
      context.log(`cannot read the queue, retrying: ${messageOf(error)}`);
      pauseMs = failurePauseMs;
    }
    await sleep(pauseMs, undefined, { signal }).catch(() => {});
  }
  await Promise.all(batches);
}

function fitting(messages: readonly Message[]): readonly Message[] {
  return firstThatFit(messages, ({ body }) => JSON.stringify(body).length);
}

/** Hands one batch to the function, and deletes what it has handled. Never rejects. */
async function handle(
  messages: readonly Message[],
  queue: OpenQueue,
  { queueArn, reportsItemFailures }: QueueMappingSettings,
  { region, function: target, log, meters }: RunningMapping,
  signal: AbortSignal,
): Promise<void> {
  try {
    // As they are now: a message that comes again meanwhile has another receipt handle.
    const received = messages.map((message) => ({ ...message }));
    const event = eventOf(received, { arn: queueArn, region });
    const result = await rejectOnAbort(target.invoke(event), signal);
    const failed = "error" in result;
    if (!("throttled" in result)) {
      meters.count("InvokedEventCount", received.length);
    }
    const done = failed ? [] : reportsItemFailures ? succeeded(result.result, received) : received;
    if (done.length < received.length) {
      if (!failed || "throttled" in result) {
        meters.count("FailedInvokeEventCount", received.length - done.length);
      }
      log(
        `${describeFailure(result)}; ${received.length - done.length} of ${received.length} messages come again`,
      );
    }
    for (const { receiptHandle } of done) {
      const isGone = remove(receiptHandle ?? "", queue, log);
      meters.count("DeletedEventCount", isGone ? 1 : 0);
    }
  } catch (error) {
    if (!signal.aborted) {
      log(`a batch failed: ${messageOf(error)}`);
    }
  }
}

function remove(receiptHandle: string, queue: OpenQueue, log: (line: string) => void): boolean {
  try {
    queue.delete(receiptHandle);
    return true;
  } catch (error) {
    log(`cannot delete a message, which will come again: ${messageOf(error)}`);
    return false;
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
