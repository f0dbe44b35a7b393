import { beforeAll, describe, expect, it } from "vitest";
import { inputsOf, type Recording, record } from "./record";

let dev: Recording;
let prod: Recording;

beforeAll(async () => {
  dev = await record("dev");
  prod = await record("prod");
});

const table = (name: string) => `arn:aws:dynamodb:eu-central-1:123456789012:table/${name}-1a2b3c4`;

describe("the tables", () => {
  const guarded = {
    billingMode: "PAY_PER_REQUEST",
    pointInTimeRecovery: { enabled: true },
    serverSideEncryption: { enabled: true },
    deletionProtectionEnabled: true,
  };

  it("keep events by stream and version, and stream them", () => {
    expect(inputsOf(prod, "ledger-events")).toEqual({
      ...guarded,
      attributes: [
        { name: "streamId", type: "S" },
        { name: "version", type: "N" },
      ],
      hashKey: "streamId",
      rangeKey: "version",
      streamEnabled: true,
      streamViewType: "NEW_IMAGE",
    });
  });

  it("keep the read model, with an index by owner", () => {
    expect(inputsOf(prod, "ledger-read-model")).toEqual({
      ...guarded,
      attributes: [
        { name: "pk", type: "S" },
        { name: "sk", type: "S" },
        { name: "owner", type: "S" },
      ],
      hashKey: "pk",
      rangeKey: "sk",
      globalSecondaryIndexes: [
        {
          name: "byOwner",
          keySchemas: [
            { attributeName: "owner", keyType: "HASH" },
            { attributeName: "pk", keyType: "RANGE" },
          ],
          projectionType: "KEYS_ONLY",
        },
      ],
    });
  });

  it("may be deleted with a stack that does not keep its data", () => {
    expect(inputsOf(dev, "ledger-events").deletionProtectionEnabled).toBe(false);
    expect(inputsOf(dev, "ledger-read-model").deletionProtectionEnabled).toBe(false);
  });
});

describe("sign-in", () => {
  it("is for users that an administrator has created", () => {
    expect(inputsOf(prod, "ledger-sign-in-users")).toMatchObject({
      adminCreateUserConfig: { allowAdminCreateUserOnly: true },
      deletionProtection: "ACTIVE",
    });
    expect(inputsOf(dev, "ledger-sign-in-users").deletionProtection).toBe("INACTIVE");
  });

  it("asks for the code of an authenticator where the stack says so", () => {
    expect(inputsOf(prod, "ledger-sign-in-users")).toMatchObject({
      mfaConfiguration: "ON",
      softwareTokenMfaConfiguration: { enabled: true },
      userPoolTier: "ESSENTIALS",
    });
    expect(inputsOf(dev, "ledger-sign-in-users").mfaConfiguration).toBe("OFF");
  });

  it("takes passwords only where the stack allows it", () => {
    const flows = ["ALLOW_USER_SRP_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"];
    expect(inputsOf(prod, "ledger-sign-in-client").explicitAuthFlows).toEqual(flows);
    expect(inputsOf(dev, "ledger-sign-in-client").explicitAuthFlows).toEqual([
      ...flows,
      "ALLOW_USER_PASSWORD_AUTH",
    ]);
  });

  it("does not reveal which users exist, and its tokens expire early", () => {
    expect(inputsOf(prod, "ledger-sign-in-client")).toMatchObject({
      userPoolId: "eu-central-1_Pool",
      generateSecret: false,
      preventUserExistenceErrors: "ENABLED",
      enableTokenRevocation: true,
      accessTokenValidity: 15,
      idTokenValidity: 15,
      refreshTokenValidity: 12,
      tokenValidityUnits: { accessToken: "minutes", idToken: "minutes", refreshToken: "hours" },
    });
  });

  it("has the group of operators", () => {
    expect(inputsOf(prod, "ledger-sign-in-operators")).toMatchObject({
      name: "operators",
      userPoolId: "eu-central-1_Pool",
    });
  });
});

