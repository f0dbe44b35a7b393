import * as aws from "@pulumi/aws";

interface TableArgs {
  /** Guard the table against deletion, and leave it in AWS when the stack is destroyed. */
  readonly keepData: boolean;
}

/** What both tables have in common. */
function table(
  name: string,
  { keepData }: TableArgs,
  args: Pick<
    aws.dynamodb.TableArgs,
    "attributes" | "globalSecondaryIndexes" | "streamEnabled" | "streamViewType"
  > & { readonly hashKey: string; readonly rangeKey: string },
): aws.dynamodb.Table {
  return new aws.dynamodb.Table(
    name,
    {
      ...args,
      billingMode: "PAY_PER_REQUEST",
      pointInTimeRecovery: { enabled: true },
      // The AWS managed key: unlike the default key, which AWS owns, each use of it shows in CloudTrail. DynamoDB
      // asks KMS once in five minutes for a caller, so this costs cents.
      serverSideEncryption: { enabled: true },
      deletionProtectionEnabled: keepData,
    },
    { protect: keepData, retainOnDelete: keepData },
  );
}

/** Event table ①: one item an event, keyed by its stream and its version in the stream. */
export function eventTable(name: string, args: TableArgs): aws.dynamodb.Table {
  return table(name, args, {
    attributes: [
      { name: "streamId", type: "S" },
      { name: "version", type: "N" },
    ],
    hashKey: "streamId",
    rangeKey: "version",
    streamEnabled: true,
    // Events never change: there is no old image.
    streamViewType: "NEW_IMAGE",
  });
}

/** The index of read model ② that finds an owner's accounts. */
export const ownerIndex = "byOwner";

/** Read model ②: account summaries and ledger entries. */
export function readModelTable(name: string, args: TableArgs): aws.dynamodb.Table {
  return table(name, args, {
    attributes: [
      { name: "pk", type: "S" },
      { name: "sk", type: "S" },
      { name: "owner", type: "S" },
    ],
    hashKey: "pk",
    rangeKey: "sk",
    globalSecondaryIndexes: [
      // Keys only: the index is then written once for an account, not once for each change of its balance.
      { name: ownerIndex, hashKey: "owner", rangeKey: "pk", projectionType: "KEYS_ONLY" },
    ],
  });
}
