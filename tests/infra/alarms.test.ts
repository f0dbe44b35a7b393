import { existsSync, readFileSync } from "node:fs";
import { beforeAll, describe, expect, it } from "vitest";
import { ownerIndex } from "../../lambda/adapters/keys";
import { alarmNames } from "./alarm-names";
import { inputsOf, type Recording, record } from "./record";

let dev: Recording;

beforeAll(async () => {
  dev = await record("dev");
});

const prefix = "ledger-alarms-";

const alarms = () =>
  dev.resources
    .filter(({ type }) => type === "aws:cloudwatch/metricAlarm:MetricAlarm")
    .map(({ name, inputs }) => ({ name: name.slice(prefix.length), inputs }));

const counted = (service: string) => ["event-ledger/dev", { service }] as const;
const fn = (name: string) =>
  ["AWS/Lambda", { FunctionName: `ledger-${name}-function-1a2b3c4` }] as const;
const mapping = (name: string) =>
  ["AWS/Lambda", { EventSourceMappingUUID: `uuid-of-ledger-${name}-mapping-1a2b3c4` }] as const;
const queue = (name: string) => ["AWS/SQS", { QueueName: `ledger-${name}` }] as const;
const table = (name: string, index?: string) =>
  [
    "AWS/DynamoDB",
    {
      TableName: `ledger-${name}-1a2b3c4`,
      ...(index !== undefined && { GlobalSecondaryIndexName: index }),
    },
  ] as const;
const api = ["AWS/AppSync", { GraphQLAPIId: "api-id" }] as const;

const expected: Readonly<Record<string, readonly [string, string, object]>> = {
  suspended: ["StreamsSuspended", ...counted("projector")],
  suspendedInRebuild: ["StreamsSuspended", ...counted("rebuilder")],
  unreadable: ["SummariesUnreadable", ...counted("projector")],
  laterRelease: ["StreamsOfLaterRelease", ...counted("projector")],
  streamsFailing: ["StreamsFailed", ...counted("projector")],
  rebuildsFailing: ["StreamsFailed", ...counted("rebuilder")],
  publishing: ["PublishesFailed", ...counted("projector")],
  projectorStopped: ["PolledEventCount", ...mapping("projector")],
  rebuilderStopped: ["PolledEventCount", ...mapping("rebuilder")],
  lag: ["IteratorAge", ...fn("projector")],
  failures: ["ApproximateNumberOfMessagesVisible", ...queue("projector-failures-1a2b3c4")],
  dropped: ["DroppedEventCount", ...mapping("projector")],
  rebuilds: ["ApproximateNumberOfMessagesVisible", ...queue("rebuilds-failures-1a2b3c4.fifo")],
  ...Object.fromEntries(
    ["projector", "rebuilder", "resumer"].flatMap((name) => [
      [`${name}Errors`, ["Errors", ...fn(name)]],
      [`${name}Throttles`, ["Throttles", ...fn(name)]],
      [`${name}Slow`, ["Duration", ...fn(name)]],
    ]),
  ),
  apiErrors: ["5XXError", ...api],
  apiSlow: ["Latency", ...api],
  eventsReadThrottled: ["ReadThrottleEvents", ...table("events")],
  eventsWriteThrottled: ["WriteThrottleEvents", ...table("events")],
  readModelReadThrottled: ["ReadThrottleEvents", ...table("read-model")],
  readModelWriteThrottled: ["WriteThrottleEvents", ...table("read-model")],
  ownerIndexReadThrottled: ["ReadThrottleEvents", ...table("read-model", ownerIndex)],
  ownerIndexWriteThrottled: ["WriteThrottleEvents", ...table("read-model", ownerIndex)],
};

it("each alarm has its metric", () => {
  const found = alarms().map(({ name, inputs }) => [
    name,
    [inputs.metricName, inputs.namespace, inputs.dimensions],
  ]);
  expect(Object.fromEntries(found)).toEqual(expected);
});

it("each alarm is sent to the topic when it begins, and when it ends", () => {
  const topic = ["arn:aws:sns:eu-central-1:123456789012:ledger-alarms-topic-1a2b3c4"];
  for (const { name, inputs } of alarms()) {
    expect([name, inputs.alarmActions, inputs.okActions]).toEqual([name, topic, topic]);
  }
});

it("no alarm ends because nothing is reported, and silence itself rings where a mapping has stopped", () => {
  const silent = ["projectorStopped", "rebuilderStopped"];
  for (const { name, inputs } of alarms()) {
    const treatment = silent.includes(name) ? "breaching" : "ignore";
    expect([name, inputs.treatMissingData]).toEqual([name, treatment]);
  }
});

it("a function counts as slow at nine tenths of its time limit", () => {
  for (const name of ["projector", "rebuilder", "resumer"]) {
    const timeout = Number(inputsOf(dev, `ledger-${name}-function`).timeout);
    expect(inputsOf(dev, `${prefix}${name}Slow`).threshold).toBe(timeout * 900);
  }
});

describe("each alarm can be followed at night", () => {
  const operations = () => readFileSync("docs/operations.md", "utf8");

  it("its description names its page in the runbook, and the page names the alarm and says what to do", () => {
    for (const { name, inputs } of alarms()) {
      const [, page = ""] = /docs\/runbook\/(\S+\.md)$/.exec(String(inputs.alarmDescription)) ?? [];
      const file = `docs/runbook/${page}`;
      expect(page !== "" && existsSync(file), `${name} has a page`).toBe(true);
      const text = readFileSync(file, "utf8");
      expect(text, `${file} names ${name}`).toContain(`\`${name}\``);
      for (const part of ["Meaning", "Impact", "Diagnosis", "Mitigation"]) {
        expect(text, `${file} has a part ${part}`).toContain(`\n## ${part}\n`);
      }
      expect(operations(), `docs/operations.md has ${name} with its page`).toMatch(
        new RegExp(`^\\| \`${name}\` .*\\(runbook/${page}\\)`, "m"),
      );
    }
  });

  it("no alarm is described that is none", () => {
    expect(alarmNames.toSorted()).toEqual(Object.keys(expected).toSorted());
    const described = [...operations().matchAll(/^\| `(\w+)` .*\(runbook\//gm)].map(
      ([, name]) => name,
    );
    expect(described.toSorted()).toEqual(Object.keys(expected).toSorted());
  });
});
