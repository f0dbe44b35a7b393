import * as aws from "@pulumi/aws";

const table = new aws.dynamodb.Table("things", {
  hashKey: "id",
  attributes: [{ name: "id", type: "S" }],
  billingMode: "PAY_PER_REQUEST",
});
const queue = new aws.sqs.Queue("jobs");
const role = new aws.iam.Role("worker", {
  assumeRolePolicy: aws.iam.assumeRolePolicyForPrincipal({ Service: "lambda.amazonaws.com" }),
});

export const tableName = table.name;
export const queueUrl = queue.url;
export const roleArn = role.arn;
