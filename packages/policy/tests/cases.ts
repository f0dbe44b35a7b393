import type * as aws from "@pulumi/aws";
import type { Given } from "./validate";

// Inputs as the program gives them. Their types are AWS's, so that a rule cannot look for a property that does not exist.

const given = (type: string, name: string, inputs: object, added: object = {}): Given => ({
  type,
  name,
  inputs: { ...inputs },
  outputs: { ...inputs, ...added },
});

const arn = (service: string, resource: string) =>
  `arn:aws:${service}:eu-central-1:123456789012:${resource}`;

export const table = (name: string, args: Partial<aws.dynamodb.TableArgs>) =>
  given("aws:dynamodb/table:Table", name, args, { name, arn: arn("dynamodb", `table/${name}`) });

export const queue = (name: string, args: aws.sqs.QueueArgs = {}) =>
  given("aws:sqs/queue:Queue", name, args, {
    name,
    arn: arn("sqs", name),
    url: `https://sqs.eu-central-1.amazonaws.com/123456789012/${name}`,
  });

export const queuePolicy = (args: aws.sqs.QueuePolicyArgs) =>
  given("aws:sqs/queuePolicy:QueuePolicy", "queue-policy", args);

export const topic = (name: string, args: aws.sns.TopicArgs = {}) =>
  given("aws:sns/topic:Topic", name, args, { name, arn: arn("sns", name) });

export const topicPolicy = (args: aws.sns.TopicPolicyArgs) =>
  given("aws:sns/topicPolicy:TopicPolicy", "topic-policy", args);

export const bucket = (name: string, args: aws.s3.BucketArgs = {}) =>
  given("aws:s3/bucket:Bucket", name, args, {
    id: name,
    bucket: name,
    arn: `arn:aws:s3:::${name}`,
  });

export const bucketPolicy = (args: aws.s3.BucketPolicyArgs) =>
  given("aws:s3/bucketPolicy:BucketPolicy", "bucket-policy", args);

export const publicAccessBlock = (args: aws.s3.BucketPublicAccessBlockArgs) =>
  given("aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock", "block", args);

export const bucketAcl = (args: aws.s3.BucketAclArgs) =>
  given("aws:s3/bucketAcl:BucketAcl", "acl", args);

export const userPool = (args: aws.cognito.UserPoolArgs) =>
  given("aws:cognito/userPool:UserPool", "users", args);

export const selection = (args: aws.backup.SelectionArgs) =>
  given("aws:backup/selection:Selection", "selection", args);

export const logGroup = (name: string, args: aws.cloudwatch.LogGroupArgs = {}) =>
  given("aws:cloudwatch/logGroup:LogGroup", name, args, { name });

export const lambda = (name: string, args: Partial<aws.lambda.FunctionArgs> = {}) =>
  given("aws:lambda/function:Function", name, args, {
    name,
    arn: arn("lambda", `function:${name}`),
  });

export const mapping = (args: aws.lambda.EventSourceMappingArgs) =>
  given("aws:lambda/eventSourceMapping:EventSourceMapping", "mapping", args);

export const functionUrl = (args: aws.lambda.FunctionUrlArgs) =>
  given("aws:lambda/functionUrl:FunctionUrl", "url", args);

export const permission = (args: aws.lambda.PermissionArgs) =>
  given("aws:lambda/permission:Permission", "permission", args);

export const key = (args: aws.kms.KeyArgs) => given("aws:kms/key:Key", "key", args);

export const role = (args: aws.iam.RoleArgs) => given("aws:iam/role:Role", "role", args);

export const rolePolicy = (...statements: readonly object[]) => {
  const args: aws.iam.RolePolicyArgs = { role: "role", policy: policyOf(...statements) };
  return given("aws:iam/rolePolicy:RolePolicy", "role-policy", args);
};

export const attachment = (args: aws.iam.RolePolicyAttachmentArgs) =>
  given("aws:iam/rolePolicyAttachment:RolePolicyAttachment", "attachment", args);

export const api = () => given("aws:appsync/graphQLApi:GraphQLApi", "api", {}, { id: "api-id" });

export const alarm = (
  namespace: string,
  metricName: string,
  dimensions: Readonly<Record<string, string>>,
  more: Partial<aws.cloudwatch.MetricAlarmArgs> = {},
) => {
  const args: aws.cloudwatch.MetricAlarmArgs = {
    namespace,
    metricName,
    dimensions,
    comparisonOperator: "GreaterThanOrEqualToThreshold",
    evaluationPeriods: 1,
    alarmActions: [arn("sns", "alarms")],
    ...more,
  };
  return given("aws:cloudwatch/metricAlarm:MetricAlarm", "alarm", args);
};

export const policyOf = (...statements: readonly object[]): string =>
  JSON.stringify({ Version: "2012-10-17", Statement: statements });

export const allow = (more: object = {}) => ({
  Sid: "Allowing",
  Effect: "Allow",
  Action: ["dynamodb:GetItem"],
  Resource: [arn("dynamodb", "table/events")],
  ...more,
});

export const denyPlainHttp = (more: object = {}) => ({
  Effect: "Deny",
  Principal: "*",
  Action: "sqs:*",
  Resource: arn("sqs", "jobs"),
  Condition: { Bool: { "aws:SecureTransport": "false" } },
  ...more,
});
