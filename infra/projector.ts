import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { BundledFunction } from "./bundled-function";
import { type FoldingArgs, foldingRights, foldingSettings } from "./folding";

/** Folds the events of ① into ② as they come: the function, what feeds it, and the queue of what it gave up on. */
export class Projector extends pulumi.ComponentResource {
  readonly functionName: pulumi.Output<string>;
  readonly failureQueueUrl: pulumi.Output<string>;
  readonly failureQueueName: pulumi.Output<string>;

  constructor(name: string, args: FoldingArgs, opts?: pulumi.ComponentResourceOptions) {
    super("event-ledger:infra:Projector", name, {}, opts);
    const failures = new aws.sqs.Queue(
      `${name}-failures`,
      // Two weeks, the longest that SQS keeps a message: time for a person to look.
      { messageRetentionSeconds: 14 * 24 * 3600, sqsManagedSseEnabled: true },
      { parent: this },
    );
    const projector = new BundledFunction(
      name,
      {
        entry: "lambda/projector.ts",
        settings: foldingSettings(args),
        statements: [
          ...foldingRights(args),
          {
            actions: [
              "dynamodb:DescribeStream",
              "dynamodb:GetRecords",
              "dynamodb:GetShardIterator",
              "dynamodb:ListStreams",
            ],
            resources: [args.eventTable.streamArn],
          },
          { actions: ["sqs:SendMessage"], resources: [failures.arn] },
        ],
        timeout: 60,
        service: "projector",
        logLevel: args.logLevel,
        logRetentionDays: args.logRetentionDays,
      },
      { parent: this },
    );
    this.createMapping(name, args.eventTable, projector, failures);
    this.functionName = projector.function.name;
    this.failureQueueUrl = failures.url;
    this.failureQueueName = failures.name;
    this.registerOutputs({
      functionName: this.functionName,
      failureQueueUrl: this.failureQueueUrl,
    });
  }

  private createMapping(
    name: string,
    eventTable: aws.dynamodb.Table,
    projector: BundledFunction,
    failures: aws.sqs.Queue,
  ): void {
    new aws.lambda.EventSourceMapping(
      `${name}-mapping`,
      {
        eventSourceArn: eventTable.streamArn,
        functionName: projector.function.arn,
        startingPosition: "TRIM_HORIZON",
        filterCriteria: { filters: [{ pattern: JSON.stringify({ eventName: ["INSERT"] }) }] },
        // No batching window: it would delay every change by its length.
        batchSize: 100,
        functionResponseTypes: ["ReportBatchItemFailures"],
        bisectBatchOnFunctionError: true,
        // A failing record blocks its shard while it is retried, so it is given up in the end: after an hour, or after
        // more attempts than an outage of some minutes should take. Nothing is lost by it: the event table has the
        // event, and the stream's next event makes the projector catch up.
        maximumRetryAttempts: 100,
        maximumRecordAgeInSeconds: 3600,
        destinationConfig: { onFailure: { destinationArn: failures.arn } },
        metricsConfig: { metrics: ["EventCount"] },
      },
      // Lambda refuses a mapping whose function may not read the stream yet.
      { parent: this, dependsOn: [projector.policy] },
    );
  }
}
