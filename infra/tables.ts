import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { ownerIndex } from "../lambda/adapters/keys";
import { componentType, type Keeping, keeping } from "./component";

export interface TablesArgs extends Keeping {
  /** The most read units a second of a table, and of the index; 0: no ceiling. Not an `Input`. */
  maxReadUnits: number;
  /** The most write units a second of a table, and of the index; 0: no ceiling. Not an `Input`. */
  maxWriteUnits: number;
}

/** Where the events are recorded, and where they are folded into. */
export class Tables extends pulumi.ComponentResource {
  /** Event table ①: one item an event, keyed by its stream and its version in the stream. */
  readonly events: aws.dynamodb.Table;
  /** Read model ②: the summary and the entries of every stream. */
  readonly readModel: aws.dynamodb.Table;

  constructor(name: string, args: TablesArgs, opts?: pulumi.ComponentResourceOptions) {
    super(componentType("Tables"), name, {}, opts);
    this.events = new aws.dynamodb.Table(
      `${name}-events`,
      {
        ...settings(args),
        attributes: [
          { name: "streamId", type: "S" },
          { name: "version", type: "N" },
        ],
        hashKey: "streamId",
        rangeKey: "version",
        streamEnabled: true,
        // Events never change: there is no old image.
        streamViewType: "NEW_IMAGE",
      },
      { parent: this, ...keeping(args) },
    );
    this.readModel = new aws.dynamodb.Table(
      `${name}-read-model`,
      {
        ...settings(args),
        attributes: [
          { name: "pk", type: "S" },
          { name: "sk", type: "S" },
          { name: "owner", type: "S" },
        ],
        hashKey: "pk",
        rangeKey: "sk",
        globalSecondaryIndexes: [
          // Keys only: the index is then written once for a stream, not once for each change of its summary.
          {
            name: ownerIndex,
            keySchemas: [
              { attributeName: "owner", keyType: "HASH" },
              { attributeName: "pk", keyType: "RANGE" },
            ],
            projectionType: "KEYS_ONLY",
            ...ceilings(args),
          },
        ],
      },
      { parent: this, ...keeping(args) },
    );
    this.registerOutputs({ events: this.events.name, readModel: this.readModel.name });
  }
}

/** What both tables have in common. */
function settings(args: TablesArgs) {
  return {
    billingMode: "PAY_PER_REQUEST",
    ...ceilings(args),
    pointInTimeRecovery: { enabled: true },
    // The AWS managed key: unlike the default key, which AWS owns, each use of it shows in CloudTrail. DynamoDB
    // asks KMS once in five minutes for a caller, so this costs cents.
    serverSideEncryption: { enabled: true },
    deletionProtectionEnabled: args.keepData,
  };
}

/** Bounds what a flood of requests can cost: above them, requests are throttled. */
function ceilings({ maxReadUnits, maxWriteUnits }: TablesArgs) {
  const onDemandThroughput = {
    ...(maxReadUnits > 0 && { maxReadRequestUnits: maxReadUnits }),
    ...(maxWriteUnits > 0 && { maxWriteRequestUnits: maxWriteUnits }),
  };
  return Object.keys(onDemandThroughput).length > 0 ? { onDemandThroughput } : {};
}
