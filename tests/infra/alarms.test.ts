import { beforeAll, expect, it } from "vitest";
import { type Recording, record } from "./record";

let dev: Recording;

beforeAll(async () => {
  dev = await record("dev");
});

const alarms = () =>
  dev.resources.filter(({ type }) => type === "aws:cloudwatch/metricAlarm:MetricAlarm");

it.each([
  ["suspended", "event-ledger/dev", "StreamsSuspended", { service: "projector" }],
  ["suspendedInRebuild", "event-ledger/dev", "StreamsSuspended", { service: "rebuilder" }],
  ["unreadable", "event-ledger/dev", "SummariesUnreadable", { service: "projector" }],
  [
    "failures",
    "AWS/SQS",
    "ApproximateNumberOfMessagesVisible",
    { QueueName: "ledger-projector-failures-1a2b3c4" },
  ],
  [
    "rebuilds",
    "AWS/SQS",
    "ApproximateNumberOfMessagesVisible",
    { QueueName: "ledger-rebuilds-failures-1a2b3c4.fifo" },
  ],
  [
    "rebuilderErrors",
    "AWS/Lambda",
    "Errors",
    { FunctionName: "ledger-rebuilder-function-1a2b3c4" },
  ],
  ["laterRelease", "event-ledger/dev", "StreamsOfLaterRelease", { service: "projector" }],
  ["lag", "AWS/Lambda", "IteratorAge", { FunctionName: "ledger-projector-function-1a2b3c4" }],
  ["errors", "AWS/Lambda", "Errors", { FunctionName: "ledger-projector-function-1a2b3c4" }],
  ["throttles", "AWS/Lambda", "Throttles", { FunctionName: "ledger-projector-function-1a2b3c4" }],
])("the alarm %s has its metric", (name, namespace, metricName, dimensions) => {
  const alarm = alarms().find((resource) => resource.name === `ledger-alarms-${name}`);
  expect(alarm?.inputs).toMatchObject({ namespace, metricName, dimensions });
});

it("every alarm is sent to the topic when it begins, and when it ends, except for the end of what somebody has to mend", () => {
  const topic = ["arn:aws:sns:eu-central-1:123456789012:ledger-alarms-topic-1a2b3c4"];
  const lasting = ["suspended", "suspendedInRebuild", "unreadable", "laterRelease"];
  for (const { name, inputs } of alarms()) {
    expect(inputs.alarmActions, name).toEqual(topic);
    expect(inputs.okActions, name).toEqual(
      lasting.some((alarm) => name === `ledger-alarms-${alarm}`) ? undefined : topic,
    );
  }
});