describe("the API", () => {
  it("admits the pool's users with tokens of its own client, and IAM callers besides", () => {
    expect(inputsOf(prod, "ledger-api-graphql")).toMatchObject({
      authenticationType: "AMAZON_COGNITO_USER_POOLS",
      userPoolConfig: {
        userPoolId: "eu-central-1_Pool",
        awsRegion: "eu-central-1",
        appIdClientRegex: "^client-id$",
        defaultAction: "ALLOW",
      },
      additionalAuthenticationProviders: [{ authenticationType: "AWS_IAM" }],
    });
  });

  it("has the limits of the stack's configuration", () => {
    expect(inputsOf(prod, "ledger-api-graphql")).toMatchObject({
      introspectionConfig: "DISABLED",
      queryDepthLimit: 6,
      resolverCountLimit: 20,
    });
    expect(inputsOf(dev, "ledger-api-graphql")).toMatchObject({
      introspectionConfig: "ENABLED",
      queryDepthLimit: 15,
    });
  });

  it("logs errors without users' data, and keeps the log as long as configured", () => {
    expect(inputsOf(prod, "ledger-api-graphql").logConfig).toEqual({
      cloudwatchLogsRoleArn: "arn:aws:iam::123456789012:role/ledger-api-log-role-1a2b3c4",
      fieldLogLevel: "ERROR",
      excludeVerboseContent: true,
    });
    expect(inputsOf(prod, "ledger-api-log")).toEqual({
      name: "/aws/appsync/apis/api-id",
      retentionInDays: 365,
    });
  });
});

describe("the projector", () => {
  it("is a function with its own role and log", () => {
    const { code: _, ...inputs } = inputsOf(prod, "ledger-projector-function");
    expect(inputs).toEqual({
      handler: "__index.handler",
      runtime: "nodejs24.x",
      architectures: ["arm64"],
      memorySize: 512,
      timeout: 60,
      role: "arn:aws:iam::123456789012:role/ledger-projector-role-1a2b3c4",
      loggingConfig: { logFormat: "Text", logGroup: "ledger-projector-log-1a2b3c4" },
      environment: {
        variables: {
          POWERTOOLS_SERVICE_NAME: "projector",
          POWERTOOLS_METRICS_NAMESPACE: "event-ledger/prod",
          POWERTOOLS_LOG_LEVEL: "INFO",
        },
      },
    });
    expect(inputsOf(prod, "ledger-projector-log")).toEqual({ retentionInDays: 365 });
  });

  it("gets every new event, however old it is, and gives up on a record that fails again and again", () => {
    expect(inputsOf(prod, "ledger-projector-mapping")).toEqual({
      eventSourceArn: `${table("ledger-events")}/stream/2026-01-01T00:00:00.000`,
      functionName:
        "arn:aws:lambda:eu-central-1:123456789012:function:ledger-projector-function-1a2b3c4",
      startingPosition: "TRIM_HORIZON",
      filterCriteria: { filters: [{ pattern: '{"eventName":["INSERT"]}' }] },
      batchSize: 100,
      functionResponseTypes: ["ReportBatchItemFailures"],
      bisectBatchOnFunctionError: true,
      maximumRetryAttempts: 100,
      maximumRecordAgeInSeconds: -1,
      parallelizationFactor: 10,
      destinationConfig: {
        onFailure: {
          destinationArn: "arn:aws:sqs:eu-central-1:123456789012:ledger-projector-failures-1a2b3c4",
        },
      },
      metricsConfig: { metrics: ["EventCount"] },
    });
    expect(inputsOf(prod, "ledger-projector-failures")).toEqual({
      messageRetentionSeconds: 1_209_600,
      sqsManagedSseEnabled: true,
    });
  });
});

