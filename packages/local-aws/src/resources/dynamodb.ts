import { isDeepStrictEqual } from "node:util";
import {
  CreateTableCommand,
  type CreateTableCommandInput,
  DescribeTableCommand,
  DynamoDBClient,
  type ProjectionType,
  ResourceInUseException,
  type ScalarAttributeType,
  type StreamViewType,
  type TableDescription,
  waitUntilTableExists,
} from "@aws-sdk/client-dynamodb";
import { type Inputs, type Provisioner, physicalName, refuseUnknown } from "./resource";

interface TableInputs {
  readonly attributes: readonly { readonly name: string; readonly type: ScalarAttributeType }[];
  readonly hashKey: string;
  readonly rangeKey?: string;
  readonly billingMode?: string;
  readonly streamEnabled?: boolean;
  readonly streamViewType?: StreamViewType;
  readonly deletionProtectionEnabled?: boolean;
  readonly globalSecondaryIndexes?: readonly {
    readonly name: string;
    readonly hashKey: string;
    readonly rangeKey?: string;
    readonly projectionType: ProjectionType;
    readonly nonKeyAttributes?: string[];
  }[];
}

const used = [
  "name",
  "attributes",
  "hashKey",
  "rangeKey",
  "billingMode",
  "streamEnabled",
  "streamViewType",
  "deletionProtectionEnabled",
  "globalSecondaryIndexes",
];

/** aws.dynamodb.Table. One that was kept from an earlier run is used as it is, if it is still the same. */
export const table: Provisioner = async (name, inputs, cloud) => {
  refuseUnknown(inputs, `table ${name}`, {
    used,
    meaningless: ["pointInTimeRecovery", "serverSideEncryption"],
  });
  const client = new DynamoDBClient({
    region: cloud.region,
    endpoint: cloud.dynamodb.endpoint,
    credentials: cloud.iam.administrator,
  });
  try {
    const made = await create(client, definitionOf(physicalName(name, inputs), inputs));
    return {
      id: made.TableName ?? name,
      state: {
        ...inputs,
        name: made.TableName,
        arn: made.TableArn,
        streamArn: made.LatestStreamArn,
        streamLabel: made.LatestStreamLabel,
      },
    };
  } finally {
    client.destroy();
  }
};

function definitionOf(name: string, inputs: Inputs): CreateTableCommandInput {
  const wanted = inputs as unknown as TableInputs;
  if (wanted.billingMode !== "PAY_PER_REQUEST") {
    throw new Error(`table ${name}: only the billing mode PAY_PER_REQUEST is supported locally`);
  }
  const indexes = (wanted.globalSecondaryIndexes ?? []).map((index) => ({
    IndexName: index.name,
    KeySchema: keySchema(index.hashKey, index.rangeKey),
    Projection: {
      ProjectionType: index.projectionType,
      ...(index.nonKeyAttributes && { NonKeyAttributes: index.nonKeyAttributes }),
    },
  }));
  return {
    TableName: name,
    AttributeDefinitions: wanted.attributes.map(({ name: attribute, type }) => ({
      AttributeName: attribute,
      AttributeType: type,
    })),
    KeySchema: keySchema(wanted.hashKey, wanted.rangeKey),
    BillingMode: "PAY_PER_REQUEST",
    DeletionProtectionEnabled: wanted.deletionProtectionEnabled ?? false,
    ...(indexes.length > 0 && { GlobalSecondaryIndexes: indexes }),
    ...(wanted.streamEnabled && {
      StreamSpecification: {
        StreamEnabled: true,
        StreamViewType: wanted.streamViewType ?? "NEW_AND_OLD_IMAGES",
      },
    }),
  };
}

function keySchema(hashKey: string, rangeKey?: string): CreateTableCommandInput["KeySchema"] {
  return [
    { AttributeName: hashKey, KeyType: "HASH" },
    ...(rangeKey === undefined ? [] : [{ AttributeName: rangeKey, KeyType: "RANGE" as const }]),
  ];
}

async function create(
  client: DynamoDBClient,
  definition: CreateTableCommandInput,
): Promise<TableDescription> {
  const TableName = definition.TableName ?? "";
  try {
    await client.send(new CreateTableCommand(definition));
  } catch (error) {
    if (!(error instanceof ResourceInUseException)) {
      throw error;
    }
  }
  await waitUntilTableExists({ client, maxWaitTime: 30, minDelay: 1 }, { TableName });
  const { Table = {} } = await client.send(new DescribeTableCommand({ TableName }));
  requireSame(Table, definition);
  return Table;
}

function requireSame(found: TableDescription, wanted: CreateTableCommandInput): void {
  const shape = (
    table: Pick<TableDescription, "KeySchema" | "StreamSpecification"> & {
      readonly GlobalSecondaryIndexes?: readonly { IndexName?: string | undefined }[] | undefined;
    },
  ) => ({
    keys: table.KeySchema,
    stream: table.StreamSpecification?.StreamViewType,
    indexes: (table.GlobalSecondaryIndexes ?? []).map(({ IndexName }) => IndexName),
  });
  if (!isDeepStrictEqual(shape(found), shape(wanted))) {
    throw new Error(
      `table ${wanted.TableName}: the one that was kept has other keys, indexes or stream; choose another --data directory`,
    );
  }
}
