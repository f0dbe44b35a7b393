import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { conditions, type Watched } from "./alarm-conditions";
import { componentType } from "./component";
import { encryptionKey } from "./encryption-key";
import { arnBeside, denyPlainHttp, onBehalfOf, policyOf } from "./policy";

export interface AlarmsArgs extends Watched {
  /** The addresses that get an e-mail. Not an `Input`: each is a resource. */
  recipients: readonly string[];
}

/** What an operator must know, sent to one topic; docs/runbook says what to do about each alarm. */
export class Alarms extends pulumi.ComponentResource {
  readonly topic: aws.sns.Topic;
  readonly alarms: readonly aws.cloudwatch.MetricAlarm[];

  constructor(name: string, args: AlarmsArgs, opts?: pulumi.ComponentResourceOptions) {
    super(componentType("Alarms"), name, {}, opts);
    this.topic = this.#createTopic(name, args.failureQueue.arn);
    for (const address of args.recipients) {
      new aws.sns.TopicSubscription(
        `${name}-to-${address}`,
        { topic: this.topic.arn, protocol: "email", endpoint: address },
        { parent: this },
      );
    }
    this.alarms = Object.entries(conditions(args)).map(
      ([alarm, { meaning, page, ...condition }]) =>
        new aws.cloudwatch.MetricAlarm(
          `${name}-${alarm}`,
          {
            alarmDescription: `${meaning} What to do: docs/runbook/${page}`,
            comparisonOperator: "GreaterThanOrEqualToThreshold",
            // One bad minute raises the alarm.
            period: 60,
            evaluationPeriods: 1,
            // An alarm stands until it is measured that things are good again, or somebody says so: where nothing is
            // reported, nothing is known.
            treatMissingData: "ignore",
            alarmActions: [this.topic.arn],
            okActions: [this.topic.arn],
            ...condition,
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
