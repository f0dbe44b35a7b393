import { localAccountId } from "../iam/iam";
import type { Inputs } from "../inputs";
import { type AlarmDefinition, parseAlarm } from "./alarm-definition";
import { type AlarmState, type Datapoint, decideState, evaluationRange } from "./alarm-state";
import { readEmbeddedMetrics } from "./emf";
import { type Meters, type Metric, Metrics, minuteMs, minuteOf } from "./metrics";
import { isLowSample } from "./statistics";
import type { Notification } from "./topics";

/** An alarm that has come into another state. */
export interface AlarmChange {
  readonly alarm: string;
  readonly description: string;
  readonly from: AlarmState;
  readonly to: AlarmState;
  /** The values that it was decided by. */
  readonly reason: string;
  /** In milliseconds since 1970. */
  readonly at: number;
  /** The ARNs of the topics that are told. */
  readonly topics: readonly string[];
}

export interface CloudWatchOptions {
  readonly region: string;
  /** In milliseconds since 1970; the machine's clock if omitted. Whoever drives a clock of its own calls `evaluate`. */
  readonly now?: (() => number) | undefined;
  /** Gets what goes to a topic. */
  readonly publish: (notification: Notification) => void;
  /** Gets told of each alarm that has changed, whether a topic is told or not. */
  readonly changed: (change: AlarmChange) => void;
  readonly warn: (line: string) => void;
}

interface Alarm {
  definition: AlarmDefinition;
  state: AlarmState;
  readonly madeAt: number;
  warming: boolean;
}

/** Collects metrics and evaluates alarms over them, minute by minute, as CloudWatch does. */
export class CloudWatch implements Meters {
  readonly now: () => number;
  readonly #metrics = new Metrics();
  readonly #alarms = new Map<string, Alarm>();
  readonly #samplers = new Set<() => void>();
  readonly #options: CloudWatchOptions;
  #evaluatedUntil: number;
  /** Samples describe the minute that ends. */
  #sampledAt: number | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: CloudWatchOptions) {
    this.#options = options;
    this.now = options.now ?? Date.now;
    this.#evaluatedUntil = minuteOf(this.now());
    if (options.now === undefined) {
      this.#evaluateEachMinute();
    }
  }

  measure(metric: Metric, value: number, unit = "Count"): void {
    this.#metrics.put(metric, value, unit, this.#sampledAt ?? this.now());
  }

  sample(take: () => void): () => void {
    this.#samplers.add(take);
    return () => this.#samplers.delete(take);
  }

  /** Takes the metrics out of a line that a function has printed. */
  readLine(line: string): void {
    try {
      for (const { metric, values, unit, at } of readEmbeddedMetrics(line)) {
        // The function has the machine's clock, which need not be this one.
        const here = this.now() - Math.max(0, Date.now() - at);
        for (const value of values) {
          this.#metrics.put(metric, value, unit, here);
        }
      }
    } catch (error) {
      this.#options.warn(
        `embedded metrics that CloudWatch drops: ${error instanceof Error ? error.message : error}`,
      );
    }
  }

  /** Makes an alarm, or changes the one of that name. */
  putAlarm(name: string, inputs: Inputs): { readonly arn: string } {
    const definition = parseAlarm(name, inputs);
    const standing = this.#alarms.get(name);
    if (standing === undefined) {
      const warming = definition.warmUp !== undefined;
      const madeAt = this.now();
      this.#alarms.set(name, { definition, state: "INSUFFICIENT_DATA", madeAt, warming });
    } else {
      standing.definition = definition;
    }
    return { arn: `arn:aws:cloudwatch:${this.#options.region}:${localAccountId}:alarm:${name}` };
  }

  /** The alarms with their states. */
  get alarms(): readonly { readonly name: string; readonly state: AlarmState }[] {
    return [...this.#alarms].map(([name, { state }]) => ({ name, state }));
  }

  /** Sets an alarm's state by hand, until the next evaluation decides otherwise. */
  setAlarmState(name: string, state: AlarmState, reason: string): void {
    const alarm = this.#alarms.get(name);
    if (alarm === undefined) {
      throw new Error(`there is no alarm ${name}`);
    }
    this.#enter(alarm, state, reason);
  }

  /** Evaluates all alarms for each minute that has ended since the last time. */
  evaluate(): void {
    const until = minuteOf(this.now());
    while (this.#evaluatedUntil < until) {
      this.#evaluatedUntil += minuteMs;
      this.#sampledAt = this.#evaluatedUntil - 1;
      for (const take of this.#samplers) {
        take();
      }
      this.#sampledAt = undefined;
      for (const alarm of this.#alarms.values()) {
        this.#evaluateAlarm(alarm, this.#evaluatedUntil);
      }
    }
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  #evaluateEachMinute(): void {
    const next = minuteOf(this.now()) + minuteMs;
    this.#timer = setTimeout(() => {
      this.evaluate();
      this.#evaluateEachMinute();
    }, next - this.now()).unref();
  }

  #evaluateAlarm(alarm: Alarm, at: number): void {
    const { definition, state } = alarm;
    const values = this.#valuesOf(definition, at);
    if (this.#isWarming(alarm, values, at)) {
      return;
    }
    const datapoints = values.map(
      (value): Datapoint => (value === undefined ? undefined : definition.breaches(value)),
    );
    const decided = decideState(datapoints, definition, state);
    const shown = values.slice(0, definition.evaluationPeriods).map((value) => value ?? "none");
    this.#enter(alarm, decided, `${definition.condition}: ${shown.join(", ")}`);
  }

  /** The values of the evaluation range, the latest one first. A period ends with the minute, however long it is. */
  #valuesOf(definition: AlarmDefinition, at: number): readonly (number | undefined)[] {
    const { metric, unit, statistic, ignoringLowSamplesOf, periodMinutes } = definition;
    const periodMs = periodMinutes * minuteMs;
    return Array.from({ length: evaluationRange(definition) }, (_, index) => {
      const to = at - index * periodMs;
      const samples = this.#metrics
        .between(metric, to - periodMs, to)
        .filter((sample) => unit === undefined || sample.unit === unit);
      const isLeftOut =
        ignoringLowSamplesOf !== undefined && isLowSample(ignoringLowSamplesOf, samples);
      return samples.length === 0 || isLeftOut ? undefined : statistic(samples);
    });
  }

  /** Source: "Alarm warm-up periods" in the CloudWatch User Guide. */
  #isWarming(alarm: Alarm, values: readonly (number | undefined)[], at: number): boolean {
    const { warmUp, evaluationPeriods } = alarm.definition;
    if (!alarm.warming || warmUp === undefined) {
      return false;
    }
    const isFull = values.slice(0, evaluationPeriods).every((value) => value !== undefined);
    const isOver = at - alarm.madeAt >= warmUp.minutes * minuteMs;
    alarm.warming = !(isOver || (isFull && !warmUp.whole));
    return alarm.warming;
  }

  #enter(alarm: Alarm, to: AlarmState, reason: string): void {
    const { definition, state: from } = alarm;
    if (from === to) {
      return;
    }
    alarm.state = to;
    const { name, description } = definition;
    const topics = definition.actions[to];
    const at = this.now();
    this.#options.changed({ alarm: name, description, from, to, reason, at, topics });
    for (const topicArn of topics) {
      const message = `${description}\n${reason}`;
      this.#options.publish({ topicArn, subject: `${to}: "${name}"`, message });
    }
  }
}
