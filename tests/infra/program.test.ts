import { beforeAll, describe, expect, it } from "vitest";
import { alarmNames } from "./alarm-names";
import { type Recording, record } from "./record";

let dev: Recording;
let staging: Recording;
let prod: Recording;

beforeAll(async () => {
  dev = await record("dev");
  staging = await record("staging");
  prod = await record("prod");
});

describe("the resources of a stack", () => {
  const expected = [
    "event-ledger:infra:Service ledger",

    "event-ledger:infra:SignIn ledger-sign-in",
    "aws:cognito/userPool:UserPool ledger-sign-in-users",
    "aws:cognito/userPoolClient:UserPoolClient ledger-sign-in-client",
    "aws:cognito/userGroup:UserGroup ledger-sign-in-operators",

    "event-ledger:infra:Tables ledger",
    "aws:dynamodb/table:Table ledger-events",
    "aws:dynamodb/table:Table ledger-read-model",

    "event-ledger:infra:Api ledger-api",
    "aws:appsync/graphQLApi:GraphQLApi ledger-api-graphql",
    "aws:cloudwatch/logGroup:LogGroup ledger-api-log",
    "aws:iam/role:Role ledger-api-log-role",
    "aws:iam/rolePolicy:RolePolicy ledger-api-log-policy",

    "event-ledger:infra:Resolvers ledger-resolvers",
    "aws:appsync/dataSource:DataSource ledger-resolvers-EventTable",
    "aws:iam/role:Role ledger-resolvers-EventTable-role",
    "aws:iam/rolePolicy:RolePolicy ledger-resolvers-EventTable-policy",
    "aws:appsync/dataSource:DataSource ledger-resolvers-ReadModel",
    "aws:iam/role:Role ledger-resolvers-ReadModel-role",
    "aws:iam/rolePolicy:RolePolicy ledger-resolvers-ReadModel-policy",
    "aws:appsync/dataSource:DataSource ledger-resolvers-Resumer",
    "aws:iam/role:Role ledger-resolvers-Resumer-role",
    "aws:iam/rolePolicy:RolePolicy ledger-resolvers-Resumer-policy",
    "aws:appsync/dataSource:DataSource ledger-resolvers-None",
    "aws:appsync/function:Function ledger-resolvers-loadPreviousEvent",
    "aws:appsync/function:Function ledger-resolvers-append",
    "aws:appsync/function:Function ledger-resolvers-recogniseRepetition",
    "aws:appsync/function:Function ledger-resolvers-loadFirstEvent",
    "aws:appsync/function:Function ledger-resolvers-explainRejection",
    "aws:appsync/function:Function ledger-resolvers-getSummary",
    "aws:appsync/function:Function ledger-resolvers-queryEntries",
    "aws:appsync/function:Function ledger-resolvers-querySuspended",
    "aws:appsync/function:Function ledger-resolvers-queryOwner",
    "aws:appsync/function:Function ledger-resolvers-getSummaries",
    "aws:appsync/resolver:Resolver ledger-resolvers-Mutation_openAccount",
    "aws:appsync/resolver:Resolver ledger-resolvers-Mutation_deposit",
    "aws:appsync/resolver:Resolver ledger-resolvers-Mutation_withdraw",
    "aws:appsync/resolver:Resolver ledger-resolvers-Mutation_closeAccount",
    "aws:appsync/resolver:Resolver ledger-resolvers-Mutation_publishAccountChange",
    "aws:appsync/resolver:Resolver ledger-resolvers-Mutation_resumeStream",
    "aws:appsync/resolver:Resolver ledger-resolvers-Query_account",
    "aws:appsync/resolver:Resolver ledger-resolvers-Query_accounts",
    "aws:appsync/resolver:Resolver ledger-resolvers-Query_suspendedStreams",
    "aws:appsync/resolver:Resolver ledger-resolvers-Query_statement",
    "aws:appsync/resolver:Resolver ledger-resolvers-Subscription_onAccountChange",

    "event-ledger:infra:Projector ledger-projector",
    "event-ledger:infra:BundledFunction ledger-projector",
    "aws:lambda/function:Function ledger-projector-function",
    "aws:lambda/eventSourceMapping:EventSourceMapping ledger-projector-mapping",
    "aws:sqs/queue:Queue ledger-projector-failures",
    "aws:sqs/queuePolicy:QueuePolicy ledger-projector-failures-policy",
    "aws:cloudwatch/logGroup:LogGroup ledger-projector-log",
    "aws:iam/role:Role ledger-projector-role",
    "aws:iam/rolePolicy:RolePolicy ledger-projector-policy",

    "event-ledger:infra:BundledFunction ledger-resumer",
    "aws:lambda/function:Function ledger-resumer-function",
    "aws:cloudwatch/logGroup:LogGroup ledger-resumer-log",
    "aws:iam/role:Role ledger-resumer-role",
    "aws:iam/rolePolicy:RolePolicy ledger-resumer-policy",

    "event-ledger:infra:RebuildQueue ledger-rebuilds",
    "aws:sqs/queue:Queue ledger-rebuilds-requests",
    "aws:sqs/queuePolicy:QueuePolicy ledger-rebuilds-requests-policy",
    "aws:sqs/queue:Queue ledger-rebuilds-failures",
    "aws:sqs/queuePolicy:QueuePolicy ledger-rebuilds-failures-policy",

    "event-ledger:infra:Rebuilder ledger-rebuilder",
    "event-ledger:infra:BundledFunction ledger-rebuilder",
    "aws:lambda/function:Function ledger-rebuilder-function",
    "aws:lambda/eventSourceMapping:EventSourceMapping ledger-rebuilder-mapping",
    "aws:cloudwatch/logGroup:LogGroup ledger-rebuilder-log",
    "aws:iam/role:Role ledger-rebuilder-role",
    "aws:iam/rolePolicy:RolePolicy ledger-rebuilder-policy",

    "event-ledger:infra:Alarms ledger-alarms",
    "aws:kms/key:Key ledger-alarms-key",
    "aws:sns/topic:Topic ledger-alarms-topic",
    "aws:sns/topicPolicy:TopicPolicy ledger-alarms-topic-policy",
    // tests/infra/alarms.test.ts has them with their metrics.
    ...alarmNames.map((name) => `aws:cloudwatch/metricAlarm:MetricAlarm ledger-alarms-${name}`),
  ];
  const names = ({ resources }: Recording) => resources.map(({ type, name }) => `${type} ${name}`);

  it("are exactly these in dev", () => {
    expect(names(dev).sort()).toEqual(expected.toSorted());
  });

  it.each([
    ["staging", () => staging],
    ["prod", () => prod],
  ])("are the same in %s, with what protects kept data besides", (stack, recording) => {
    const bucket = (name: string) => [
      `event-ledger:infra:PrivateBucket ${name}`,
      `aws:s3/bucket:Bucket ${name}-bucket`,
      `aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration ${name}-lifecycle`,
      `aws:s3/bucketPolicy:BucketPolicy ${name}-policy`,
      `aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock ${name}-public-access`,
      `aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration ${name}-encryption`,
      `aws:s3/bucketVersioning:BucketVersioning ${name}-versioning`,
    ];
    const besides = [
      "aws:dynamodb/resourcePolicy:ResourcePolicy ledger-events-policy",
      "event-ledger:infra:Firewall ledger-firewall",
      "aws:wafv2/webAcl:WebAcl ledger-firewall-acl",
      "aws:wafv2/webAclAssociation:WebAclAssociation ledger-firewall-association",
      "event-ledger:infra:AuditTrail ledger-audit",
      ...bucket("ledger-audit-records"),
      ...(stack === "prod"
        ? ["aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration ledger-audit-lock"]
        : []),
      ...bucket("ledger-audit-access"),
      "aws:s3/bucketLogging:BucketLogging ledger-audit-access-log",
      "aws:kms/key:Key ledger-audit-key",
      "awsx:cloudtrail:Trail ledger-audit-trail",
      "event-ledger:infra:Backup ledger-backup",
      "aws:backup/vault:Vault ledger-backup-vault",
      "aws:backup/vaultLockConfiguration:VaultLockConfiguration ledger-backup-lock",
      "aws:backup/plan:Plan ledger-backup-plan",
      "aws:backup/selection:Selection ledger-backup-table",
      "aws:iam/role:Role ledger-backup-role",
      "aws:iam/rolePolicy:RolePolicy ledger-backup-policy",
    ];
    expect(names(recording()).sort()).toEqual([...expected, ...besides].sort());
  });
});

