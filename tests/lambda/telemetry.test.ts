import { afterEach, describe, expect, it, vi } from "vitest";
import type { StreamId } from "../../core/projection/identifiers";
import type { Suspension } from "../../core/projection/summary";
import {
  flushTelemetry,
  publishFailed,
  powertoolsTelemetry as telemetry,
} from "../../lambda/adapters/telemetry";
import { deposit, opening, savings, stored } from "../core/ledger/requests";
import { folded } from "../core/projection/memory";

// Read when the module is loaded. Powertools then writes to the console that a test can replace, not to one of its own.
vi.hoisted(() => {
  Object.assign(process.env, {
    POWERTOOLS_DEV: "true",
    POWERTOOLS_METRICS_DISABLED: "false",
    POWERTOOLS_SERVICE_NAME: "projector",
    POWERTOOLS_METRICS_NAMESPACE: "EventLedger",
    POWERTOOLS_LOG_LEVEL: "DEBUG",
  });
});

afterEach(() => {
  vi.restoreAllMocks();
});

/** The JSON lines that something writes. */
const linesOf = (act: () => void): Record<string, unknown>[] => {
  const lines: string[] = [];
  for (const level of ["debug", "info", "warn", "error", "log"] as const) {
    vi.spyOn(console, level).mockImplementation((line: string) => {
      lines.push(line);
    });
  }
  act();
  return lines.map((line) => JSON.parse(line));
};

const change = folded(stored(opening(), deposit(4711, "a secret"))).changes[1];
if (change === undefined) throw new Error("a deposit makes a change");

const suspension = {
  version: 3,
  reason: "UNREADABLE_EVENT",
  detail: 'data.amount: expected Amount, found "4711.00"',
  since: "2026-01-01T00:00:00Z",
} as unknown as Suspension;

const stream = (id: string) => id as StreamId;

describe("telemetry", () => {
  it("counts an invocation's work in CloudWatch's embedded metric format", () => {
    const lines = linesOf(() => {
      telemetry.folded(stream("a"), 3)();
      telemetry.folded(stream("b"), 2)();
      telemetry.suspended(stream("b"), suspension)();
      publishFailed(change, new Error("no answer"))();
      telemetry.streamFailed(stream("c"), new Error("throttled"))();
      flushTelemetry();
    });
    expect(lines.find((line) => "StreamsSuspended" in line)).toMatchObject({
      service: "projector",
      EventsFolded: [3, 2],
      StreamsSuspended: 1,
    });
    expect(lines.at(-1)).toMatchObject({
      service: "projector",
      PublishesFailed: 1,
      StreamsFailed: 1,
    });
  });

  it("counts a suspended stream at once: the invocation may be killed before its end", () => {
    const lines = linesOf(telemetry.suspended(savings, suspension));
    expect(lines.at(-1)).toMatchObject({ StreamsSuspended: 1 });
  });

  it("logs which stream is suspended, before which version, and why", () => {
    const [line] = linesOf(telemetry.suspended(savings, suspension));
    expect(line).toMatchObject({
      level: "ERROR",
      message: "stream suspended",
      streamId: "savings",
      version: 3,
      reason: "UNREADABLE_EVENT",
    });
  });

  it("says whose summary cannot be read, and counts it, but does not quote it", () => {
    const lines = linesOf(() => {
      telemetry.summaryUnreadable(savings, 'balance: expected Money, found "4711"')();
      flushTelemetry();
    });
    expect(lines[0]).toMatchObject({
      level: "ERROR",
      message: "summary unreadable, to be rebuilt",
      streamId: "savings",
    });
    expect(lines[1]).toMatchObject({ SummariesUnreadable: 1 });
    expect(JSON.stringify(lines)).not.toContain("4711");
  });

  it("says which stream is left to a later release, and counts it", () => {
    const lines = linesOf(() => {
      telemetry.streamOfLaterRelease(savings)();
      flushTelemetry();
    });
    expect(lines).toMatchObject([
      {
        level: "WARN",
        message: "stream left alone, a later release has written its rows",
        streamId: "savings",
      },
      { service: "projector", StreamsOfLaterRelease: 1 },
    ]);
  });

  it("says which stream's rebuild has begun, and which stream was rebuilt, and counts both", () => {
    const lines = linesOf(() => {
      telemetry.rebuildBegun(stream("a"))();
      telemetry.rebuildBegun(stream("b"))();
      telemetry.rebuilt(stream("a"))();
      flushTelemetry();
    });
    expect(
      lines.slice(0, -1).map(({ level, message, streamId }) => [level, message, streamId]),
    ).toEqual([
      ["INFO", "rebuild begun", "a"],
      ["INFO", "rebuild begun", "b"],
      ["INFO", "rebuilt", "a"],
    ]);
    expect(lines.at(-1)).toMatchObject({ RebuildsBegun: [1, 1], StreamsRebuilt: 1 });
  });

  it("says of work that went well that it did not fail, so that an alarm on failures can end", () => {
    expect(
      linesOf(() => {
        telemetry.folded(stream("a"), 1)();
        flushTelemetry();
      }).at(-1),
    ).toMatchObject({ StreamsFailed: 0, PublishesFailed: 0 });
    expect(
      linesOf(() => {
        telemetry.rebuilt(stream("a"))();
        flushTelemetry();
      }).at(-1),
    ).toMatchObject({ StreamsFailed: 0 });
  });

  it("writes no metrics where nothing was counted", () => {
    expect(linesOf(flushTelemetry)).toEqual([]);
  });

  it("keeps amounts and memos out of the log", () => {
    const lines = linesOf(() => {
      telemetry.suspended(savings, suspension)();
      publishFailed(change, new Error("no answer"))();
    });
    expect(lines.filter(({ level }) => level !== undefined)).toHaveLength(2);
    expect(JSON.stringify(lines)).not.toMatch(/4711|secret/);
  });

  it("logs the cause of a failure", () => {
    const [line] = linesOf(
      telemetry.streamFailed(savings, { _tag: "Unavailable", cause: new Error("throttled") }),
    );
    expect(line).toMatchObject({ level: "WARN", streamId: "savings" });
    expect(JSON.stringify(line)).toContain("throttled");
  });
});
