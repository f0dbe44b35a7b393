import type { Sample } from "./metrics";

/** What an alarm makes of a period's samples. There is at least one. */
export type Statistic = (samples: readonly Sample[]) => number;

const count: Statistic = (samples) => samples.reduce((sum, sample) => sum + sample.count, 0);
const sum: Statistic = (samples) =>
  samples.reduce((total, { value, count }) => total + value * count, 0);

export const simpleStatistics = {
  SampleCount: count,
  Sum: sum,
  Average: (samples) => sum(samples) / count(samples),
  Minimum: (samples) => Math.min(...samples.map(({ value }) => value)),
  Maximum: (samples) => Math.max(...samples.map(({ value }) => value)),
} satisfies Readonly<Record<string, Statistic>>;

export const percentilePattern = /^p(\d{1,2}(?:\.\d{1,2})?|100)$/;

/** The value that a percentage of the samples does not exceed. CloudWatch's own is an approximation of it. */
export function percentile(name: string): Statistic {
  const share = percentOf(name) / 100;
  return (samples) => {
    const sorted = samples.toSorted((one, other) => one.value - other.value);
    const rank = Math.max(1, Math.ceil(share * count(samples)));
    let seen = 0;
    const found = sorted.find((sample) => {
      seen += sample.count;
      return seen >= rank;
    });
    return found?.value ?? Number.NaN;
  };
}

/**
 * Whether there are too few samples for a percentile to mean much. Source: "Percentile-based CloudWatch alarms and low
 * data samples" in the CloudWatch User Guide.
 */
export function isLowSample(name: string, samples: readonly Sample[]): boolean {
  const share = percentOf(name) / 100;
  return count(samples) < 10 / (share >= 0.5 ? 1 - share : share);
}

function percentOf(name: string): number {
  return Number(percentilePattern.exec(name)?.[1]);
}
