import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import { denyPlainHttp, policyOf } from "./policy";

/** Makes a queue refuse plain HTTP. Who may use it is said by the roles' policies. */
export function queuePolicy(
  name: string,
  queue: aws.sqs.Queue,
  opts: pulumi.CustomResourceOptions,
): aws.sqs.QueuePolicy {
  return new aws.sqs.QueuePolicy(
    name,
    { queueUrl: queue.url, policy: policyOf(denyPlainHttp("sqs:*", queue.arn)) },
    opts,
  );
}
