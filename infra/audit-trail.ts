import type * as aws from "@pulumi/aws";
import * as awsx from "@pulumi/awsx";
import type * as pulumi from "@pulumi/pulumi";

export interface AuditTrailArgs {
  /** The event table, whose every read and write is recorded. */
  events: aws.dynamodb.Table;
  /**
   * Leave the trail and its records in AWS when the stack is destroyed.
   * Not an `Input`: resource options take plain values only.
   */
  keepData: boolean;
}

/** Records who read or wrote the events: CloudTrail's data events, in a bucket of their own. */
export class AuditTrail extends awsx.cloudtrail.Trail {
  constructor(name: string, args: AuditTrailArgs, opts?: pulumi.ComponentResourceOptions) {
    super(
      name,
      {
        // The component's defaults would empty the bucket to delete it, and leave changed log files unnoticed.
        s3Bucket: { args: { forceDestroy: false } },
        enableLogFileValidation: true,
        advancedEventSelectors: [
          {
            name: "Reads and writes of the event table",
            fieldSelectors: [
              { field: "eventCategory", equals: ["Data"] },
              { field: "resources.type", equals: ["AWS::DynamoDB::Table"] },
              { field: "resources.ARN", equals: [args.events.arn] },
            ],
          },
        ],
      },
      { ...opts, protect: args.keepData, retainOnDelete: args.keepData },
    );
  }
}
