import { describe, expect, it } from "vitest";
import { type AlarmChange, CloudWatch } from "../../src/cloudwatch/cloudwatch";
import type { Notification } from "../../src/cloudwatch/topics";

const topic = "arn:aws:sns:eu-central-1:000000000000:alarms";
const metric = { namespace: "Shop", name: "Sales", dimensions: { city: "Bonn" } };

function start() {
  let now = Date.UTC(2026, 0, 1, 12, 0, 30);
  const published: Notification[] = [];
  const changes: AlarmChange[] = [];
  const warnings: string[] = [];
  const cloudwatch = new CloudWatch({
    region: "eu-central-1",
    now: () => now,
    publish: (notification) => published.push(notification),
    changed: (change) => changes.push(change),
    warn: (line) => warnings.push(line),
  });
  return {
    cloudwatch,
    published,
    changes,
    warnings,
    pass: (minutes: number) => {
      now += minutes * 60_000;
      cloudwatch.evaluate();
    },
    put: (inputs: object = {}) =>
      cloudwatch.putAlarm("alarm", {
        namespace: "Shop",
        metricName: "Sales",
        dimensions: { city: "Bonn" },
        statistic: "Sum",
        comparisonOperator: "GreaterThanOrEqualToThreshold",
        threshold: 3,
        period: 60,
        evaluationPeriods: 1,
        treatMissingData: "ignore",
        alarmActions: [topic],
        okActions: [topic],
        ...inputs,
      }),
    state: () => cloudwatch.alarms[0]?.state,
    measure: (...values: number[]) => {
      for (const value of values) {
        cloudwatch.measure(metric, value);
      }
    },
  };
}

describe("an alarm", () => {
  it("rings once its statistic breaches, tells its topics, and ends when it is measured to be good", () => {
    const { put, measure, pass, state, published, changes } = start();
    put({ alarmDescription: "Too many." });
    pass(1);
    expect(state()).toBe("INSUFFICIENT_DATA");
    measure(1, 2);
    pass(1);
    expect(state()).toBe("ALARM");
    pass(60);
    expect(state()).toBe("ALARM");
    measure(1);
    pass(1);
    expect(published.map(({ topicArn, subject }) => [topicArn, subject])).toEqual([
      [topic, 'ALARM: "alarm"'],
      [topic, 'OK: "alarm"'],
    ]);
    expect(published[0]?.message).toBe("Too many.\nSum GreaterThanOrEqualToThreshold 3: 3");
    expect(changes.map(({ from, to }) => [from, to])).toEqual([
      ["INSUFFICIENT_DATA", "ALARM"],
      ["ALARM", "OK"],
    ]);
  });

  it.each([
    ["Sum", 60],
    ["SampleCount", 4],
    ["Average", 15],
    ["Minimum", 5],
    ["Maximum", 30],
    ["p50", 10],
    ["p75", 15],
    ["p99.9", 30],
  ])("compares the %s of its period", (statistic, value) => {
    for (const [threshold, expected] of [
      [value, "ALARM"],
      [value + 0.001, "OK"],
    ] as const) {
      const { put, measure, pass, state } = start();
      const which = statistic.startsWith("p")
        ? { statistic: undefined, extendedStatistic: statistic }
        : { statistic };
      put({ ...which, threshold });
      measure(30, 5, 15, 10);
      pass(1);
      expect(state()).toBe(expected);
    }
  });

  it("looks at a period that ends with each minute, however long it is", () => {
    const { put, measure, pass, state } = start();
    put({ period: 300 });
    measure(1);
    pass(4);
    measure(2);
    pass(1);
    expect(state()).toBe("ALARM");
    pass(1);
    expect(state()).toBe("OK");
  });

  it("counts other dimensions and units apart", () => {
    const { cloudwatch, put, pass, state } = start();
    put({ unit: "Count" });
    cloudwatch.measure({ ...metric, dimensions: { city: "Rome" } }, 9);
    cloudwatch.measure({ ...metric, dimensions: {} }, 9);
    cloudwatch.measure(metric, 9, "Bytes");
    pass(1);
    expect(state()).toBe("INSUFFICIENT_DATA");
  });

  it("that warms up says nothing until its window is full, or its time is over", () => {
    const inputs = {
      treatMissingData: "breaching",
      evaluationPeriods: 2,
      warmUpConfiguration: { warmUpPeriodDurationInMinutes: 5 },
    };
    const silent = start();
    silent.put(inputs);
    silent.pass(5);
    expect(silent.state()).toBe("INSUFFICIENT_DATA");
    silent.pass(1);
    expect(silent.state()).toBe("ALARM");
    const early = start();
    early.put(inputs);
    early.measure(1);
    early.pass(1);
    expect(early.state()).toBe("INSUFFICIENT_DATA");
    early.measure(1);
    early.pass(1);
    expect(early.state()).toBe("OK");
  });

  it("is set by hand, which lasts once the measurements that it rang for are out of its sight", () => {
    const { cloudwatch, put, measure, pass, state } = start();
    put();
    measure(3);
    pass(1);
    cloudwatch.setAlarmState("alarm", "OK", "too early");
    pass(1);
    expect(state()).toBe("ALARM");
    pass(2);
    cloudwatch.setAlarmState("alarm", "OK", "done");
    pass(10);
    expect(state()).toBe("OK");
  });

  it("keeps its state where it is changed", () => {
    const { put, measure, pass, state, changes } = start();
    put();
    measure(3);
    pass(1);
    put({ threshold: 2 });
    pass(1);
    expect([state(), changes.length]).toEqual(["ALARM", 1]);
  });

  it("tells nobody where its actions are off", () => {
    const { put, measure, pass, published, state } = start();
    put({ actionsEnabled: false });
    measure(3);
    pass(1);
    expect([state(), published]).toEqual(["ALARM", []]);
  });

  it.each([
    [{ metricQueries: [] }, 'the input "metricQueries" is not supported locally'],
    [{ evaluationInterval: 60 }, 'the input "evaluationInterval" is not supported locally'],
    [{ period: 10 }, 'the input "period" must be a whole number of minutes up to an hour'],
    [{ extendedStatistic: "p99" }, "needs either a statistic or an extendedStatistic"],
    [{ statistic: undefined }, "needs either a statistic or an extendedStatistic"],
    [{ statistic: undefined, extendedStatistic: "tm90" }, "must be a percentile such as p99.9"],
    [{ comparisonOperator: "GreaterThanUpperThreshold" }, 'the input "comparisonOperator" must be'],
    [{ datapointsToAlarm: 2 }, "datapointsToAlarm is more than the evaluationPeriods"],
    [{ period: 3600, evaluationPeriods: 25 }, "the evaluation periods are longer than a day"],
    [{ namespace: "AWS/DynamoDB", treatMissingData: "notBreaching" }, 'write "ignore"'],
    [{ alarmActions: ["arn:aws:lambda:x"] }, "must be the ARN of a topic"],
  ])("is refused where it would not be evaluated as on AWS: %j", (inputs, problem) => {
    const { put } = start();
    expect(() => put(inputs)).toThrow(problem);
  });
});

