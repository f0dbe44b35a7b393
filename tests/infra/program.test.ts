import { beforeAll, describe, expect, it } from "vitest";
import { type Recording, record } from "./record";

let dev: Recording;
let prod: Recording;

beforeAll(async () => {
  dev = await record("dev");
  prod = await record("prod");
}, 60_000);

describe("the resources of a stack", () => {
  const expected = [
    "event-ledger:infra:SignIn sign-in",
    "aws:cognito/userPool:UserPool sign-in-users",
    "aws:cognito/userPoolClient:UserPoolClient sign-in-client",
    "aws:cognito/userGroup:UserGroup sign-in-operators",

    "event-ledger:infra:Tables ledger",
    "aws:dynamodb/table:Table ledger-events",
    "aws:dynamodb/table:Table ledger-read-model",

    "event-ledger:infra:Api api",
    "aws:appsync/graphQLApi:GraphQLApi api-graphql",
    "aws:cloudwatch/logGroup:LogGroup api-log",
    "aws:iam/role:Role api-log-role",
    "aws:iam/rolePolicy:RolePolicy api-log-policy",

    "event-ledger:infra:Resolvers resolvers",
    "aws:appsync/dataSource:DataSource resolvers-EventTable",
    "aws:iam/role:Role resolvers-EventTable-role",
    "aws:iam/rolePolicy:RolePolicy resolvers-EventTable-policy",
    "aws:appsync/dataSource:DataSource resolvers-ReadModel",
    "aws:iam/role:Role resolvers-ReadModel-role",
    "aws:iam/rolePolicy:RolePolicy resolvers-ReadModel-policy",
    "aws:appsync/dataSource:DataSource resolvers-Resumer",
    "aws:iam/role:Role resolvers-Resumer-role",
    "aws:iam/rolePolicy:RolePolicy resolvers-Resumer-policy",
    "aws:appsync/dataSource:DataSource resolvers-None",
    "aws:appsync/function:Function resolvers-loadPreviousEvent",
    "aws:appsync/function:Function resolvers-append",
    "aws:appsync/function:Function resolvers-explainRejection",
    "aws:appsync/function:Function resolvers-getSummary",
    "aws:appsync/function:Function resolvers-queryEntries",
    "aws:appsync/function:Function resolvers-querySuspended",
    "aws:appsync/function:Function resolvers-queryOwner",
    "aws:appsync/function:Function resolvers-getSummaries",
    "aws:appsync/resolver:Resolver resolvers-Mutation_openAccount",
    "aws:appsync/resolver:Resolver resolvers-Mutation_deposit",
    "aws:appsync/resolver:Resolver resolvers-Mutation_withdraw",
    "aws:appsync/resolver:Resolver resolvers-Mutation_closeAccount",
    "aws:appsync/resolver:Resolver resolvers-Mutation_publishAccountChange",
    "aws:appsync/resolver:Resolver resolvers-Mutation_resumeStream",
    "aws:appsync/resolver:Resolver resolvers-Query_account",
    "aws:appsync/resolver:Resolver resolvers-Query_accounts",
    "aws:appsync/resolver:Resolver resolvers-Query_suspendedStreams",
    "aws:appsync/resolver:Resolver resolvers-Query_statement",
    "aws:appsync/resolver:Resolver resolvers-Subscription_onAccountChange",

    "event-ledger:infra:Projector projector",
    "event-ledger:infra:BundledFunction projector",
    "aws:lambda/function:Function projector-function",
    "aws:lambda/eventSourceMapping:EventSourceMapping projector-mapping",
    "aws:sqs/queue:Queue projector-failures",
    "aws:cloudwatch/logGroup:LogGroup projector-log",
    "aws:iam/role:Role projector-role",
    "aws:iam/rolePolicy:RolePolicy projector-policy",

    "event-ledger:infra:BundledFunction resumer",
    "aws:lambda/function:Function resumer-function",
    "aws:cloudwatch/logGroup:LogGroup resumer-log",
    "aws:iam/role:Role resumer-role",
    "aws:iam/rolePolicy:RolePolicy resumer-policy",

    "event-ledger:infra:Alarms alarms",
    "aws:sns/topic:Topic alarms-topic",
    "aws:cloudwatch/metricAlarm:MetricAlarm alarms-suspended",
    "aws:cloudwatch/metricAlarm:MetricAlarm alarms-failures",
    "aws:cloudwatch/metricAlarm:MetricAlarm alarms-lag",
    "aws:cloudwatch/metricAlarm:MetricAlarm alarms-errors",
    "aws:cloudwatch/metricAlarm:MetricAlarm alarms-throttles",
  ];
  const names = ({ resources }: Recording) => resources.map(({ type, name }) => `${type} ${name}`);

  it("are exactly these in dev", () => {
    expect(names(dev).sort()).toEqual(expected.toSorted());
  });

  it("are the same in prod, and the audit trail", () => {
    const trail = "awsx:cloudtrail:Trail audit";
    expect(names(prod).sort()).toEqual([...expected, trail].sort());
  });
});

it("the outputs say where everything is", () => {
  expect(dev.outputs).toEqual({
    region: "eu-central-1",
    userPoolId: "eu-central-1_Pool",
    userPoolClientId: "client-id",
    userPoolEndpoint: "cognito-idp.eu-central-1.amazonaws.com/eu-central-1_Pool",
    graphqlUrl: "https://api-host.appsync-api.eu-central-1.amazonaws.com/graphql",
    realtimeUrl: "wss://api-host.appsync-realtime-api.eu-central-1.amazonaws.com/graphql",
    eventTableName: "ledger-events-1a2b3c4",
    readModelTableName: "ledger-read-model-1a2b3c4",
    projectorFunctionName: "projector-function-1a2b3c4",
    failureQueueUrl:
      "https://sqs.eu-central-1.amazonaws.com/123456789012/projector-failures-1a2b3c4",
    alarmTopicArn: "arn:aws:sns:eu-central-1:123456789012:alarms-topic-1a2b3c4",
  });
});
