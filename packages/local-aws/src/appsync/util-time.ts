/** $util.time, without the functions that take a format or a time zone: they need Java's DateTimeFormatter. */
import { JavaError } from "./java-values";
import { Namespace, takes } from "./util-namespace";

export const timeUtil = new Namespace("$util.time", {
  epochMilliSecondsToISO8601: takes(1, (args) => new Date(args.number(0)).toISOString()),
  epochMilliSecondsToSeconds: takes(1, (args) => Math.floor(args.number(0) / 1000)),
  nowEpochMilliSeconds: takes(0, () => Date.now()),
  nowEpochSeconds: takes(0, () => Math.floor(Date.now() / 1000)),
  nowISO8601: takes(0, () => new Date().toISOString()),
  parseISO8601ToEpochMilliSeconds: takes(1, (args) => parseISO8601(args.string(0))),
});

function parseISO8601(text: string): number {
  const milliseconds = Date.parse(text);
  // Date.parse accepts many other formats as well.
  if (!/^\d{4}-\d\d-\d\dT/.test(text) || Number.isNaN(milliseconds)) {
    throw new JavaError(`$util.time: "${text}" is not an ISO 8601 time`);
  }
  return milliseconds;
}
