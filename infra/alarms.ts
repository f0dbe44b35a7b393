import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { metricsNamespace } from "./bundled-function";

export interface AlarmsArgs {
  /** The projector's function. */
  functionName: pulumi.Input<string>;
  /** The queue of what the projector gave up on. */
  failureQueueName: pulumi.Input<string>;
}

type Condition = Pick<
  aws.cloudwatch.MetricAlarmArgs,
  "alarmDescription" | "namespace" | "metricName" | "dimensions" | "statistic" | "threshold"
>;

/** What an operator has to hear of, told to one topic; docs/operations.md says what to do about each. */
export class Alarms extends pulumi.ComponentResource {
  readonly topicArn: pulumi.Output<string>;

  constructor(name: string, args: AlarmsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("event-ledger:infra:Alarms", name, {}, opts);
    const topic = new aws.sns.Topic(`${name}-topic`, {}, { parent: this });
    for (const [alarm, condition] of Object.entries(conditions(args))) {
      new aws.cloudwatch.MetricAlarm(
        `${name}-${alarm}`,
        {
          ...condition,
          comparisonOperator: "GreaterThanOrEqualToThreshold",
          // One minute that is bad is enough; one without a measurement is good, for then nothing happened.
          period: 60,
          evaluationPeriods: 1,
          treatMissingData: "notBreaching",
          alarmActions: [topic.arn],
          // An account stays suspended after the minute in which it was: an end of that alarm would be a false all-clear.
          ...(alarm === "suspended" ? {} : { okActions: [topic.arn] }),
        },
        { parent: this },
      );
    }
    this.topicArn = topic.arn;
    this.registerOutputs({ topicArn: this.topicArn });
  }
}

function conditions({ functionName, failureQueueName }: AlarmsArgs): Record<string, Condition> {
  const ofFunction = { namespace: "AWS/Lambda", dimensions: { FunctionName: functionName } };
  return {
    suspended: {
      alarmDescription:
        "A stream is suspended: an event cannot be folded, and its account stands still.",
      namespace: metricsNamespace,
      metricName: "StreamsSuspended",
      dimensions: { service: "projector" },
      statistic: "Sum",
      threshold: 1,
    },
    failures: {
      alarmDescription: "Records have left the projector's retries for the failure queue.",
      namespace: "AWS/SQS",
      metricName: "ApproximateNumberOfMessagesVisible",
      dimensions: { QueueName: failureQueueName },
      statistic: "Maximum",
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
