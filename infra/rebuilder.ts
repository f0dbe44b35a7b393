import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { BundledFunction } from "./bundled-function";
import { componentType } from "./component";
import { endSuspensionsAndRebuilds, takeRequests } from "./permissions";
import { type ProjectionArgs, projectionPermissions, projectionSettings } from "./projection";
import { rebuilderTimeout } from "./rebuild-queue";

/** Brings streams up to date that need more than a batch of others can wait for: the function, and its mapping to the queue. */
export class Rebuilder extends pulumi.ComponentResource {
  readonly function: aws.lambda.Function;
  readonly mapping: aws.lambda.EventSourceMapping;

  constructor(name: string, args: ProjectionArgs, opts?: pulumi.ComponentResourceOptions) {
    super(componentType("Rebuilder"), name, {}, opts);
    const bundled = new BundledFunction(
      name,
      {
        entry: args.entry,
        settings: projectionSettings(args),
        permissions: [
          ...projectionPermissions(args),
          endSuspensionsAndRebuilds(args.readModel),
          takeRequests(args.rebuildQueue),
        ],
        timeout: rebuilderTimeout,
        service: "rebuilder",
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
        eventSourceArn: args.rebuildQueue.arn,
        functionName: this.function.arn,
        // A stream has an invocation to itself.
        batchSize: 1,
        functionResponseTypes: ["ReportBatchItemFailures"],
        // After a release that raises the projection version many streams come at a time. They must not take the tables'
        // capacity from those that are current.
        scalingConfig: { maximumConcurrency: 10 },
        metricsConfig: { metrics: ["EventCount"] },
      },
      // Lambda refuses a mapping whose function may not read the queue yet.
      { parent: this, dependsOn: [bundled.policy] },
    );
    this.registerOutputs({ functionName: this.function.name });
  }
}
