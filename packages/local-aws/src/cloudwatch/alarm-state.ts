/**
 * How CloudWatch decides an alarm's state; pure functions. Source: "Configuring how CloudWatch alarms treat missing data"
 * in the CloudWatch User Guide.
 */

export type AlarmState = "OK" | "ALARM" | "INSUFFICIENT_DATA";
export type MissingData = "missing" | "ignore" | "breaching" | "notBreaching";

/** Whether a period's value is beyond the threshold; undefined where nothing was reported. */
export type Datapoint = boolean | undefined;

export interface Window {
  /** How many periods count. */
  readonly evaluationPeriods: number;
  /** How many of them have to breach. */
  readonly datapointsToAlarm: number;
  readonly treatMissingData: MissingData;
}

/**
 * How many periods are looked at, so that a few late ones do no harm. AWS says that there are more than the evaluation
 * periods, and shows two more in its examples.
 */
export function evaluationRange({ evaluationPeriods }: Pick<Window, "evaluationPeriods">): number {
  return evaluationPeriods + 2;
}

/** @param datapoints those of the evaluation range, the latest one first */
export function decideState(
  datapoints: readonly Datapoint[],
  window: Window,
  current: AlarmState,
): AlarmState {
  const { evaluationPeriods, datapointsToAlarm, treatMissingData } = window;
  const existing = datapoints.filter((each) => each !== undefined).slice(0, evaluationPeriods);
  const breaching = existing.filter(Boolean).length;
  const filled = evaluationPeriods - existing.length;
  const stateFor = (breaches: number): AlarmState =>
    breaches >= datapointsToAlarm ? "ALARM" : "OK";
  if (filled === 0 || breaching >= datapointsToAlarm || treatMissingData === "notBreaching") {
    return stateFor(breaching);
  }
  if (treatMissingData === "breaching") {
    return stateFor(breaching + filled);
  }
  if (breaching < existing.length) {
    // What is not breaching is real.
    return "OK";
  }
  // Nothing is there, or what is there breaches and is not enough.
  if (treatMissingData === "ignore") {
    return current;
  }
  const oldest = datapoints.lastIndexOf(true) + 1;
  return oldest >= datapointsToAlarm ? "ALARM" : "INSUFFICIENT_DATA";
}
