/**
 * The inputs whose change replaces a resource, for the types that hold data or have others depend on them. They are not
 * in the provider's declarations; these are marked "forces a new resource" in its schema. What is not listed here may
 * be replaced as well: `pulumi preview` asks the provider itself.
 */
const replacing: Readonly<Record<string, readonly string[]>> = {
  "aws:appsync/dataSource:DataSource": ["apiId", "name"],
  "aws:appsync/function:Function": ["apiId"],
  "aws:appsync/graphQLApi:GraphQLApi": ["visibility"],
  "aws:appsync/resolver:Resolver": ["apiId", "field", "type"],
  "aws:backup/vault:Vault": ["kmsKeyArn", "name"],
  "aws:cloudwatch/logGroup:LogGroup": ["logGroupClass", "name"],
  "aws:cloudwatch/metricAlarm:MetricAlarm": ["name"],
  "aws:cognito/userGroup:UserGroup": ["name", "userPoolId"],
  "aws:cognito/userPool:UserPool": [
    "aliasAttributes",
    "usernameAttributes",
    "usernameConfiguration",
  ],
  "aws:cognito/userPoolClient:UserPoolClient": ["generateSecret", "userPoolId"],
  "aws:dynamodb/table:Table": ["hashKey", "localSecondaryIndexes", "name", "rangeKey"],
  "aws:iam/role:Role": ["name", "path"],
  "aws:iam/rolePolicy:RolePolicy": ["name", "role"],
  "aws:kms/key:Key": ["customerMasterKeySpec", "keyUsage", "multiRegion"],
  "aws:lambda/eventSourceMapping:EventSourceMapping": [
    "eventSourceArn",
    "startingPosition",
    "startingPositionTimestamp",
  ],
  "aws:lambda/function:Function": ["name", "packageType"],
  "aws:s3/bucket:Bucket": ["bucket", "objectLockEnabled"],
  "aws:sns/topic:Topic": ["fifoTopic", "name"],
  "aws:sqs/queue:Queue": ["fifoQueue", "name"],
  "aws:wafv2/webAcl:WebAcl": ["name", "scope"],
};

/** Whether a change at the path, such as `attributes[pk].type`, is known to replace the resource. */
export function replaces(type: string, path: string): boolean {
  const [input] = path.split(/[.[]/);
  return replacing[type]?.includes(input ?? "") ?? false;
}
