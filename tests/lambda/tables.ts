import { CreateTableCommand } from "@aws-sdk/client-dynamodb";
import type { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import { type Credentials, type Failure, Iam, shareDynamodb } from "local-aws";
import { documentClient } from "../../lambda/adapters/composition";

export const region = "eu-central-1";
export const eventTable = "events";
export const readModelTable = "accounts";

/** A DynamoDB in memory with both tables, keyed as infra/tables.ts has them. */
export interface Tables {
  readonly iam: Iam;
  readonly administrator: Credentials;
  readonly endpoint: string;
  /** A client as the projector's, save that it does not try again. */
  readonly documents: DynamoDBDocumentClient;
  /** One more such client, whose requests a test can record. */
  another(): DynamoDBDocumentClient;
  /** While set, every operation is answered by it. */
  failure: Failure | undefined;
  stop(): Promise<void>;
}

const createEventTable = new CreateTableCommand({
  TableName: eventTable,
  BillingMode: "PAY_PER_REQUEST",
  AttributeDefinitions: [
    { AttributeName: "streamId", AttributeType: "S" },
    { AttributeName: "version", AttributeType: "N" },
  ],
  KeySchema: [
    { AttributeName: "streamId", KeyType: "HASH" },
    { AttributeName: "version", KeyType: "RANGE" },
  ],
});

const createReadModel = new CreateTableCommand({
  TableName: readModelTable,
  BillingMode: "PAY_PER_REQUEST",
  AttributeDefinitions: [
    { AttributeName: "pk", AttributeType: "S" },
    { AttributeName: "sk", AttributeType: "S" },
    { AttributeName: "owner", AttributeType: "S" },
  ],
  KeySchema: [
    { AttributeName: "pk", KeyType: "HASH" },
    { AttributeName: "sk", KeyType: "RANGE" },
  ],
  GlobalSecondaryIndexes: [
    {
      IndexName: "byOwner",
      KeySchema: [
        { AttributeName: "owner", KeyType: "HASH" },
        { AttributeName: "pk", KeyType: "RANGE" },
      ],
      Projection: { ProjectionType: "KEYS_ONLY" },
    },
  ],
});

export const startTables = async (): Promise<Tables> => {
  const iam = new Iam({ region });
  const dynamodb = await shareDynamodb({
    region,
    iam,
    log: () => {},
    intercept: () => tables.failure,
  });
  const another = () =>
    documentClient({
      region,
      credentials: iam.administrator,
      endpoint: dynamodb.endpoint,
      maxAttempts: 1,
    });
  const documents = another();
  const tables: Tables = {
    iam,
    administrator: iam.administrator,
    endpoint: dynamodb.endpoint,
    documents,
    another,
    failure: undefined,
    stop: async () => {
      documents.destroy();
      await dynamodb.stop();
    },
  };
  await documents.send(createEventTable);
  await documents.send(createReadModel);
  return tables;
};
