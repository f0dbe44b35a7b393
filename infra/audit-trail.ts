import * as aws from "@pulumi/aws";
import * as awsx from "@pulumi/awsx";
import * as pulumi from "@pulumi/pulumi";
import { componentType, type Staying, staying } from "./component";
import { encryptionKey } from "./encryption-key";
import { accountOf, arnBeside, type Statement } from "./policy";
import { PrivateBucket } from "./private-bucket";

export interface AuditTrailArgs extends Staying {
  /** The event table: every read and write of it and of its stream is recorded. */
  events: aws.dynamodb.Table;
  /**
   * For how many days nobody can delete a record, the account's root user included; 0 for no lock. Not an `Input`: it shapes
   * the bucket.
   */
  auditLockDays: number;
}

/**
 * Records who did what in the account, and who read or wrote the events: CloudTrail's management and data events, in a
 * bucket of their own, encrypted with a key of their own, and signed.
 *
 * Data events cost ten cents for 100,000: the projector alone asks each shard of the stream four times a second, which is
 * about ten dollars a month for one shard.
 */
export class AuditTrail extends pulumi.ComponentResource {
  readonly trail: awsx.cloudtrail.Trail;
  readonly records: PrivateBucket;

  constructor(name: string, args: AuditTrailArgs, opts?: pulumi.ComponentResourceOptions) {
    super(componentType("AuditTrail"), name, {}, opts);
    const own = { parent: this };
    // A pattern, for Pulumi makes the trail's name, and the trail needs what is said of it here.
    const trailArn = arnBeside(args.events.arn, "cloudtrail", `trail/*${name}*`);
    const account = accountOf(args.events.arn);
    this.records = new PrivateBucket(
      `${name}-records`,
      {
        ...args,
        lockable: true,
        lifecycle: { archiveAfter: 90, deleteAfter: 3650 },
        statements: (arn) => lettingTrailWrite(arn, account, trailArn),
      },
      own,
    );
    this.#lock(name, args);
    this.#logAccess(name, args);
    const key = encryptionKey(
      `${name}-key`,
      {
        description: "Encrypts the records of the audit trail",
        beside: args.events.arn,
        statements: lettingTrailEncrypt(account, trailArn),
      },
      { ...own, ...staying(args) },
    );
    this.trail = new awsx.cloudtrail.Trail(
      `${name}-trail`,
      {
        // The policy's bucket, not the bucket's own name: CloudTrail refuses one that it may not write to yet.
        s3Bucket: { existing: { name: this.records.policy.bucket } },
        kmsKeyId: key.arn,
        enableLogFileValidation: true,
        // What is done in another region, or to the account itself, is seen as well.
        isMultiRegionTrail: true,
        includeGlobalServiceEvents: true,
        advancedEventSelectors: [
          {
            name: "Management of the account",
            fieldSelectors: [{ field: "eventCategory", equals: ["Management"] }],
          },
          dataEvents("Reads and writes of the event table", "Table", args.events.arn),
          dataEvents("Reads of the event table's stream", "Stream", args.events.streamArn),
        ],
      },
      // Not kept: a trail that stays in AWS goes on recording. What it has recorded stays.
      own,
    );
    this.registerOutputs({ bucketName: this.records.bucket.bucket });
  }

  #lock(name: string, args: AuditTrailArgs): void {
    if (args.auditLockDays > 0) {
      new aws.s3.BucketObjectLockConfiguration(
        `${name}-lock`,
        {
          bucket: this.records.bucket.id,
          rule: { defaultRetention: { mode: "COMPLIANCE", days: args.auditLockDays } },
        },
        { parent: this, ...staying(args), dependsOn: [this.records.versioning] },
      );
    }
  }

  /** Who read the records is recorded in another bucket, for a bucket that logs into itself never stops. */
  #logAccess(name: string, args: AuditTrailArgs): void {
    const source = this.records.bucket;
    const target = new PrivateBucket(
      `${name}-access`,
      {
        ...args,
        lifecycle: { deleteAfter: 365 },
        statements: (arn) => [
          {
            Sid: "AccessLogs",
            Effect: "Allow",
            Principal: { Service: "logging.s3.amazonaws.com" },
            Action: "s3:PutObject",
            Resource: pulumi.interpolate`${arn}/*`,
            Condition: {
              StringEquals: { "aws:SourceAccount": accountOf(args.events.arn) },
              ArnLike: { "aws:SourceArn": source.arn },
            },
          },
        ],
      },
      { parent: this },
    );
    new aws.s3.BucketLogging(
      `${name}-access-log`,
      { bucket: source.id, targetBucket: target.policy.bucket, targetPrefix: "records/" },
      { parent: this, ...staying(args) },
    );
  }
}

function dataEvents(name: string, type: "Table" | "Stream", arn: pulumi.Output<string>) {
  return {
    name,
    fieldSelectors: [
      { field: "eventCategory", equals: ["Data"] },
      { field: "resources.type", equals: [`AWS::DynamoDB::${type}`] },
      { field: "resources.ARN", equals: [arn] },
    ],
  };
}

const cloudTrail = { Effect: "Allow", Principal: { Service: "cloudtrail.amazonaws.com" } };

/** As CloudTrail's user guide has it. */
function lettingTrailWrite(
  bucketArn: pulumi.Output<string>,
  account: pulumi.Output<string>,
  trailArn: pulumi.Output<string>,
): readonly Statement[] {
  const ofTrail = { ArnLike: { "aws:SourceArn": trailArn } };
  return [
    {
      ...cloudTrail,
      Sid: "CheckAcl",
      Action: "s3:GetBucketAcl",
      Resource: bucketArn,
      Condition: ofTrail,
    },
    {
      ...cloudTrail,
      Sid: "WriteRecords",
      Action: "s3:PutObject",
      Resource: pulumi.interpolate`${bucketArn}/AWSLogs/${account}/*`,
      Condition: { ...ofTrail, StringEquals: { "s3:x-amz-acl": "bucket-owner-full-control" } },
    },
  ];
}

function lettingTrailEncrypt(
  account: pulumi.Output<string>,
  trailArn: pulumi.Output<string>,
): readonly Statement[] {
  const trails = trailArn.apply((arn) => `arn:${arn.split(":")[1]}:cloudtrail:*`);
  return [
    {
      ...cloudTrail,
      Sid: "EncryptRecords",
      Action: "kms:GenerateDataKey*",
      Resource: "*",
      Condition: {
        ArnLike: { "aws:SourceArn": trailArn },
        StringLike: {
          "kms:EncryptionContext:aws:cloudtrail:arn": pulumi.interpolate`${trails}:${account}:trail/*`,
        },
      },
    },
    { ...cloudTrail, Sid: "DescribeKey", Action: "kms:DescribeKey", Resource: "*" },
  ];
}
