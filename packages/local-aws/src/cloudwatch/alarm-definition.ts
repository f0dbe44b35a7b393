import * as t from "io-ts";
import {
  decodeInputs,
  type Inputs,
  inputsOf,
  oneOf,
  only,
  resourceInputs,
  textLike,
  wholeNumber,
} from "../inputs";
import type { MissingData, Window } from "./alarm-state";
import type { Metric } from "./metrics";
import { percentile, percentilePattern, type Statistic, simpleStatistics } from "./statistics";

const comparisons = {
  GreaterThanOrEqualToThreshold: (value, threshold) => value >= threshold,
  GreaterThanThreshold: (value, threshold) => value > threshold,
  LessThanThreshold: (value, threshold) => value < threshold,
  LessThanOrEqualToThreshold: (value, threshold) => value <= threshold,
} satisfies Readonly<Record<string, (value: number, threshold: number) => boolean>>;

type Comparison = keyof typeof comparisons;

export interface AlarmDefinition extends Window {
  readonly name: string;
  readonly description: string;
  readonly metric: Metric;
  /** Measurements in another unit do not count, where one is named. */
  readonly unit: string | undefined;
  readonly statistic: Statistic;
  /** The percentile whose alarm leaves periods with few samples alone. */
  readonly ignoringLowSamplesOf: string | undefined;
  readonly breaches: (value: number) => boolean;
  /** "GreaterThanThreshold 1", for people. */
  readonly condition: string;
  readonly periodMinutes: number;
  readonly warmUp: { readonly minutes: number; readonly whole: boolean } | undefined;
  /** The topics that are told of a state. */
  readonly actions: Readonly<Record<"OK" | "ALARM" | "INSUFFICIENT_DATA", readonly string[]>>;
}

const topics = t.array(textLike("the ARN of a topic", /^arn:aws:sns:/));

const wholeMinutes = only(
  "a whole number of minutes up to an hour, in seconds",
  (value): value is number =>
    t.number.is(value) && value % 60 === 0 && value >= 60 && value <= 3_600,
);

/** Metric math, Metrics Insights, anomaly detection and high resolution are refused: their inputs are not known. */
export const alarmInputs = resourceInputs(
  {
    comparisonOperator: oneOf(...(Object.keys(comparisons) as Comparison[])),
    evaluationPeriods: wholeNumber(1, 1_440),
    metricName: t.string,
    namespace: t.string,
    period: wholeMinutes,
    threshold: t.number,
  },
  {
    name: t.string,
    alarmDescription: t.string,
    actionsEnabled: t.boolean,
    alarmActions: topics,
    datapointsToAlarm: wholeNumber(1, 1_440),
    dimensions: t.record(t.string, t.string),
    evaluateLowSampleCountPercentiles: oneOf("evaluate", "ignore"),
    extendedStatistic: textLike("a percentile such as p99.9", percentilePattern),
    insufficientDataActions: topics,
    okActions: topics,
    statistic: oneOf(...(Object.keys(simpleStatistics) as (keyof typeof simpleStatistics)[])),
    treatMissingData: oneOf("missing", "ignore", "breaching", "notBreaching"),
    unit: t.string,
    warmUpConfiguration: inputsOf(
      { warmUpPeriodDurationInMinutes: wholeNumber(1, 2_880) },
      { onlyStartEvaluatingAfterWarmUpPeriodEnds: t.boolean },
    ),
  },
);

/** Decodes the inputs of aws.cloudwatch.MetricAlarm. Throws an Error of one line for what CloudWatch would not take. */
export function parseAlarm(name: string, inputs: Inputs): AlarmDefinition {
  const where = `alarm ${name}`;
  const given = decodeInputs(alarmInputs, inputs, where);
  const { statistic, extendedStatistic, evaluationPeriods, period, comparisonOperator } = given;
  if ((statistic === undefined) === (extendedStatistic === undefined)) {
    throw new Error(`${where} needs either a statistic or an extendedStatistic`);
  }
  if (evaluationPeriods * period > 86_400) {
    throw new Error(`${where}: the evaluation periods are longer than a day`);
  }
  const { datapointsToAlarm = evaluationPeriods, threshold, warmUpConfiguration } = given;
  if (datapointsToAlarm > evaluationPeriods) {
    throw new Error(`${where}: datapointsToAlarm is more than the evaluationPeriods`);
  }
  const isEnabled = given.actionsEnabled ?? true;
  const enabled = (arns: readonly string[] = []): readonly string[] => (isEnabled ? arns : []);
  return {
    name,
    description: given.alarmDescription ?? "",
    metric: {
      namespace: given.namespace,
      name: given.metricName,
      dimensions: given.dimensions ?? {},
    },
    unit: given.unit,
    statistic:
      extendedStatistic === undefined
        ? simpleStatistics[statistic as keyof typeof simpleStatistics]
        : percentile(extendedStatistic),
    ignoringLowSamplesOf:
      given.evaluateLowSampleCountPercentiles === "ignore" ? extendedStatistic : undefined,
    breaches: (value) => comparisons[comparisonOperator](value, threshold),
    condition: `${statistic ?? extendedStatistic} ${comparisonOperator} ${threshold}`,
    periodMinutes: period / 60,
    evaluationPeriods,
    datapointsToAlarm,
    treatMissingData: missingDataOf(given.namespace, given.treatMissingData, where),
    warmUp: warmUpConfiguration && {
      minutes: warmUpConfiguration.warmUpPeriodDurationInMinutes,
      whole: warmUpConfiguration.onlyStartEvaluatingAfterWarmUpPeriodEnds ?? false,
    },
    actions: {
      OK: enabled(given.okActions),
      ALARM: enabled(given.alarmActions),
      INSUFFICIENT_DATA: enabled(given.insufficientDataActions),
    },
  };
}

/** Alarms on DynamoDB's metrics ignore missing data, by the API's reference whatever they ask for. */
function missingDataOf(
  namespace: string,
  wanted: MissingData | undefined,
  where: string,
): MissingData {
  if (namespace !== "AWS/DynamoDB") {
    return wanted ?? "missing";
  }
  if (wanted !== undefined && wanted !== "ignore") {
    throw new Error(
      `${where}: treatMissingData "${wanted}" on AWS/DynamoDB: AWS's documents do not agree whether it is heeded; write "ignore"`,
    );
  }
  return "ignore";
}