it("the API's data sources and functions are made one after the other, and its resolvers after them", () => {
  const ofApi = (...kinds: readonly string[]) =>
    dev.resources.filter(({ type }) =>
      kinds.some((kind) => type.startsWith(`aws:appsync/${kind}`)),
    );
  const namesOf = (...kinds: readonly string[]) => new Set(ofApi(...kinds).map(({ name }) => name));
  const ordered = namesOf("dataSource", "function");
  expect(ordered.size).toBe(14);
  const beside = ofApi("dataSource", "function", "resolver").map(({ name, beside }) => ({
    name,
    beside: beside.filter((other) => ordered.has(other)),
  }));
  expect(beside.filter((each) => each.beside.length > 0)).toEqual([]);
});

it("every request of a function says its version, as AWS's examples do", () => {
  const requests = dev.resources.flatMap(({ type, inputs }) =>
    type === "aws:appsync/function:Function" ? [String(inputs.requestMappingTemplate)] : [],
  );
  expect(requests.length).toBeGreaterThan(5);
  const request = /\{\s*("version": "2018-05-29",\s*)?"operation":/g;
  for (const text of requests) {
    expect(Array.from(text.matchAll(request), ([, version]) => version !== undefined)).toEqual([
      true,
    ]);
  }
});

it("the outputs are the names and addresses that clients and operators need", () => {
  expect(dev.outputs).toEqual({
    region: "eu-central-1",
    userPoolId: "eu-central-1_Pool",
    userPoolClientId: "client-id",
    graphqlUrl: "https://api-host.appsync-api.eu-central-1.amazonaws.com/graphql",
    realtimeUrl: "wss://api-host.appsync-realtime-api.eu-central-1.amazonaws.com/graphql",
    eventTableName: "ledger-events-1a2b3c4",
    readModelTableName: "ledger-read-model-1a2b3c4",
    projectorFunctionName: "ledger-projector-function-1a2b3c4",
    failureQueueUrl:
      "https://sqs.eu-central-1.amazonaws.com/123456789012/ledger-projector-failures-1a2b3c4",
    rebuildQueueUrl:
      "https://sqs.eu-central-1.amazonaws.com/123456789012/ledger-rebuilds-requests-1a2b3c4.fifo",
    rebuildFailureQueueUrl:
      "https://sqs.eu-central-1.amazonaws.com/123456789012/ledger-rebuilds-failures-1a2b3c4.fifo",
    alarmTopicArn: "arn:aws:sns:eu-central-1:123456789012:ledger-alarms-topic-1a2b3c4",
  });
});