describe("embedded metrics", () => {
  const line = (more: object = {}) =>
    JSON.stringify({
      _aws: {
        Timestamp: Date.now(),
        CloudWatchMetrics: [
          {
            Namespace: "Shop",
            Dimensions: [["city"]],
            Metrics: [{ Name: "Sales", Unit: "Count" }],
          },
        ],
      },
      city: "Bonn",
      Sales: [1, 2],
      ...more,
    });

  it("that a function prints are collected, with all their values", () => {
    const { cloudwatch, put, pass, state } = start();
    put({ unit: "Count" });
    cloudwatch.readLine('no JSON with "_aws"');
    cloudwatch.readLine(line());
    pass(1);
    expect(state()).toBe("ALARM");
  });

  it.each([
    [{ Sales: "many" }, "the metric Sales has no number"],
    [{ city: 7 }, "the dimension city has no text"],
    [{ _aws: {} }, "_aws is not as the embedded metric format has it"],
  ])("that CloudWatch drops are told of: %j", (more, problem) => {
    const { cloudwatch, warnings } = start();
    cloudwatch.readLine(line(more));
    expect(warnings).toEqual([`embedded metrics that CloudWatch drops: ${problem}`]);
  });
});

it("what stands is asked for once a minute, and counts for the minute that ends", () => {
  const { cloudwatch, put, pass, state } = start();
  put({ treatMissingData: "breaching", comparisonOperator: "LessThanThreshold", threshold: 1 });
  const end = cloudwatch.sample(() => cloudwatch.measure(metric, 5));
  pass(3);
  expect(state()).toBe("OK");
  end();
  // The evaluation range is longer than the period: what is late shall not ring.
  pass(2);
  expect(state()).toBe("OK");
  pass(1);
  expect(state()).toBe("ALARM");
});
