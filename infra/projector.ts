import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { BundledFunction } from "./bundled-function";
import { componentType, staying } from "./component";
import { followEvents, reportFailures } from "./permissions";
import { type ProjectionArgs, projectionPermissions, projectionSettings } from "./projection";
import { queuePolicy } from "./queue-policy";

export interface ProjectorArgs extends ProjectionArgs {
  /** How many batches of a shard are folded at a time: 1 to 10. */
  parallelizationFactor: pulumi.Input<number>;
  /** How many invocations are kept free for it, and are its most; 0: as many as there is room for. Not an `Input`. */
  reservedConcurrency: number;
}

/** Folds the events of ① into ② as they are recorded: the function, its event source, and the queue of its failures. */
export class Projector extends pulumi.ComponentResource {
  readonly function: aws.lambda.Function;
  readonly mapping: aws.lambda.EventSourceMapping;
  /** Holds a message for each batch of records that was given up. */
  readonly failureQueue: aws.sqs.Queue;

  constructor(name: string, args: ProjectorArgs, opts?: pulumi.ComponentResourceOptions) {
    super(componentType("Projector"), name, {}, opts);
    this.failureQueue = new aws.sqs.Queue(
      `${name}-failures`,
      // Two weeks, the longest that SQS keeps a message: time for a person to look.
      { messageRetentionSeconds: 14 * 24 * 3600, sqsManagedSseEnabled: true },
      { parent: this, ...staying(args) },
    );
    queuePolicy(`${name}-failures-policy`, this.failureQueue, { parent: this, ...staying(args) });
    const bundled = new BundledFunction(
      name,
      {
        entry: args.entry,
        settings: projectionSettings(args),
        permissions: [
          ...projectionPermissions(args),
          followEvents(args.events),
          reportFailures(this.failureQueue),
        ],
        timeout: 60,
        reservedConcurrency: args.reservedConcurrency,
        service: "projector",
        logLevel: args.logLevel,
        logRetentionDays: args.logRetentionDays,
        keepData: args.keepData,
      },
      { parent: this },
    );
    this.function = bundled.function;
    this.mapping = new aws.lambda.EventSourceMapping(
      `${name}-mapping`,
      {
        eventSourceArn: args.events.streamArn,
        functionName: this.function.arn,
        startingPosition: "TRIM_HORIZON",
        filterCriteria: { filters: [{ pattern: JSON.stringify({ eventName: ["INSERT"] }) }] },
        // No batching window: it would delay every change by its length.
        batchSize: 100,
        functionResponseTypes: ["ReportBatchItemFailures"],
        // The projection is gated by version, so records of a stream may arrive in any order.
        parallelizationFactor: args.parallelizationFactor,
        bisectBatchOnFunctionError: true,
        // A failing record blocks its shard while it is retried, so it is given up in the end: after more attempts than an
        // outage of some minutes should take. Nothing is lost by it: the event table has the event, and the stream's next
        // event makes the projector catch up.
        maximumRetryAttempts: 100,
        // Attempts count, and age does not: after a pause of hours, every record is old and none has been tried.
        maximumRecordAgeInSeconds: -1,
        destinationConfig: { onFailure: { destinationArn: this.failureQueue.arn } },
        metricsConfig: { metrics: ["EventCount"] },
      },
      // Lambda refuses a mapping whose function may not read the stream yet.
      { parent: this, dependsOn: [bundled.policy] },
    );
    this.registerOutputs({
      functionName: this.function.name,
      failureQueueUrl: this.failureQueue.url,
    });
  }
}
