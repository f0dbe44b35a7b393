import { readFileSync } from "node:fs";
import { beforeAll, describe, expect, it } from "vitest";
import {
  permissionsCommand,
  permissionsDocument,
  permissionsFile,
} from "../../cli/preview/permissions-document";
import { inputsOf, type Recording, record } from "./record";

let prod: Recording;

beforeAll(async () => {
  prod = await record("prod");
});

const account = "eu-central-1:123456789012";
const events = `arn:aws:dynamodb:${account}:table/ledger-events-1a2b3c4`;
const readModel = `arn:aws:dynamodb:${account}:table/ledger-read-model-1a2b3c4`;
const rebuildQueue = `arn:aws:sqs:${account}:ledger-rebuilds-requests-1a2b3c4.fifo`;

const allow = (name: string, actions: readonly string[], resource: string) => ({
  Sid: name,
  Effect: "Allow",
  Action: actions,
  Resource: [resource],
});

describe("the roles", () => {
  const policy = (name: string) => JSON.parse(String(inputsOf(prod, name).policy)).Statement;

  it("are each assumed by the one service that needs it, for what is the account's own", () => {
    const assumed = prod.resources
      .filter(({ type }) => type === "aws:iam/role:Role")
      .map(({ name, inputs }) => [name, JSON.parse(String(inputs.assumeRolePolicy)).Statement]);
    const trust = (service: string, ...sources: string[]) => [
      {
        Effect: "Allow",
        Action: "sts:AssumeRole",
        Principal: { Service: `${service}.amazonaws.com` },
        Condition: {
          StringEquals: { "aws:SourceAccount": "123456789012" },
          ArnLike: {
            "aws:SourceArn": sources.map((source) => `arn:aws:${service}:${account}:${source}`),
          },
        },
      },
    ];
    const ofFunction = (name: string) =>
      trust("lambda", `function:*${name}-function*`, "event-source-mapping:*");
    expect(Object.fromEntries(assumed)).toEqual({
      "ledger-api-log-role": trust("appsync", "apis/*"),
      "ledger-resolvers-EventTable-role": trust("appsync", "apis/api-id"),
      "ledger-resolvers-ReadModel-role": trust("appsync", "apis/api-id"),
      "ledger-resolvers-Resumer-role": trust("appsync", "apis/api-id"),
      "ledger-projector-role": ofFunction("ledger-projector"),
      "ledger-resumer-role": ofFunction("ledger-resumer"),
      "ledger-rebuilder-role": ofFunction("ledger-rebuilder"),
      "ledger-backup-role": [
        {
          Effect: "Allow",
          Action: "sts:AssumeRole",
          Principal: { Service: "backup.amazonaws.com" },
        },
      ],
    });
  });

  it("let the API write its own log", () => {
    expect(policy("ledger-api-log-policy")).toEqual([
      allow(
        "CreateAndWriteLogs",
        ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"],
        `arn:aws:logs:${account}:log-group:/aws/appsync/apis/api-id:*`,
      ),
    ]);
  });

  it("let commands get, put and query events, and nothing else", () => {
    expect(policy("ledger-resolvers-EventTable-policy")).toEqual([
      allow("AppendEvents", ["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:Query"], events),
    ]);
  });

  it("let queries read the read model", () => {
    expect(policy("ledger-resolvers-ReadModel-policy")).toEqual([
      allow(
        "QueryReadModel",
        ["dynamodb:BatchGetItem", "dynamodb:GetItem", "dynamodb:Query"],
        readModel,
      ),
      allow("FindStreamsOfOwner", ["dynamodb:Query"], `${readModel}/index/byOwner`),
    ]);
  });

  it("let the API call the one function that resumes streams", () => {
    expect(policy("ledger-resolvers-Resumer-policy")).toEqual([
      allow(
        "ResumeStreams",
        ["lambda:InvokeFunction"],
        `arn:aws:lambda:${account}:function:ledger-resumer-function-1a2b3c4`,
      ),
    ]);
  });

  it("let AWS Backup back the event table up, and delete backups whose time is over", () => {
    expect(policy("ledger-backup-policy")).toEqual([
      allow(
        "BackUpTable",
        [
          "dynamodb:CreateBackup",
          "dynamodb:DescribeTable",
          "dynamodb:ListTagsOfResource",
          "dynamodb:StartAwsBackupJob",
        ],
        events,
      ),
      allow(
        "ExpireBackups",
        ["dynamodb:DeleteBackup", "dynamodb:DescribeBackup"],
        `${events}/backup/*`,
      ),
    ]);
  });

  const folding = (name: string) => [
    allow(
      "WriteLogs",
      ["logs:CreateLogStream", "logs:PutLogEvents"],
      `arn:aws:logs:${account}:log-group:${name}-log-1a2b3c4:*`,
    ),
    allow("ReadEvents", ["dynamodb:Query"], events),
    allow(
      "WriteReadModel",
      [
        "dynamodb:BatchWriteItem",
        "dynamodb:DeleteItem",
        "dynamodb:GetItem",
        "dynamodb:PutItem",
        "dynamodb:Query",
      ],
      readModel,
    ),
    allow("RequestRebuilds", ["sqs:SendMessage"], rebuildQueue),
    allow(
      "PublishChanges",
      ["appsync:GraphQL"],
      `arn:aws:appsync:${account}:apis/api-id/types/Mutation/fields/publishAccountChange`,
    ),
  ];

  it("let the resumer read events, write the read model, ask for rebuilds, and publish changes", () => {
    expect(policy("ledger-resumer-policy")).toEqual(folding("ledger-resumer"));
  });

  it("let the rebuilder do the same, and take its requests from their queue", () => {
    expect(policy("ledger-rebuilder-policy")).toEqual([
      ...folding("ledger-rebuilder"),
      allow(
        "TakeRequests",
        ["sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ReceiveMessage"],
        rebuildQueue,
      ),
    ]);
  });

  it("let the projector do the same, read the stream, and send failed batches to the queue", () => {
    expect(policy("ledger-projector-policy")).toEqual([
      ...folding("ledger-projector"),
      allow(
        "FollowEvents",
        [
          "dynamodb:DescribeStream",
          "dynamodb:GetRecords",
          "dynamodb:GetShardIterator",
          "dynamodb:ListStreams",
        ],
        `${events}/stream/2026-01-01T00:00:00.000`,
      ),
      allow(
        "ReportFailures",
        ["sqs:SendMessage"],
        `arn:aws:sqs:${account}:ledger-projector-failures-1a2b3c4`,
      ),
    ]);
  });
});

it(`docs/permissions.md is current (${permissionsCommand} writes it again)`, () => {
  expect(readFileSync(permissionsFile, "utf8")).toBe(permissionsDocument(prod));
});
