import type { Cloud } from "../cloud";
import type { Inputs } from "../inputs";
import { apiKey, dataSource, graphqlApi, graphqlFunction, resolver } from "./appsync";
import { metricAlarm } from "./cloudwatch";
import { userGroup, userPool, userPoolClient } from "./cognito";
import { table } from "./dynamodb";
import {
  policy,
  policyAttachment,
  queuePolicy,
  role,
  rolePolicy,
  rolePolicyAttachment,
  tablePolicy,
} from "./iam";
import { eventSourceMapping, lambdaFunction, permission } from "./lambda";
import { randomResources } from "./random";
import type { Provisioned, Provisioner } from "./resource";
import { topic, topicSubscription } from "./sns";
import { queue } from "./sqs";
import {
  bucket,
  encryptionKey,
  logGroup,
  webAcl,
  withoutLocalMeaning,
} from "./without-local-meaning";

/** Every resource type that is known on one machine. */
export const provisioners: Readonly<Record<string, Provisioner>> = {
  "aws:appsync/apiKey:ApiKey": apiKey,
  "aws:appsync/dataSource:DataSource": dataSource,
  "aws:appsync/function:Function": graphqlFunction,
  "aws:appsync/graphQLApi:GraphQLApi": graphqlApi,
  "aws:appsync/resolver:Resolver": resolver,
  "aws:backup/plan:Plan": withoutLocalMeaning,
  "aws:backup/selection:Selection": withoutLocalMeaning,
  "aws:backup/vault:Vault": withoutLocalMeaning,
  "aws:backup/vaultLockConfiguration:VaultLockConfiguration": withoutLocalMeaning,
  "aws:cloudwatch/logGroup:LogGroup": logGroup,
  "aws:cloudwatch/metricAlarm:MetricAlarm": metricAlarm,
  "aws:cognito/userGroup:UserGroup": userGroup,
  "aws:cognito/userPool:UserPool": userPool,
  "aws:cognito/userPoolClient:UserPoolClient": userPoolClient,
  "aws:dynamodb/resourcePolicy:ResourcePolicy": tablePolicy,
  "aws:dynamodb/table:Table": table,
  "aws:iam/policy:Policy": policy,
  "aws:iam/policyAttachment:PolicyAttachment": policyAttachment,
  "aws:iam/role:Role": role,
  "aws:iam/rolePolicy:RolePolicy": rolePolicy,
  "aws:iam/rolePolicyAttachment:RolePolicyAttachment": rolePolicyAttachment,
  "aws:kms/key:Key": encryptionKey,
  "aws:lambda/eventSourceMapping:EventSourceMapping": eventSourceMapping,
  "aws:lambda/function:Function": lambdaFunction,
  "aws:lambda/permission:Permission": permission,
  "aws:s3/bucket:Bucket": bucket,
  "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": withoutLocalMeaning,
  "aws:s3/bucketLogging:BucketLogging": withoutLocalMeaning,
  "aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration": withoutLocalMeaning,
  "aws:s3/bucketPolicy:BucketPolicy": withoutLocalMeaning,
  "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": withoutLocalMeaning,
  "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration":
    withoutLocalMeaning,
  "aws:s3/bucketVersioning:BucketVersioning": withoutLocalMeaning,
  "aws:sns/topic:Topic": topic,
  "aws:sns/topicPolicy:TopicPolicy": withoutLocalMeaning,
  "aws:sns/topicSubscription:TopicSubscription": topicSubscription,
  "aws:sqs/queue:Queue": queue,
  "aws:sqs/queuePolicy:QueuePolicy": queuePolicy,
  "aws:wafv2/webAcl:WebAcl": webAcl,
  "aws:wafv2/webAclAssociation:WebAclAssociation": withoutLocalMeaning,
  "awsx:cloudtrail:Trail": withoutLocalMeaning,
  ...randomResources,
};

/** What can be made again while the stack runs, in place of what stands: it holds no data, and nothing refers to its id. */
const replaceables = new Set([
  "aws:backup/plan:Plan",
  "aws:backup/selection:Selection",
  "aws:cloudwatch/metricAlarm:MetricAlarm",
  "aws:dynamodb/resourcePolicy:ResourcePolicy",
  "aws:iam/rolePolicy:RolePolicy",
  "aws:lambda/function:Function",
  "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration",
  "aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration",
  "aws:s3/bucketPolicy:BucketPolicy",
  "aws:sns/topicPolicy:TopicPolicy",
  "aws:sqs/queuePolicy:QueuePolicy",
  "aws:sns/topicSubscription:TopicSubscription",
  "awsx:cloudtrail:Trail",
]);

/** Whether a changed resource can take the place of the one that stands. A component only groups others. */
export function replaceable({ type }: Registration): boolean {
  return replaceables.has(type) || provisioners[type] === undefined;
}

export interface Registration {
  readonly type: string;
  readonly name: string;
  readonly inputs: Inputs;
  /** Whether a provider makes it; otherwise it is a component, which only groups others. */
  readonly custom: boolean;
}

/**
 * The packages of AWS's providers, some of whose components are made by the provider itself: their children are not
 * seen here.
 */
const providers = /^(aws|aws-.+|awsx|eks)$/;

/** Makes a resource on its engine. A type that is not known here is an error, never a resource that is not there. */
export async function provision(
  { type, name, inputs, custom }: Registration,
  cloud: Cloud,
): Promise<Provisioned> {
  const [packageName = ""] = type.split(":");
  if (!custom && !providers.test(packageName)) {
    // The stack itself, or a component of anybody's: it is its children that are made.
    return { id: "", state: inputs };
  }
  const make = provisioners[type];
  if (make === undefined) {
    throw new Error(`${name}: the resource type ${type} is not supported locally`);
  }
  cloud.progress({ resource: name, type });
  const { id, state } = await make(name, inputs, cloud);
  return { id, state: { ...inputs, ...state } };
}
