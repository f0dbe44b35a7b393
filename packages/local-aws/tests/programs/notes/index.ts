import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";

// A program as they are found in tutorials: keys, unit resolvers of the older version, managed policies, random names.

const table = new aws.dynamodb.Table("notes", {
  hashKey: "id",
  attributes: [{ name: "id", type: "S" }],
  readCapacity: 1,
  writeCapacity: 1,
});

const assumedBy = (service: string) =>
  aws.iam.getPolicyDocumentOutput({
    statements: [
      {
        actions: ["sts:AssumeRole"],
        principals: [{ type: "Service", identifiers: [service] }],
      },
    ],
  }).json;

const role = new aws.iam.Role("api", { assumeRolePolicy: assumedBy("appsync.amazonaws.com") });
const shout = new aws.lambda.Function("shout", {
  code: new pulumi.asset.AssetArchive({
    "index.mjs": new pulumi.asset.StringAsset(
      "export const handler = async ({ text }) => text.toUpperCase() + process.env.MARK;",
    ),
  }),
  handler: "index.handler",
  runtime: "nodejs22.x",
  environment: { variables: { MARK: "!" } },
  role: new aws.iam.Role("shout", {
    assumeRolePolicy: assumedBy("lambda.amazonaws.com"),
    managedPolicyArns: [aws.iam.ManagedPolicy.AWSLambdaBasicExecutionRole],
  }).arn,
});
const policy = new aws.iam.Policy("api", {
  policy: aws.iam.getPolicyDocumentOutput({
    statements: [
      {
        actions: ["dynamodb:PutItem", "dynamodb:GetItem", "dynamodb:Scan"],
        resources: [table.arn],
      },
      { actions: ["lambda:InvokeFunction"], resources: [shout.arn] },
    ],
  }).json,
});
// The role itself, not its name.
const attachment = new aws.iam.RolePolicyAttachment("api", { role: role, policyArn: policy.arn });

const api = new aws.appsync.GraphQLApi("notes", {
  authenticationType: "API_KEY",
  schema: `
    type Note { id: ID!, text: String, shouted: String }
    type Notes { items: [Note], nextToken: String }
    type Query { note(id: ID!): Note, notes(limit: Int, nextToken: String): Notes }
    type Mutation { addNote(id: ID!, text: String!): Note! }
    schema { query: Query, mutation: Mutation }
  `,
});
const apiKey = new aws.appsync.ApiKey("key", { apiId: api.id });

const suffix = new random.RandomString("suffix", { length: 8, special: false, numeric: false });
const notes = new aws.appsync.DataSource(
  "notes",
  {
    apiId: api.id,
    name: pulumi.interpolate`notes_${suffix.result}`,
    type: "AMAZON_DYNAMODB",
    dynamodbConfig: { tableName: table.name },
    serviceRoleArn: role.arn,
  },
  { dependsOn: [apiKey, attachment] },
);
const shouting = new aws.appsync.DataSource(
  "shout",
  {
    apiId: api.id,
    name: "shout",
    type: "AWS_LAMBDA",
    lambdaConfig: { functionArn: shout.arn },
    serviceRoleArn: role.arn,
  },
  { dependsOn: [notes] },
);

const resolver = (
  type: string,
  field: string,
  dataSource: aws.appsync.DataSource,
  requestTemplate: string,
) =>
  new aws.appsync.Resolver(`${type}_${field}`, {
    apiId: api.id,
    type,
    field,
    dataSource: dataSource.name,
    requestTemplate,
    responseTemplate: "$util.toJson($ctx.result)",
  });

resolver(
  "Mutation",
  "addNote",
  notes,
  `{
    "version": "2017-02-28",
    "operation": "PutItem",
    "key": { "id": $util.dynamodb.toDynamoDBJson($ctx.args.id) },
    "attributeValues": { "text": $util.dynamodb.toDynamoDBJson($ctx.args.text) },
    "condition": { "expression": "attribute_not_exists(id)" }
  }`,
);
resolver(
  "Query",
  "note",
  notes,
  `{
    "version": "2017-02-28",
    "operation": "GetItem",
    "key": {
      "id": $util.dynamodb.toDynamoDBJson($ctx.args.id),
    },
  }`,
);
resolver(
  "Query",
  "notes",
  notes,
  `{
    "version": "2017-02-28",
    "operation": "Scan",
    "filter": null,
    "limit": $util.defaultIfNull($ctx.args.limit, 20),
    "nextToken": $util.toJson($ctx.args.nextToken),
  }`,
);
resolver(
  "Note",
  "shouted",
  shouting,
  '{"version": "2017-02-28", "operation": "Invoke", "payload": $util.toJson($ctx.source)}',
);

export const endpoint = api.uris.GRAPHQL;
export const key = apiKey.key;
