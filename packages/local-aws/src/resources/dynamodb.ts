import { isDeepStrictEqual } from "node:util";
import {
  CreateTableCommand,
  type CreateTableCommandInput,
  DescribeTableCommand,
  DescribeTimeToLiveCommand,
  DynamoDBClient,
  type GlobalSecondaryIndexDescription,
  ResourceInUseException,
  type TableDescription,
  UpdateTimeToLiveCommand,
  waitUntilTableExists,
} from "@aws-sdk/client-dynamodb";
import * as t from "io-ts";
import { inputsOf, oneOf, resourceInputs } from "../inputs";
import { provisioner } from "./resource";

const attribute = inputsOf({ name: t.string, type: oneOf("S", "N", "B") }, {});

const projection = {
  name: t.string,
  projectionType: oneOf("ALL", "INCLUDE", "KEYS_ONLY"),
};

const globalIndex = inputsOf(
  projection,
  {
    hashKey: t.string,
    rangeKey: t.string,
    keySchemas: t.array(inputsOf({ attributeName: t.string, keyType: oneOf("HASH", "RANGE") }, {})),
    nonKeyAttributes: t.array(t.string),
    readCapacity: t.number,
    writeCapacity: t.number,
  },
  ["onDemandThroughput", "warmThroughput"],
);

const localIndex = inputsOf(
  { ...projection, rangeKey: t.string },
  { nonKeyAttributes: t.array(t.string) },
);

/** Nothing limits throughput here, nothing is backed up, and disks are as they are. */
const tableInputs = resourceInputs(
  { attributes: t.array(attribute), hashKey: t.string },
  {
    name: t.string,
    rangeKey: t.string,
    billingMode: oneOf("PROVISIONED", "PAY_PER_REQUEST"),
    readCapacity: t.number,
    writeCapacity: t.number,
    streamEnabled: t.boolean,
    streamViewType: oneOf("KEYS_ONLY", "NEW_IMAGE", "OLD_IMAGE", "NEW_AND_OLD_IMAGES"),
    deletionProtectionEnabled: t.boolean,
    globalSecondaryIndexes: t.array(globalIndex),
    localSecondaryIndexes: t.array(localIndex),
    ttl: inputsOf({}, { enabled: t.boolean, attributeName: t.string }),
  },
  [
    "onDemandThroughput",
    "pointInTimeRecovery",
    "serverSideEncryption",
    "tableClass",
    "warmThroughput",
  ],
);

