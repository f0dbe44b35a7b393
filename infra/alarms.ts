import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { metricsNamespace } from "./bundled-function";
import { componentType } from "./component";
import { encryptionKey } from "./encryption-key";
import { arnBeside, denyPlainHttp, onBehalfOf, policyOf } from "./policy";

export interface AlarmsArgs {
  projector: aws.lambda.Function;
  /** The queue of what the projector gave up. */
  failureQueue: aws.sqs.Queue;
  rebuilder: aws.lambda.Function;
  /** The queue of what the rebuilder has not managed to do. */
  rebuildFailureQueue: aws.sqs.Queue;
}

type Condition = Pick<
  aws.cloudwatch.MetricAlarmArgs,
  "alarmDescription" | "namespace" | "metricName" | "dimensions" | "statistic" | "threshold"
>;

/** What lasts until somebody mends it. */
const lasting: readonly string[] = [
  "suspended",
  "suspendedInRebuild",
  "unreadable",
  "laterRelease",
];

/** What an operator must know, sent to one topic; docs/runbook says what to do about each alarm. */
export class Alarms extends pulumi.ComponentResource {
  readonly topic: aws.sns.Topic;
  readonly alarms: readonly aws.cloudwatch.MetricAlarm[];

  constructor(name: string, args: AlarmsArgs, opts?: pulumi.ComponentResourceOptions) {
    super(componentType("Alarms"), name, {}, opts);
    this.topic = this.#createTopic(name, args.failureQueue.arn);
    this.alarms = Object.entries(conditions(args)).map(
      ([alarm, condition]) =>
        new aws.cloudwatch.MetricAlarm(
          `${name}-${alarm}`,
          {
            ...condition,
            comparisonOperator: "GreaterThanOrEqualToThreshold",
            // One bad minute raises the alarm; a minute without a measurement is good, for then nothing happened.
            period: 60,
            evaluationPeriods: 1,
            treatMissingData: "notBreaching",
            alarmActions: [this.topic.arn],
            // A stream stays suspended, and a summary unreadable, after the minute in which it was met: an end of that alarm
            // would be a false all-clear.
            ...(lasting.includes(alarm) ? {} : { okActions: [this.topic.arn] }),
          },
          { parent: this },
        ),
    );
    this.registerOutputs({ topicArn: this.topic.arn });
  }

  /** @param accountArn the ARN of anything in the account */
  #createTopic(name: string, accountArn: pulumi.Output<string>): aws.sns.Topic {
    const ofAlarms = {
      Effect: "Allow",
      Principal: { Service: "cloudwatch.amazonaws.com" },
      Condition: onBehalfOf(arnBeside(accountArn, "cloudwatch", "alarm:*")),
    };
    // With AWS's managed key for topics no alarm would arrive: CloudWatch may not use it.
    const key = encryptionKey(
      `${name}-key`,
      {
        description: "Encrypts the alarms on their way",
        beside: accountArn,
        statements: [
          {
            ...ofAlarms,
            Sid: "EncryptAlarms",
            Action: ["kms:Decrypt", "kms:GenerateDataKey*"],
            Resource: "*",
          },
        ],
      },
      { parent: this },
    );
    const topic = new aws.sns.Topic(`${name}-topic`, { kmsMasterKeyId: key.arn }, { parent: this });
    new aws.sns.TopicPolicy(
      `${name}-topic-policy`,
      {
        arn: topic.arn,
        policy: policyOf(
          { ...ofAlarms, Sid: "PublishAlarms", Action: "sns:Publish", Resource: topic.arn },
          denyPlainHttp("sns:Publish", topic.arn),
        ),
      },
      { parent: this },
    );
    return topic;
  }
}

function conditions(args: AlarmsArgs): Record<string, Condition> {
  const ofFunction = {
    namespace: "AWS/Lambda",
    dimensions: { FunctionName: args.projector.name },
  };
  return {
    suspended: {
      alarmDescription: "A stream is suspended: one of its events cannot be folded.",
      namespace: metricsNamespace(),
      metricName: "StreamsSuspended",
      dimensions: { service: "projector" },
      statistic: "Sum",
      threshold: 1,
    },
    // The projector counts such a stream as well, but only when its next event comes.
    suspendedInRebuild: {
      alarmDescription:
        "The rebuilder has suspended a stream: one of its events cannot be folded any more.",
      namespace: metricsNamespace(),
      metricName: "StreamsSuspended",
      dimensions: { service: "rebuilder" },
      statistic: "Sum",
      threshold: 1,
    },
    unreadable: {
      alarmDescription: "A summary cannot be read: its stream is not folded until it is rebuilt.",
      namespace: metricsNamespace(),
      metricName: "SummariesUnreadable",
      dimensions: { service: "projector" },
      statistic: "Sum",
      threshold: 1,
    },
    failures: {
      alarmDescription: "Records have left the projector's retries for the failure queue.",
      namespace: "AWS/SQS",
      metricName: "ApproximateNumberOfMessagesVisible",
      dimensions: { QueueName: args.failureQueue.name },
      statistic: "Maximum",
      threshold: 1,
    },
    rebuilds: {
      alarmDescription:
        "A stream was not brought up to date, after many attempts of the rebuilder.",
      namespace: "AWS/SQS",
      metricName: "ApproximateNumberOfMessagesVisible",
      dimensions: { QueueName: args.rebuildFailureQueue.name },
      statistic: "Maximum",
      threshold: 1,
    },
    rebuilderErrors: {
      alarmDescription: "The rebuilder ended in an error or ran out of time.",
      namespace: "AWS/Lambda",
      dimensions: { FunctionName: args.rebuilder.name },
      metricName: "Errors",
      statistic: "Sum",
      threshold: 1,
    },
    laterRelease: {
      alarmDescription: "Streams were left alone, because a later release has written their rows.",
      namespace: metricsNamespace(),
      metricName: "StreamsOfLaterRelease",
      dimensions: { service: "projector" },
      statistic: "Sum",
      threshold: 1,
    },
    lag: {
      alarmDescription: "The read model is a minute or more behind the event table.",
      ...ofFunction,
      metricName: "IteratorAge",
      statistic: "Maximum",
      // Milliseconds.
      threshold: 60_000,
    },
    errors: {
      alarmDescription: "The projector ended in an error or ran out of time.",
      ...ofFunction,
      metricName: "Errors",
      statistic: "Sum",
      threshold: 1,
    },
    throttles: {
      alarmDescription: "Lambda has no room to run the projector.",
      ...ofFunction,
      metricName: "Throttles",
      statistic: "Sum",
      threshold: 1,
    },
  };
}
