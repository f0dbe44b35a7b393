import { isDeepStrictEqual } from "node:util";
import {
  CreateTableCommand,
  type CreateTableCommandInput,
  DescribeTableCommand,
  DynamoDBClient,
  ResourceInUseException,
  type TableDescription,
  waitUntilTableExists,
} from "@aws-sdk/client-dynamodb";
import * as t from "io-ts";
import { inputsOf, oneOf, resourceInputs } from "../inputs";
import { provisioner } from "./resource";

const attribute = inputsOf({ name: t.string, type: oneOf("S", "N", "B") }, {});

const index = inputsOf(
  {
    name: t.string,
    hashKey: t.string,
    projectionType: oneOf("ALL", "INCLUDE", "KEYS_ONLY"),
  },
  { rangeKey: t.string, nonKeyAttributes: t.array(t.string) },
);

const tableInputs = resourceInputs(
  {
    attributes: t.array(attribute),
    hashKey: t.string,
    // Capacity is not provisioned here.
    billingMode: oneOf("PAY_PER_REQUEST"),
  },
  {
    name: t.string,
    rangeKey: t.string,
    streamEnabled: t.boolean,
    streamViewType: oneOf("KEYS_ONLY", "NEW_IMAGE", "OLD_IMAGE", "NEW_AND_OLD_IMAGES"),
    deletionProtectionEnabled: t.boolean,
    globalSecondaryIndexes: t.array(index),
  },
  ["pointInTimeRecovery", "serverSideEncryption"],
);

/** aws.dynamodb.Table. One that was kept from an earlier run is used as it is, if it is still the same. */
export const table = provisioner("table", tableInputs, async (name, inputs, cloud) => {
  const client = new DynamoDBClient({
    region: cloud.region,
    endpoint: cloud.dynamodb.endpoint,
    credentials: cloud.iam.administrator,
  });
  try {
    const made = await create(client, definitionOf(name, inputs));
    return {
      id: made.TableName ?? name,
      state: {
        name: made.TableName,
        arn: made.TableArn,
        streamArn: made.LatestStreamArn,
        streamLabel: made.LatestStreamLabel,
      },
    };
  } finally {
    client.destroy();
  }
});

function definitionOf(name: string, wanted: t.TypeOf<typeof tableInputs>): CreateTableCommandInput {
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
    AttributeDefinitions: wanted.attributes.map(({ name: AttributeName, type: AttributeType }) => ({
      AttributeName,
      AttributeType,
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
