import type * as aws from "@pulumi/aws";
import * as awsx from "@pulumi/awsx";

export interface AuditTrailArgs {
  /** The table whose every read and write is recorded. */
  readonly table: aws.dynamodb.Table;
  /** Leave the trail and its records in AWS when the stack is destroyed. */
  readonly keepData: boolean;
}

/** Records who read or wrote the table's items: CloudTrail's data events, in a bucket of their own. */
export function auditTrail(
  name: string,
  { table, keepData }: AuditTrailArgs,
): awsx.cloudtrail.Trail {
  return new awsx.cloudtrail.Trail(
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
            { field: "resources.ARN", equals: [table.arn] },
          ],
        },
      ],
    },
    { protect: keepData, retainOnDelete: keepData },
  );
}
