import {
  CreateTableCommand,
  DynamoDBClient,
  type KeySchemaElement,
} from "@aws-sdk/client-dynamodb";
import { DynamoDBDocumentClient, PutCommand, QueryCommand } from "@aws-sdk/lib-dynamodb";
import {
  createDataSource,
  type DataSource,
  type Dynamodb,
  type DynamodbOptions,
  Iam,
  type Resolver,
  ResolverError,
  resolveField,
  type Stage,
  shareDynamodb,
} from "local-aws";
import type { Step } from "../../infra/wiring";
import { ownerIndex } from "../../lambda/adapters/keys";
import { wiring } from "../../vtl/wiring";
import { type CallerName, callers, readModelTable, template, valuesOf } from "../vtl/templates";

const region = "eu-central-1";
const eventTable = "events";

/** The templates as the wiring connects them, on tables of DynamoDB Local. */
export class Pipelines {
  readonly #dynamodb: Dynamodb;
  readonly #client: DynamoDBDocumentClient;
  readonly #dataSources: Readonly<Record<string, DataSource>>;

  private constructor(
    dynamodb: Dynamodb,
    client: DynamoDBDocumentClient,
    dataSources: Readonly<Record<string, DataSource>>,
  ) {
    this.#dynamodb = dynamodb;
    this.#client = client;
    this.#dataSources = dataSources;
  }

  static async start(
    options: Pick<DynamodbOptions, "intercept" | "meter"> = {},
  ): Promise<Pipelines> {
    const iam = new Iam({ region });
    const dynamodb = await shareDynamodb({ region, iam, log: () => {}, ...options });
    const { endpoint } = dynamodb;
    const client = new DynamoDBClient({ region, endpoint, credentials: iam.administrator });
    await createTables(client);
    const serviceRoleArn = iam.createRole("tables");
    iam.putRolePolicy("tables", "everything", {
      Version: "2012-10-17",
      Statement: [{ Effect: "Allow", Action: "dynamodb:*", Resource: "*" }],
    });
    const table = (name: string, tableName: string) =>
      createDataSource(
        { name, type: "AMAZON_DYNAMODB", serviceRoleArn, dynamodbConfig: { tableName } },
        {
          region,
          apiArn: `arn:aws:appsync:${region}:000000000000:apis/pipelines`,
          iam,
          dynamodbEndpoint: endpoint,
        },
      );
    const document = DynamoDBDocumentClient.from(client, {
      marshallOptions: { removeUndefinedValues: true },
    });
    return new Pipelines(dynamodb, document, {
      EventTable: table("EventTable", eventTable),
      ReadModel: table("ReadModel", readModelTable),
    });
  }

  /** The field's answer to the caller: its value, or its error. */
  async ask(path: string, args: object, caller: CallerName = "owner"): Promise<Answer> {
    const [parentTypeName = "", fieldName = ""] = path.split(".");
    try {
      const data = await resolveField(this.#resolver(parentTypeName, fieldName), {
        caller: {
          mode: "AMAZON_COGNITO_USER_POOLS",
          authType: "User Pool Authorization",
          identity: callers[caller],
          groups: [],
        },
        headers: {},
        args,
        source: null,
        info: {
          parentTypeName,
          fieldName,
          variables: {},
          selectionSetList: [],
          selectionSetGraphQL: "",
        },
        outErrors: [],
      });
      return { data };
    } catch (error) {
      if (!(error instanceof ResolverError)) {
        throw error;
      }
      const { message, errorType, errorInfo } = error;
      return { error: { message, errorType, errorInfo } };
    }
  }

  /** The stored events of a stream, oldest first. */
  async events(streamId: string): Promise<Record<string, unknown>[]> {
    const { Items = [] } = await this.#client.send(
      new QueryCommand({
        TableName: eventTable,
        KeyConditionExpression: "streamId = :id",
        ExpressionAttributeValues: { ":id": streamId },
        ConsistentRead: true,
      }),
    );
    return Items;
  }

  /** Puts events as a template of another release would have. */
  async putEvents(events: readonly Record<string, unknown>[]): Promise<void> {
    for (const event of events) {
      await this.#client.send(new PutCommand({ TableName: eventTable, Item: event }));
    }
  }

  async putRows(rows: readonly Record<string, unknown>[]): Promise<void> {
    for (const row of rows) {
      await this.#client.send(new PutCommand({ TableName: readModelTable, Item: row }));
    }
  }

  async stop(): Promise<void> {
    this.#client.destroy();
    await this.#dynamodb.stop();
  }

  #resolver(type: string, field: string): Resolver {
    const fields = type === "Mutation" ? wiring.resolvers.Mutation : wiring.resolvers.Query;
    const wired = fields[field];
    if (wired === undefined || !("functions" in wired)) {
      throw new Error(`${type}.${field} is not a pipeline`);
    }
    const values = type === "Mutation" ? valuesOf(field) : {};
    return {
      kind: "PIPELINE",
      before: template(`${wired.before}.before`, values),
      functions: wired.functions.map((step) => this.#stage(step)),
      after: template(`${wired.after}.after`, values),
    };
  }

  #stage({ dataSource, templates }: Step): Stage {
    const source = this.#dataSources[dataSource];
    if (source === undefined) {
      throw new Error(`${templates} has no table`);
    }
    return {
      name: templates,
      dataSource: source,
      request: template(`${templates}.request`),
      response: template(`${templates}.response`),
    };
  }
}

export type Answer =
  | { readonly data: unknown }
  | {
      readonly error: {
        readonly message: string;
        readonly errorType: string | null;
        readonly errorInfo: unknown;
      };
    };

async function createTables(client: DynamoDBClient): Promise<void> {
  const keys = (hash: string, range: string): KeySchemaElement[] => [
    { AttributeName: hash, KeyType: "HASH" },
    { AttributeName: range, KeyType: "RANGE" },
  ];
  await client.send(
    new CreateTableCommand({
      TableName: eventTable,
      BillingMode: "PAY_PER_REQUEST",
      KeySchema: keys("streamId", "version"),
      AttributeDefinitions: [
        { AttributeName: "streamId", AttributeType: "S" },
        { AttributeName: "version", AttributeType: "N" },
      ],
    }),
  );
  await client.send(
    new CreateTableCommand({
      TableName: readModelTable,
      BillingMode: "PAY_PER_REQUEST",
      KeySchema: keys("pk", "sk"),
      AttributeDefinitions: ["pk", "sk", "owner"].map((name) => ({
        AttributeName: name,
        AttributeType: "S",
      })),
      GlobalSecondaryIndexes: [
        {
          IndexName: ownerIndex,
          KeySchema: keys("owner", "pk"),
          Projection: { ProjectionType: "KEYS_ONLY" },
        },
      ],
    }),
  );
}
