import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";

const modules = resolve(__dirname, "../../../../node_modules");

const template = {
  request: `{
    "version": "2018-05-29",
    "operation": "PutItem",
    "key": {
      "id": $util.dynamodb.toDynamoDBJson($ctx.args.id),
      "version": $util.dynamodb.toDynamoDBJson($ctx.args.version)
    },
    "attributeValues": { "command": $util.dynamodb.toDynamoDBJson($ctx.args.command) },
    "condition": { "expression": "attribute_not_exists(id)" }
  }`,
  response: `#if($ctx.error) $util.error($ctx.error.message, $ctx.error.type) #end $util.toJson($ctx.result.command)`,
};

const fold = `
  const sdk = require(${JSON.stringify(join(modules, "@aws-sdk/client-dynamodb"))});
  const client = new sdk.DynamoDBClient({});
  exports.handler = async ({ Records }) => {
    for (const { dynamodb: { NewImage: Item } } of Records) {
      await client.send(new sdk.PutItemCommand({ TableName: "folded", Item }));
    }
  };`;

const index = `
  import * as pulumi from "@pulumi/pulumi";
  const make = (type: string, name: string, inputs: object): any =>
    new pulumi.CustomResource("aws:" + type, name, { arn: undefined, name, ...inputs });

  const table = (name: string, more: object = {}) =>
    make("dynamodb/table:Table", name, {
      attributes: [{ name: "id", type: "S" }, { name: "version", type: "N" }],
      hashKey: "id",
      rangeKey: "version",
      billingMode: "PAY_PER_REQUEST",
      ...more,
    });
  const events = table("events", {
    streamEnabled: true,
    streamViewType: "NEW_IMAGE",
    streamArn: undefined,
  });
  table("folded");

  const role = (name: string, service: string, actions: readonly string[]) => {
    const Principal = { Service: service + ".amazonaws.com" };
    const made = make("iam/role:Role", name, {
      assumeRolePolicy: JSON.stringify({
        Version: "2012-10-17",
        Statement: [{ Effect: "Allow", Principal, Action: "sts:AssumeRole" }],
      }),
    });
    const policy = make("iam/rolePolicy:RolePolicy", name, {
      role: made.id,
      policy: JSON.stringify({
        Version: "2012-10-17",
        Statement: [{ Effect: "Allow", Action: actions, Resource: "*" }],
      }),
    });
    return { arn: made.arn, policy };
  };

  const folder = role("folder", "lambda", ["dynamodb:*"]);
  const fold = make("lambda/function:Function", "fold", {
    code: new pulumi.asset.AssetArchive({
      "index.js": new pulumi.asset.StringAsset(${JSON.stringify(fold)}),
    }),
    handler: "index.handler",
    role: folder.arn,
    runtime: "nodejs24.x",
    timeout: 20,
    memorySize: 256,
  });
  new pulumi.CustomResource(
    "aws:lambda/eventSourceMapping:EventSourceMapping",
    "folding",
    {
      eventSourceArn: events.streamArn,
      functionName: fold.arn,
      startingPosition: "TRIM_HORIZON",
      maximumRecordAgeInSeconds: 60,
    },
    { dependsOn: [folder.policy] },
  );

  const pool = make("cognito/userPool:UserPool", "users", { usernameAttributes: ["email"] });
  const client = make("cognito/userPoolClient:UserPoolClient", "client", {
    userPoolId: pool.id,
    explicitAuthFlows: ["ALLOW_USER_SRP_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"],
  });

  const api = make("appsync/graphQLApi:GraphQLApi", "api", {
    authenticationType: "AMAZON_COGNITO_USER_POOLS",
    userPoolConfig: { userPoolId: pool.id, defaultAction: "ALLOW", awsRegion: "eu-west-1" },
    schema:
      "type Query { nothing: String } type Mutation { add(id: ID!, version: Int!, command: ID!): ID }",
    uris: undefined,
  });
  const source = make("appsync/dataSource:DataSource", "events_source", {
    apiId: api.id,
    type: "AMAZON_DYNAMODB",
    serviceRoleArn: role("appender", "appsync", ["dynamodb:*"]).arn,
    dynamodbConfig: { tableName: events.id },
  });
  new pulumi.CustomResource("aws:appsync/resolver:Resolver", "add", {
    apiId: api.id,
    type: "Mutation",
    field: "add",
    dataSource: source.name,
    requestTemplate: ${JSON.stringify(template.request)},
    responseTemplate: ${JSON.stringify(template.response)},
  });

  export const graphqlUrl = api.uris.apply((uris: any) => uris.GRAPHQL);
  export const userPoolId = pool.id;
  export const clientId = client.id;`;

/** Writes a program whose users append numbered commands, which a function copies from the table's stream. */
export function writeProgram(folder: string): void {
  mkdirSync(folder);
  symlinkSync(modules, join(folder, "node_modules"));
  writeFileSync(join(folder, "Pulumi.yaml"), "name: faults\nruntime: nodejs\n");
  writeFileSync(join(folder, "Pulumi.test.yaml"), "config:\n  aws:region: eu-west-1\n");
  writeFileSync(join(folder, "index.ts"), index);
}
