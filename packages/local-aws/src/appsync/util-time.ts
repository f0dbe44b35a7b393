/** $util.time, without the functions that take a format or a time zone: they need Java's DateTimeFormatter. */

import { JavaError } from "./java-values";
import { Namespace, takes } from "./util-namespace";
import { type JavaNumber, longValue } from "./vtl-numbers";

export const timeUtil = new Namespace("$util.time", {
  epochMilliSecondsToISO8601: takes(1, (args) => toISO8601(args.number(0))),
  epochMilliSecondsToSeconds: takes(1, (args) => {
    const milliseconds = longValue(args.number(0));
    // Like Math.floorDiv, for times before 1970.
    return (milliseconds - (((milliseconds % 1000n) + 1000n) % 1000n)) / 1000n;
  }),
  nowEpochMilliSeconds: takes(0, () => BigInt(Date.now())),
  nowEpochSeconds: takes(0, () => BigInt(Math.floor(Date.now() / 1000))),
  nowISO8601: takes(0, () => new Date(Date.now()).toISOString()),
  parseISO8601ToEpochMilliSeconds: takes(1, (args) => BigInt(parseISO8601(args.string(0)))),
});

function toISO8601(milliseconds: JavaNumber): string {
  const date = new Date(Number(longValue(milliseconds)));
  if (Number.isNaN(date.getTime()) || date.getUTCFullYear() > 9999 || date.getUTCFullYear() < 0) {
    throw new JavaError(`$util.time: ${milliseconds} is not the time of a year of four digits`);
  }
  return date.toISOString();
}

function parseISO8601(text: string): number {
  const milliseconds = Date.parse(text);
  // Date.parse accepts many other formats as well.
  if (!/^\d{4}-\d\d-\d\dT/.test(text) || Number.isNaN(milliseconds)) {
    throw new JavaError(`$util.time: "${text}" is not an ISO 8601 time`);
  }
  return milliseconds;
}
