export type Dimensions = Readonly<Record<string, string>>;

/** A metric's identity: CloudWatch keeps each combination of dimensions apart. */
export interface Metric {
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: Dimensions;
}

/** Equal values that were measured in one minute. */
export interface Sample {
  readonly unit: string;
  readonly value: number;
  readonly count: number;
}

/** How engines tell what they measure. */
export interface Meters {
  /** CloudWatch's clock, in milliseconds since 1970. */
  now(): number;
  measure(metric: Metric, value: number, unit?: string): void;
  /** Asks for measurements once a minute, as services report what stands: a queue's depth. Returns what ends it. */
  sample(take: () => void): () => void;
}

/** Nobody reads what is measured. */
export const unmetered: Meters = {
  now: Date.now,
  measure: () => {},
  sample: () => () => {},
};

export const minuteMs = 60_000;

/** No alarm looks further back than a day. */
const keptMs = 24 * 60 * minuteMs;

/** What was measured, minute by minute, as CloudWatch keeps metrics of standard resolution. */
export class Metrics {
  readonly #series = new Map<string, Map<number, Map<string, Sample>>>();

  put(metric: Metric, value: number, unit: string, at: number): void {
    const key = keyOf(metric);
    const minutes = this.#series.get(key) ?? new Map<number, Map<string, Sample>>();
    this.#series.set(key, minutes);
    const minute = minuteOf(at);
    let samples = minutes.get(minute);
    if (samples === undefined) {
      samples = new Map();
      minutes.set(minute, samples);
      for (const old of [...minutes.keys()].filter((each) => each < minute - keptMs)) {
        minutes.delete(old);
      }
    }
    const same = `${unit} ${value}`;
    samples.set(same, { unit, value, count: (samples.get(same)?.count ?? 0) + 1 });
  }

  /** The samples from a minute's beginning up to another's. */
  between(metric: Metric, from: number, to: number): readonly Sample[] {
    const minutes = this.#series.get(keyOf(metric));
    const samples: Sample[] = [];
    for (let minute = from; minute < to; minute += minuteMs) {
      samples.push(...(minutes?.get(minute)?.values() ?? []));
    }
    return samples;
  }
}

export function minuteOf(time: number): number {
  return Math.floor(time / minuteMs) * minuteMs;
}

function keyOf({ namespace, name, dimensions }: Metric): string {
  return JSON.stringify([namespace, name, Object.entries(dimensions).sort()]);
}
