import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type AlarmState,
  type Datapoint,
  decideState,
  evaluationRange,
  type MissingData,
} from "../../src/cloudwatch/alarm-state";

/** As AWS's tables write them, the oldest first: 0 does not breach, X does, - is missing. */
const read = (row: string): Datapoint[] =>
  row
    .split(" ")
    .map((sign) => (sign === "-" ? undefined : sign === "X"))
    .reverse();

const treatments = ["missing", "ignore", "breaching", "notBreaching"] as const;
const current = "the current state" as AlarmState;
const none = "INSUFFICIENT_DATA";

const states = (row: string, datapointsToAlarm: number) =>
  treatments.map((treatMissingData) =>
    decideState(read(row), { evaluationPeriods: 3, datapointsToAlarm, treatMissingData }, current),
  );

// The tables of "Configuring how CloudWatch alarms treat missing data" in the CloudWatch User Guide.

describe("an alarm of 3 out of 3 datapoints", () => {
  it.each([
    ["0 - X - X", ["OK", "OK", "OK", "OK"]],
    ["- - - - 0", ["OK", "OK", "OK", "OK"]],
    ["0 - - - -", ["OK", "OK", "OK", "OK"]],
    ["- - - - -", [none, current, "ALARM", "OK"]],
    ["0 X X - X", ["ALARM", "ALARM", "ALARM", "ALARM"]],
    ["- - - - X", [none, current, "ALARM", "OK"]],
    ["- - X - -", ["ALARM", current, "ALARM", "OK"]],
    ["X - - - -", ["ALARM", current, "ALARM", "OK"]],
  ])("is decided as AWS shows it: %s", (row, expected) => {
    expect(states(row, 3)).toEqual(expected);
  });
});

describe("an alarm of 2 out of 3 datapoints", () => {
  it.each([
    ["0 - X - X", ["ALARM", "ALARM", "ALARM", "ALARM"]],
    ["0 0 X 0 X", ["ALARM", "ALARM", "ALARM", "ALARM"]],
    ["0 - X - -", ["OK", "OK", "ALARM", "OK"]],
    ["- - - - 0", ["OK", "OK", "ALARM", "OK"]],
    ["- - - - X", [none, current, "ALARM", "OK"]],
    ["- - - X -", ["ALARM", current, "ALARM", "OK"]],
  ])("is decided as AWS shows it: %s", (row, expected) => {
    expect(states(row, 2)).toEqual(expected);
  });
});

const alarm = fc.integer({ min: 1, max: 5 }).chain((evaluationPeriods) =>
  fc.record({
    evaluationPeriods: fc.constant(evaluationPeriods),
    datapointsToAlarm: fc.integer({ min: 1, max: evaluationPeriods }),
    state: fc.constantFrom<AlarmState>("OK", "ALARM", "INSUFFICIENT_DATA"),
    datapoints: fc.array(fc.constantFrom<Datapoint>(true, false, undefined), {
      minLength: evaluationRange({ evaluationPeriods }),
      maxLength: evaluationRange({ evaluationPeriods }),
    }),
  }),
);

const decide = (
  { state, datapoints, ...window }: Parameters<Parameters<typeof alarm.map>[0]>[0],
  treatMissingData: MissingData,
) => decideState(datapoints, { ...window, treatMissingData }, state);

describe("whatever is reported", () => {
  it("an alarm that ignores missing data does not end without a datapoint that does not breach", () => {
    fc.assert(
      fc.property(alarm, (given) => {
        fc.pre(given.state === "ALARM" && !given.datapoints.includes(false));
        expect(decide(given, "ignore")).toBe("ALARM");
      }),
    );
  });

  it("how missing data is treated makes no difference where none is missing", () => {
    fc.assert(
      fc.property(alarm, (given) => {
        const whole = { ...given, datapoints: given.datapoints.map((each) => each === true) };
        const [one, ...others] = treatments.map((treatment) => decide(whole, treatment));
        expect(others).toEqual([one, one, one]);
      }),
    );
  });
});