describe("the rebuilder", () => {
  const queue = (name: string) => `arn:aws:sqs:eu-central-1:123456789012:${name}-1a2b3c4.fifo`;

  it("lets go of a stream after half a minute, and goes on with it in another invocation", () => {
    expect(inputsOf(prod, "ledger-rebuilder-function")).toMatchObject({
      timeout: 30,
      environment: { variables: { POWERTOOLS_SERVICE_NAME: "rebuilder" } },
    });
  });

  it("takes one request after the other from its queue, and few streams at a time", () => {
    expect(inputsOf(prod, "ledger-rebuilder-mapping")).toEqual({
      eventSourceArn: queue("ledger-rebuilds-requests"),
      functionName:
        "arn:aws:lambda:eu-central-1:123456789012:function:ledger-rebuilder-function-1a2b3c4",
      batchSize: 1,
      functionResponseTypes: ["ReportBatchItemFailures"],
      scalingConfig: { maximumConcurrency: 10 },
      metricsConfig: { metrics: ["EventCount"] },
    });
  });

  it("has a queue in which the requests of a stream keep their order, and come again for a long time", () => {
    const fifo = {
      fifoQueue: true,
      deduplicationScope: "messageGroup",
      fifoThroughputLimit: "perMessageGroupId",
      sqsManagedSseEnabled: true,
      messageRetentionSeconds: 1_209_600,
    };
    const { redrivePolicy, ...inputs } = inputsOf(prod, "ledger-rebuilds-requests");
    expect(inputs).toEqual({ ...fifo, visibilityTimeoutSeconds: 60 });
    expect(JSON.parse(String(redrivePolicy))).toEqual({
      deadLetterTargetArn: queue("ledger-rebuilds-failures"),
      maxReceiveCount: 100,
    });
    expect(inputsOf(prod, "ledger-rebuilds-failures")).toEqual(fifo);
  });
});

it("the resumer ends before AppSync stops waiting for it", () => {
  expect(inputsOf(prod, "ledger-resumer-function")).toMatchObject({
    timeout: 29,
    environment: { variables: { POWERTOOLS_SERVICE_NAME: "resumer" } },
  });
  expect(inputsOf(prod, "ledger-resolvers-Resumer")).toMatchObject({
    type: "AWS_LAMBDA",
    lambdaConfig: {
      functionArn:
        "arn:aws:lambda:eu-central-1:123456789012:function:ledger-resumer-function-1a2b3c4",
    },
  });
});

describe("the event table's policy", () => {
  const statements = () =>
    JSON.parse(String(inputsOf(prod, "ledger-events-policy").policy)).Statement as {
      Sid: string;
      Action: string[];
      Condition?: { ArnNotEquals: Record<string, string[]> };
    }[];
  const appendRole = "arn:aws:iam::123456789012:role/ledger-resolvers-EventTable-role-1a2b3c4";

  it("denies everybody to change or delete events, and all but the role of commands to put them", () => {
    for (const statement of statements()) {
      expect(statement).toMatchObject({
        Effect: "Deny",
        Principal: "*",
        Resource: table("ledger-events"),
      });
    }
    const denied = statements().map(({ Sid, Action, Condition }) => [
      Sid,
      Action.map((action) => action.replace("dynamodb:", "")),
      Condition?.ArnNotEquals["aws:PrincipalArn"] ?? [],
    ]);
    expect(denied).toEqual([
      [
        "EventsNeverChange",
        [
          "BatchWriteItem",
          "DeleteItem",
          "PartiQLDelete",
          "PartiQLInsert",
          "PartiQLUpdate",
          "UpdateItem",
        ],
        [],
      ],
      ["OnlyCommandsAppend", ["PutItem"], [appendRole]],
      [
        "TheTableStays",
        [
          "DeleteResourcePolicy",
          "DeleteTable",
          "PutResourcePolicy",
          "UpdateContinuousBackups",
          "UpdateTimeToLive",
        ],
        [],
      ],
    ]);
  });

  it("is there only where the stack keeps its data", () => {
    expect(dev.resources.filter(({ type }) => type.includes("resourcePolicy"))).toEqual([]);
  });
});

