import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { componentType, type Staying, staying } from "./component";
import { denyPlainHttp, policyOf, type Statement } from "./policy";

export interface PrivateBucketArgs extends Staying {
  /** What AWS services may do with the bucket of that ARN. */
  statements: (arn: pulumi.Output<string>) => readonly Statement[];
  /** When an object moves to a class that costs less, and when it is deleted, in days. */
  lifecycle: { readonly archiveAfter?: number; readonly deleteAfter: number };
  /** Allow objects to be locked; it cannot be said later. Not an `Input`: it shapes the bucket. */
  lockable?: boolean;
}

/** A bucket that is encrypted, versioned, closed to the public, and reached over TLS alone. */
export class PrivateBucket extends pulumi.ComponentResource {
  readonly bucket: aws.s3.Bucket;
  readonly versioning: aws.s3.BucketVersioning;
  /** Lets services write: what they are told of the bucket depends on this. */
  readonly policy: aws.s3.BucketPolicy;

  constructor(name: string, args: PrivateBucketArgs, opts?: pulumi.ComponentResourceOptions) {
    super(componentType("PrivateBucket"), name, {}, opts);
    const own = { parent: this };
    this.bucket = new aws.s3.Bucket(
      `${name}-bucket`,
      { objectLockEnabled: args.lockable ?? false },
      { ...own, ...staying(args) },
    );
    const bucket = this.bucket.id;
    const access = new aws.s3.BucketPublicAccessBlock(
      `${name}-public-access`,
      {
        bucket,
        blockPublicAcls: true,
        blockPublicPolicy: true,
        ignorePublicAcls: true,
        restrictPublicBuckets: true,
      },
      { ...own, ...staying(args) },
    );
    this.versioning = new aws.s3.BucketVersioning(
      `${name}-versioning`,
      { bucket, versioningConfiguration: { status: "Enabled" } },
      { ...own, ...staying(args) },
    );
    new aws.s3.BucketServerSideEncryptionConfiguration(
      `${name}-encryption`,
      { bucket, rules: [{ applyServerSideEncryptionByDefault: { sseAlgorithm: "AES256" } }] },
      { ...own, ...staying(args) },
    );
    const { archiveAfter, deleteAfter } = args.lifecycle;
    new aws.s3.BucketLifecycleConfiguration(
      `${name}-lifecycle`,
      {
        bucket,
        rules: [
          {
            id: "age",
            status: "Enabled",
            filter: { prefix: "" },
            ...(archiveAfter !== undefined && {
              transitions: [{ days: archiveAfter, storageClass: "GLACIER_IR" }],
            }),
            expiration: { days: deleteAfter },
            noncurrentVersionExpiration: { noncurrentDays: 90 },
            abortIncompleteMultipartUpload: { daysAfterInitiation: 7 },
          },
        ],
      },
      // Which versions are there is asked of a bucket that has versions.
      { ...own, ...staying(args), dependsOn: [this.versioning] },
    );
    const { arn } = this.bucket;
    this.policy = new aws.s3.BucketPolicy(
      `${name}-policy`,
      {
        bucket,
        policy: policyOf(
          denyPlainHttp("s3:*", arn, pulumi.interpolate`${arn}/*`),
          ...args.statements(arn),
        ),
      },
      // S3 takes one change of who has access at a time.
      { ...own, ...staying(args), dependsOn: [access] },
    );
    this.registerOutputs({ bucketName: this.bucket.bucket });
  }
}
