/**
 * AWS's own policies, as far as the engines here ask for permissions: logs, metrics, tracing, S3 and the like are left
 * out, for nothing here asks for them. Source: AWS Managed Policy Reference Guide.
 */

const logs = ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"];
const streams = ["DescribeStream", "GetRecords", "GetShardIterator", "ListStreams"].map(
  (action) => `dynamodb:${action}`,
);
const queues = ["ReceiveMessage", "DeleteMessage", "GetQueueAttributes"].map(
  (action) => `sqs:${action}`,
);

/** The actions that each policy allows on every resource, by what follows `arn:aws:iam::aws:policy/`. */
const actionsOf: Readonly<Record<string, readonly string[]>> = {
  AdministratorAccess: ["*"],
  AmazonCognitoPowerUser: ["cognito-idp:*"],
  AmazonDynamoDBFullAccess: ["dynamodb:*"],
  AmazonDynamoDBFullAccess_v2: ["dynamodb:*"],
  AmazonDynamoDBReadOnlyAccess: [
    "BatchGetItem",
    "Describe*",
    "List*",
    "GetItem",
    "Query",
    "Scan",
    "PartiQLSelect",
  ].map((action) => `dynamodb:${action}`),
  AmazonKinesisFullAccess: [],
  AmazonS3FullAccess: [],
  AmazonS3ReadOnlyAccess: [],
  AmazonSQSFullAccess: ["sqs:*"],
  AmazonSQSReadOnlyAccess: [
    "GetQueueAttributes",
    "GetQueueUrl",
    "ListDeadLetterSourceQueues",
    "ListQueues",
  ].map((action) => `sqs:${action}`),
  AWSAppSyncInvokeFullAccess: ["appsync:GraphQL"],
  AWSLambda_FullAccess: ["lambda:*"],
  AWSLambda_ReadOnlyAccess: [],
  "AWSLambdaInvocation-DynamoDB": ["lambda:InvokeFunction", ...streams],
  AWSXRayDaemonWriteAccess: [],
  AWSXrayWriteOnlyAccess: [],
  CloudWatchEventsFullAccess: [],
  CloudWatchFullAccess: ["logs:*"],
  CloudWatchFullAccessV2: ["logs:*"],
  CloudWatchLogsFullAccess: ["logs:*"],
  "service-role/AWSAppSyncPushToCloudWatchLogs": logs,
  "service-role/AWSLambdaBasicExecutionRole": logs,
  "service-role/AWSLambdaDynamoDBExecutionRole": [...streams, ...logs],
  "service-role/AWSLambdaRole": ["lambda:InvokeFunction"],
  "service-role/AWSLambdaSQSQueueExecutionRole": [...queues, ...logs],
  "service-role/AWSLambdaVPCAccessExecutionRole": logs,
};

const prefix = "arn:aws:iam::aws:policy/";

export const managedPolicies: readonly string[] = Object.keys(actionsOf);

/** Whether the ARN is that of a policy of AWS's own. */
export function isAwsPolicy(arn: string): boolean {
  return arn.startsWith(prefix);
}

/** Returns the policy's document, or undefined for one that is not known here. */
export function managedPolicy(arn: string): object | undefined {
  const Action = isAwsPolicy(arn) ? actionsOf[arn.slice(prefix.length)] : undefined;
  return (
    Action && {
      Version: "2012-10-17",
      Statement: Action.length === 0 ? [] : [{ Effect: "Allow", Action, Resource: "*" }],
    }
  );
}