describe("what is sent and stored", () => {
  const policyOf = (name: string) => JSON.parse(String(inputsOf(prod, name).policy)).Statement;

  it("comes over TLS alone", () => {
    const guarded = prod.resources
      .filter(({ type }) => /queuePolicy|topicPolicy|bucketPolicy/.test(type))
      .map(({ name }) => policyOf(name))
      .map((statements: { Sid: string }[]) =>
        statements.find(({ Sid }) => Sid === "DenyPlainHttp"),
      );
    expect(guarded).toHaveLength(6);
    for (const statement of guarded) {
      expect(statement).toMatchObject({
        Effect: "Deny",
        Principal: "*",
        Condition: { Bool: { "aws:SecureTransport": "false" } },
      });
    }
  });

  it("is, for alarms, encrypted with a key that CloudWatch may use", () => {
    const arn = "arn:aws:kms:eu-central-1:123456789012:key/ledger-alarms-key-1a2b3c4";
    expect(inputsOf(prod, "ledger-alarms-topic")).toEqual({ kmsMasterKeyId: arn });
    const ofAlarms = {
      Effect: "Allow",
      Principal: { Service: "cloudwatch.amazonaws.com" },
      Condition: {
        StringEquals: { "aws:SourceAccount": "123456789012" },
        ArnLike: { "aws:SourceArn": ["arn:aws:cloudwatch:eu-central-1:123456789012:alarm:*"] },
      },
    };
    expect(policyOf("ledger-alarms-key")).toContainEqual({
      ...ofAlarms,
      Sid: "EncryptAlarms",
      Action: ["kms:Decrypt", "kms:GenerateDataKey*"],
      Resource: "*",
    });
    expect(policyOf("ledger-alarms-topic-policy")).toContainEqual({
      ...ofAlarms,
      Sid: "PublishAlarms",
      Action: "sns:Publish",
      Resource: "arn:aws:sns:eu-central-1:123456789012:ledger-alarms-topic-1a2b3c4",
    });
  });
});

describe("the audit trail", () => {
  const data = (name: string, type: string, arn: string) => ({
    name,
    fieldSelectors: [
      { field: "eventCategory", equals: ["Data"] },
      { field: "resources.type", equals: [`AWS::DynamoDB::${type}`] },
      { field: "resources.ARN", equals: [arn] },
    ],
  });

  it("covers the account, the event table and its stream, and cannot lose its records unnoticed", () => {
    const events = table("ledger-events");
    expect(inputsOf(prod, "ledger-audit-trail")).toEqual({
      s3Bucket: { existing: { name: "ledger-audit-records-bucket-1a2b3c4" } },
      kmsKeyId: "arn:aws:kms:eu-central-1:123456789012:key/ledger-audit-key-1a2b3c4",
      enableLogFileValidation: true,
      isMultiRegionTrail: true,
      includeGlobalServiceEvents: true,
      advancedEventSelectors: [
        {
          name: "Management of the account",
          fieldSelectors: [{ field: "eventCategory", equals: ["Management"] }],
        },
        data("Reads and writes of the event table", "Table", events),
        data(
          "Reads of the event table's stream",
          "Stream",
          `${events}/stream/2026-01-01T00:00:00.000`,
        ),
      ],
    });
  });

  it("has a bucket of its own, which this trail alone writes to, and whose reads are recorded elsewhere", () => {
    const bucket = "ledger-audit-records-bucket-1a2b3c4";
    const trail = "arn:aws:cloudtrail:eu-central-1:123456789012:trail/*ledger-audit*";
    expect(inputsOf(prod, "ledger-audit-records-bucket").objectLockEnabled).toBe(true);
    const { policy } = inputsOf(prod, "ledger-audit-records-policy");
    expect(JSON.parse(String(policy)).Statement.slice(1)).toEqual([
      {
        Sid: "CheckAcl",
        Effect: "Allow",
        Principal: { Service: "cloudtrail.amazonaws.com" },
        Action: "s3:GetBucketAcl",
        Resource: `arn:aws:s3:::${bucket}`,
        Condition: { ArnLike: { "aws:SourceArn": trail } },
      },
      {
        Sid: "WriteRecords",
        Effect: "Allow",
        Principal: { Service: "cloudtrail.amazonaws.com" },
        Action: "s3:PutObject",
        Resource: `arn:aws:s3:::${bucket}/AWSLogs/123456789012/*`,
        Condition: {
          ArnLike: { "aws:SourceArn": trail },
          StringEquals: { "s3:x-amz-acl": "bucket-owner-full-control" },
        },
      },
    ]);
    expect(inputsOf(prod, "ledger-audit-access-log")).toEqual({
      bucket,
      targetBucket: "ledger-audit-access-bucket-1a2b3c4",
      targetPrefix: "records/",
    });
    expect(inputsOf(prod, "ledger-audit-lock")).toEqual({
      bucket,
      rule: { defaultRetention: { mode: "COMPLIANCE", days: 365 } },
    });
  });
});