/** aws.dynamodb.Table. One that was kept from an earlier run is used as it is, if it is still the same. */
export const table = provisioner("table", tableInputs, async (name, inputs, cloud) => {
  const client = new DynamoDBClient({
    region: cloud.region,
    endpoint: cloud.dynamodb.endpoint,
    credentials: cloud.iam.administrator,
  });
  try {
    const expiry = expiryOf(name, inputs.ttl);
    const made = await create(client, definitionOf(name, inputs));
    await expireItems(client, name, expiry);
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
  const { billingMode = "PROVISIONED", globalSecondaryIndexes = [] } = wanted;
  const where = `table ${name}`;
  const indexes = globalSecondaryIndexes.map((index) => ({
    ...indexOf(index),
    KeySchema: keysOfIndex(index, `${where}: index ${index.name}`),
    ...capacityOf(index, billingMode, `${where}: index ${index.name}`),
  }));
  const localIndexes = (wanted.localSecondaryIndexes ?? []).map((index) => ({
    ...indexOf(index),
    KeySchema: keySchema(wanted.hashKey, index.rangeKey),
  }));
  return {
    TableName: name,
    AttributeDefinitions: wanted.attributes.map(({ name: AttributeName, type: AttributeType }) => ({
      AttributeName,
      AttributeType,
    })),
    KeySchema: keySchema(wanted.hashKey, wanted.rangeKey),
    BillingMode: billingMode,
    ...capacityOf(wanted, billingMode, where),
    DeletionProtectionEnabled: wanted.deletionProtectionEnabled ?? false,
    ...(indexes.length > 0 && { GlobalSecondaryIndexes: indexes }),
    ...(localIndexes.length > 0 && { LocalSecondaryIndexes: localIndexes }),
    ...(wanted.streamEnabled && {
      StreamSpecification: {
        StreamEnabled: true,
        StreamViewType: wanted.streamViewType ?? "NEW_AND_OLD_IMAGES",
      },
    }),
  };
}

function indexOf(index: t.TypeOf<typeof localIndex> | t.TypeOf<typeof globalIndex>) {
  const { name, projectionType: ProjectionType, nonKeyAttributes: NonKeyAttributes } = index;
  return {
    IndexName: name,
    Projection: { ProjectionType, ...(NonKeyAttributes && { NonKeyAttributes }) },
  };
}

/** The keys of a global index, in the provider's newer way or its older one. */
function keysOfIndex(
  { keySchemas, hashKey, rangeKey }: t.TypeOf<typeof globalIndex>,
  where: string,
) {
  if (keySchemas === undefined) {
    if (hashKey === undefined) {
      throw new Error(`${where} needs keySchemas, or a hashKey`);
    }
    return keySchema(hashKey, rangeKey);
  }
  const named = (type: "HASH" | "RANGE") =>
    keySchemas.flatMap(({ attributeName, keyType }) => (keyType === type ? [attributeName] : []));
  const [hash, ...otherHashes] = named("HASH");
  const [range, ...otherRanges] = named("RANGE");
  if (hashKey !== undefined || rangeKey !== undefined || hash === undefined) {
    throw new Error(`${where} needs one HASH among its keySchemas, and no hashKey or rangeKey`);
  }
  if (otherHashes.length + otherRanges.length > 0) {
    throw new Error(`${where}: keys of several attributes are not supported locally`);
  }
  return keySchema(hash, range);
}

interface Capacity {
  readonly readCapacity?: number;
  readonly writeCapacity?: number;
}

/** Capacity is recorded, as DynamoDB asks for it; it limits nothing here. */
function capacityOf({ readCapacity, writeCapacity }: Capacity, mode: string, where: string) {
  if (mode === "PAY_PER_REQUEST") {
    return {};
  }
  if (!(readCapacity !== undefined && readCapacity >= 1)) {
    throw new Error(`${where}: readCapacity must be at least 1 with provisioned capacity`);
  }
  if (!(writeCapacity !== undefined && writeCapacity >= 1)) {
    throw new Error(`${where}: writeCapacity must be at least 1 with provisioned capacity`);
  }
  return {
    ProvisionedThroughput: { ReadCapacityUnits: readCapacity, WriteCapacityUnits: writeCapacity },
  };
}

/** The attribute that says when an item expires. */
function expiryOf(name: string, ttl: t.TypeOf<typeof tableInputs>["ttl"]): string | undefined {
  if (ttl?.enabled && !ttl.attributeName) {
    throw new Error(`table ${name}: ttl needs an attributeName`);
  }
  return ttl?.enabled ? ttl.attributeName : undefined;
}

/** The engine deletes what has expired, in its own time, as DynamoDB does. */
async function expireItems(
  client: DynamoDBClient,
  TableName: string,
  wanted: string | undefined,
): Promise<void> {
  const { TimeToLiveDescription: found } = await client.send(
    new DescribeTimeToLiveCommand({ TableName }),
  );
  if (wanted === found?.AttributeName) {
    return;
  }
  const AttributeName = wanted ?? found?.AttributeName;
  const TimeToLiveSpecification = { Enabled: wanted !== undefined, AttributeName };
  await client.send(new UpdateTimeToLiveCommand({ TableName, TimeToLiveSpecification }));
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

interface Shape extends Pick<TableDescription, "KeySchema" | "StreamSpecification"> {
  readonly GlobalSecondaryIndexes?: readonly Index[] | undefined;
  readonly LocalSecondaryIndexes?: readonly Index[] | undefined;
}

type Index = Pick<GlobalSecondaryIndexDescription, "IndexName" | "KeySchema">;

function requireSame(found: TableDescription, wanted: CreateTableCommandInput): void {
  const indexes = (list: readonly Index[] = []) =>
    Object.fromEntries(list.map(({ IndexName, KeySchema }) => [IndexName, KeySchema]));
  const shape = (table: Shape) => ({
    keys: table.KeySchema,
    stream: table.StreamSpecification?.StreamViewType,
    indexes: indexes(table.GlobalSecondaryIndexes),
    localIndexes: indexes(table.LocalSecondaryIndexes),
  });
  if (!isDeepStrictEqual(shape(found), shape(wanted))) {
    throw new Error(
      `table ${wanted.TableName}: the one that was kept has other keys, indexes or stream; choose another --data directory`,
    );
  }
}
