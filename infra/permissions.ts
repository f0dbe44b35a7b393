import type * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { ownerIndex } from "../lambda/adapters/keys";
import type { Permission } from "./policy";

// Every permission that a role of the program has. docs/permissions.md, which is generated, shows who has which.

/**
 * GetItem also serves PutItem: after a failed condition AppSync reads the stored item to compare it. Query finds the last
 * event of a rejected command's stream.
 */
export function appendEvents(eventTable: aws.dynamodb.Table): Permission {
  return {
    name: "AppendEvents",
    actions: ["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:Query"],
    resources: [eventTable.arn],
  };
}

export function readEvents(eventTable: aws.dynamodb.Table): Permission {
  return { name: "ReadEvents", actions: ["dynamodb:Query"], resources: [eventTable.arn] };
}

export function followEvents(eventTable: aws.dynamodb.Table): Permission {
  return {
    name: "FollowEvents",
    actions: [
      "dynamodb:DescribeStream",
      "dynamodb:GetRecords",
      "dynamodb:GetShardIterator",
      // The authorization reference has no resource for this action; AWS's own example for Lambda grants it like this.
      "dynamodb:ListStreams",
    ],
    resources: [eventTable.streamArn],
  };
}

export function queryReadModel(readModel: aws.dynamodb.Table): Permission {
  return {
    name: "QueryReadModel",
    actions: ["dynamodb:BatchGetItem", "dynamodb:GetItem", "dynamodb:Query"],
    resources: [readModel.arn],
  };
}

export function findStreamsOfOwner(readModel: aws.dynamodb.Table): Permission {
  return {
    name: "FindStreamsOfOwner",
    actions: ["dynamodb:Query"],
    resources: [pulumi.interpolate`${readModel.arn}/index/${ownerIndex}`],
  };
}

/**
 * What every function that folds does with the read model. A transaction is authorized as the writes that it is made of.
 * Query finds what undoes the last entries, and the rows that a rebuild has replaced.
 */
export function writeReadModel(readModel: aws.dynamodb.Table): Permission {
  return {
    name: "WriteReadModel",
    actions: ["dynamodb:BatchWriteItem", "dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:Query"],
    resources: [readModel.arn],
  };
}

/** To end a suspension, and a rebuild: both are rows. The rows that a rebuild has replaced are deleted in batches. */
export function endSuspensionsAndRebuilds(readModel: aws.dynamodb.Table): Permission {
  return {
    name: "EndSuspensionsAndRebuilds",
    actions: ["dynamodb:DeleteItem"],
    resources: [readModel.arn],
  };
}

/** To call the one mutation that publishes changes. */
export function publishChanges(api: aws.appsync.GraphQLApi, field: string): Permission {
  return {
    name: "PublishChanges",
    actions: ["appsync:GraphQL"],
    resources: [pulumi.interpolate`${api.arn}/types/Mutation/fields/${field}`],
  };
}

/** To put what was given up into the queue. */
export function reportFailures(queue: aws.sqs.Queue): Permission {
  return { name: "ReportFailures", actions: ["sqs:SendMessage"], resources: [queue.arn] };
}

/** To ask the rebuilder to bring a stream up to date. */
export function requestRebuilds(queue: aws.sqs.Queue): Permission {
  return { name: "RequestRebuilds", actions: ["sqs:SendMessage"], resources: [queue.arn] };
}

/** What Lambda does with the queue on behalf of the function. */
export function takeRequests(queue: aws.sqs.Queue): Permission {
  return {
    name: "TakeRequests",
    actions: ["sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ReceiveMessage"],
    resources: [queue.arn],
  };
}

/** To back the table up, whether AWS Backup keeps the backup itself or leaves it with DynamoDB. */
export function backUpTable(table: aws.dynamodb.Table): Permission {
  return {
    name: "BackUpTable",
    actions: [
      "dynamodb:CreateBackup",
      "dynamodb:DescribeTable",
      "dynamodb:ListTagsOfResource",
      "dynamodb:StartAwsBackupJob",
    ],
    resources: [table.arn],
  };
}

/** To delete the backups that are left with DynamoDB, once their time is over. */
export function expireBackups(table: aws.dynamodb.Table): Permission {
  return {
    name: "ExpireBackups",
    actions: ["dynamodb:DeleteBackup", "dynamodb:DescribeBackup"],
    resources: [pulumi.interpolate`${table.arn}/backup/*`],
  };
}

export function resumeStreams(resumer: aws.lambda.Function): Permission {
  return {
    name: "ResumeStreams",
    actions: ["lambda:InvokeFunction"],
    resources: [resumer.arn],
  };
}

export function writeLogs(logGroup: aws.cloudwatch.LogGroup): Permission {
  return {
    name: "WriteLogs",
    actions: ["logs:CreateLogStream", "logs:PutLogEvents"],
    resources: [streamsOf(logGroup)],
  };
}

/** AppSync asks for the permission to create its log group even where the group exists. */
export function createAndWriteLogs(logGroup: aws.cloudwatch.LogGroup): Permission {
  return {
    name: "CreateAndWriteLogs",
    actions: ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"],
    resources: [streamsOf(logGroup)],
  };
}

/** The `:*` stands for the streams of a log group. */
function streamsOf(logGroup: aws.cloudwatch.LogGroup): pulumi.Output<string> {
  return pulumi.interpolate`${logGroup.arn}:*`;
}