describe("the firewall", () => {
  interface Rule {
    readonly name: string;
    readonly statement: Readonly<Record<string, unknown>>;
  }

  it("blocks too many requests of an address, long ones, and known attacks, but not the program's own", () => {
    const { rules, defaultAction } = inputsOf(prod, "ledger-firewall-acl") as {
      rules: readonly Rule[];
      defaultAction: unknown;
    };
    expect(defaultAction).toEqual({ allow: {} });
    expect(rules.map(({ name }) => name)).toEqual([
      "RequestsPerAddress",
      "BodySize",
      "AWSManagedRulesCommonRuleSet",
      "AWSManagedRulesKnownBadInputsRuleSet",
    ]);
    for (const { statement } of rules) {
      expect(JSON.stringify(statement)).toContain('"searchString":"AWS4-HMAC-SHA256"');
    }
    expect(rules[0]?.statement.rateBasedStatement).toMatchObject({
      aggregateKeyType: "IP",
      limit: 2000,
    });
    const counted = ["SizeRestrictions_BODY", "SizeRestrictions_QUERYSTRING"];
    expect(rules[2]?.statement.managedRuleGroupStatement).toMatchObject({
      ruleActionOverrides: counted.map((name) => ({ name, actionToUse: { count: {} } })),
    });
    expect(inputsOf(prod, "ledger-firewall-association")).toEqual({
      resourceArn: "arn:aws:appsync:eu-central-1:123456789012:apis/api-id",
      webAclArn:
        "arn:aws:wafv2:eu-central-1:123456789012:regional/webacl/ledger-firewall-acl-1a2b3c4/id",
    });
  });
});

describe("the backup of the event table", () => {
  it("is made every day, and kept as long as configured", () => {
    expect(inputsOf(prod, "ledger-backup-plan")).toEqual({
      rules: [
        {
          ruleName: "daily",
          schedule: "cron(0 3 * * ? *)",
          targetVaultName: "ledger-backup-vault-1a2b3c4",
          lifecycle: { deleteAfter: 365 },
        },
      ],
    });
    expect(inputsOf(prod, "ledger-backup-table")).toEqual({
      planId: "ledger-backup-plan-1a2b3c4",
      iamRoleArn: "arn:aws:iam::123456789012:role/ledger-backup-role-1a2b3c4",
      resources: [table("ledger-events")],
    });
  });

  it("cannot be deleted before its time, from two weeks after the vault was made", () => {
    expect(inputsOf(prod, "ledger-backup-lock")).toEqual({
      backupVaultName: "ledger-backup-vault-1a2b3c4",
      minRetentionDays: 36,
      changeableForDays: 14,
    });
  });
});
