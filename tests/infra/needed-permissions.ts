/** An action that a role has to be allowed, and on what. Resources go by their names in the program. */
export interface Need {
  readonly action: string;
  readonly on: string;
  /** The code that deploys with the program, which a test meters; or else who asks for it. */
  readonly askedBy:
    | "the code"
    | "AppSync, for a function"
    | "AppSync, for logs"
    | "AWS Backup"
    | "Lambda, for a mapping"
    | "Lambda, for logs";
}

const needs =
  (askedBy: Need["askedBy"]) =>
  (on: string, service: string, ...actions: readonly string[]): readonly Need[] =>
    actions.map((action) => ({ action: `${service}:${action}`, on, askedBy }));

const code = needs("the code");

/** What a function asks for that folds events. */
const folding = (name: string): readonly Need[] => [
  ...needs("Lambda, for logs")(`${name}-log:*`, "logs", "CreateLogStream", "PutLogEvents"),
  ...code("ledger-events", "dynamodb", "Query"),
  ...code("ledger-read-model", "dynamodb", "BatchWriteItem", "GetItem", "PutItem", "Query"),
  ...code("ledger-rebuilds-requests", "sqs", "SendMessage"),
  ...code("ledger-api-graphql/types/Mutation/fields/publishAccountChange", "appsync", "GraphQL"),
];

const mapping = needs("Lambda, for a mapping");

/** What each role needs. The metered code asks for all of its part, and for nothing else. */
export const needed: Readonly<Record<string, readonly Need[]>> = {
  "ledger-api-log-role": needs("AppSync, for logs")(
    "ledger-api-log:*",
    "logs",
    "CreateLogGroup",
    "CreateLogStream",
    "PutLogEvents",
  ),
  "ledger-resolvers-EventTable-role": code(
    "ledger-events",
    "dynamodb",
    "GetItem",
    "PutItem",
    "Query",
  ),
  "ledger-resolvers-ReadModel-role": [
    ...code("ledger-read-model", "dynamodb", "BatchGetItem", "GetItem", "Query"),
    ...code("ledger-read-model/index/byOwner", "dynamodb", "Query"),
  ],
  "ledger-resolvers-Resumer-role": needs("AppSync, for a function")(
    "ledger-resumer-function",
    "lambda",
    "InvokeFunction",
  ),
  "ledger-resumer-role": [
    ...folding("ledger-resumer"),
    ...code("ledger-read-model", "dynamodb", "DeleteItem"),
  ],
  "ledger-rebuilder-role": [
    ...folding("ledger-rebuilder"),
    ...code("ledger-read-model", "dynamodb", "DeleteItem"),
    ...mapping(
      "ledger-rebuilds-requests",
      "sqs",
      "DeleteMessage",
      "GetQueueAttributes",
      "ReceiveMessage",
    ),
  ],
  "ledger-projector-role": [
    ...folding("ledger-projector"),
    ...mapping(
      "ledger-events/stream",
      "dynamodb",
      "DescribeStream",
      "GetRecords",
      "GetShardIterator",
      "ListStreams",
    ),
    ...mapping("ledger-projector-failures", "sqs", "SendMessage"),
  ],
  "ledger-backup-role": [
    ...needs("AWS Backup")(
      "ledger-events",
      "dynamodb",
      "CreateBackup",
      "DescribeTable",
      "ListTagsOfResource",
      "StartAwsBackupJob",
    ),
    ...needs("AWS Backup")("ledger-events/backup/*", "dynamodb", "DeleteBackup", "DescribeBackup"),
  ],
};

/** What the metered code of a role asks for, as lines that can be compared. */
export const neededByCode = (role: string): readonly string[] =>
  (needed[role] ?? [])
    .filter(({ askedBy }) => askedBy === "the code")
    .map(({ action, on }) => `${action} on ${on}`)
    .sort();
