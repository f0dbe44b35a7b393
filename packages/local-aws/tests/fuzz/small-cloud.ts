/** One of each engine, with a resource on it. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "vitest";
import { type Cloud, startCloud } from "../../src/cloud";
import { provision } from "../../src/resources";
import { signedHeaders } from "../appsync/harness";
import { signedCall } from "../signed-call";

export const region = "eu-central-1";

export interface SmallCloud {
  readonly cloud: Cloud;
  /** http://127.0.0.1:<port> of AppSync, Cognito, DynamoDB and SQS. */
  readonly endpoints: readonly [string, string, string, string];
  readonly graphqlUrl: string;
  readonly realtimeUrl: string;
  readonly poolId: string;
  readonly clientId: string;
  readonly queueUrl: string;
  /** Sends an ordinary request to each engine, and expects its ordinary answer. */
  answers(): Promise<void>;
  stop(): Promise<void>;
}

const schema = `
  type Change { owner: String!, memo: String }
  type Query { change(owner: String!): Change }
  type Mutation { change(owner: String!, memo: String): Change }
  type Subscription { onChange(owner: String): Change @aws_subscribe(mutations: ["change"]) }
`;

export async function startSmallCloud(): Promise<SmallCloud> {
  const workDirectory = mkdtempSync(join(tmpdir(), "fuzz-"));
  const cloud = await startCloud({
    region,
    ports: { appsync: 0, cognito: 0, dynamodb: 0, sqs: 0 },
    workDirectory,
    log: () => {},
    progress: () => {},
  });
  const make = async (type: string, name: string, inputs: object) => {
    const made = await provision({ type, name, inputs: inputs as never, custom: true }, cloud);
    return { id: made.id, ...made.state } as Record<string, string>;
  };
  const pool = await make("aws:cognito/userPool:UserPool", "users", {});
  const client = await make("aws:cognito/userPoolClient:UserPoolClient", "client", {
    userPoolId: pool.id,
    explicitAuthFlows: ["ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"],
  });
  const queue = await make("aws:sqs/queue:Queue", "queue", {});
  await make("aws:dynamodb/table:Table", "table", {
    attributes: [{ name: "id", type: "S" }],
    hashKey: "id",
    billingMode: "PAY_PER_REQUEST",
  });
  const api = cloud.appsync.createApi({
    name: "api",
    schema,
    authenticationType: "AWS_IAM",
    additionalAuthenticationProviders: [
      {
        authenticationType: "AMAZON_COGNITO_USER_POOLS",
        userPoolConfig: { userPoolId: pool.id },
      },
    ],
  });
  await make("aws:appsync/dataSource:DataSource", "none", { apiId: api.id, type: "NONE" });
  for (const [type, field] of ["Query.change", "Mutation.change"].map((at) => at.split("."))) {
    await make("aws:appsync/resolver:Resolver", `${type}.${field}`, {
      apiId: api.id,
      type,
      field,
      dataSource: "none",
      requestTemplate: '{"version": "2018-05-29", "payload": $util.toJson($ctx.args)}',
      responseTemplate: "$util.toJson($ctx.result)",
    });
  }
  const credentials = cloud.iam.administrator;
  const endpoints: SmallCloud["endpoints"] = [
    new URL(api.uris.GRAPHQL).origin,
    cloud.cognito.endpoint,
    cloud.dynamodb.endpoint,
    cloud.sqs.endpoint,
  ];

  async function answers(): Promise<void> {
    const query = JSON.stringify({ query: '{ change(owner: "me") { owner } }' });
    const headers = await signedHeaders(api.uris.GRAPHQL, query, credentials);
    const [, cognito, dynamodb, sqs] = endpoints;
    const body = '{"QueueName":"queue"}';
    const found = await Promise.all([
      fetch(api.uris.GRAPHQL, { method: "POST", headers, body: query }),
      fetch(`${cognito}/${pool.id}/.well-known/jwks.json`),
      signedCall({
        endpoint: dynamodb,
        service: "dynamodb",
        target: "DynamoDB_20120810.ListTables",
        body: "{}",
        credentials,
      }),
      signedCall({
        endpoint: sqs,
        service: "sqs",
        target: "AmazonSQS.GetQueueUrl",
        body,
        credentials,
      }),
    ]);
    expect(found.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
    expect(await found[0].json()).toEqual({ data: { change: { owner: "me" } } });
    await found[1].arrayBuffer();
  }

  return {
    cloud,
    endpoints,
    graphqlUrl: api.uris.GRAPHQL,
    realtimeUrl: api.uris.REALTIME,
    poolId: pool.id ?? "",
    clientId: client.id ?? "",
    queueUrl: queue.url ?? "",
    answers,
    stop: async () => {
      await cloud.stop();
      rmSync(workDirectory, { recursive: true });
    },
  };
}
