import type { PolicyResource } from "@pulumi/policy";
import { listed, principalsOf, type Statement, statementsOf } from "../documents";
import { isBucket, isQueue, isTopic, known, ofType, refers, stackRule } from "../rule";

interface Guarded {
  readonly is: (resource: PolicyResource) => boolean;
  readonly isPolicy: (resource: PolicyResource) => boolean;
  /** The policy's property that names what it guards, and the outputs by which it can. */
  readonly property: string;
  readonly outputs: readonly string[];
  /** What has to be denied. A topic's policy takes no `sns:*`. */
  readonly actions: readonly string[];
}

const guarded: readonly Guarded[] = [
  {
    is: isQueue,
    isPolicy: ofType("aws:sqs/queuePolicy:QueuePolicy"),
    property: "queueUrl",
    outputs: ["url", "id"],
    actions: ["sqs:*", "SQS:*", "*"],
  },
  {
    is: isTopic,
    isPolicy: ofType("aws:sns/topicPolicy:TopicPolicy"),
    property: "arn",
    outputs: ["arn"],
    actions: ["sns:Publish", "SNS:Publish"],
  },
  {
    is: isBucket,
    isPolicy: ofType("aws:s3/bucketPolicy:BucketPolicy"),
    property: "bucket",
    outputs: ["id", "bucket"],
    actions: ["s3:*", "*"],
  },
];

const deniesPlainHttp = (actions: readonly string[]) => (statement: Statement) =>
  statement.Effect === "Deny" &&
  principalsOf(statement).includes("*") &&
  listed(statement.Action).some((action) => actions.includes(action)) &&
  String(statement.Condition?.Bool?.["aws:SecureTransport"]) === "false" &&
  // Another condition would have to hold as well.
  Object.values(statement.Condition ?? {}).flatMap(Object.keys).length === 1;

export const tlsOnly = stackRule(
  "tls-only",
  "Queues, topics and buckets refuse whoever does not use TLS.",
  (resources) =>
    guarded.flatMap(({ is, isPolicy, property, outputs, actions }) => {
      const denies = ({ props }: PolicyResource) =>
        statementsOf({ props: { policy: props.policy } }).some(deniesPlainHttp(actions));
      const policies = resources
        .filter(isPolicy)
        // A policy that a preview does not know yet is looked at when it does.
        .filter((policy) => known(() => denies(policy)) ?? true);
      return resources
        .filter(is)
        .filter((each) => known(() => denies(each)) !== true)
        .filter((each) => !policies.some((policy) => refers(policy, property, each, outputs)))
        .map(
          (each) => [each, "No policy denies aws:SecureTransport = false to everybody."] as const,
        );
    }),
);
