import { describe, expect, it } from "vitest";
import { Timestamp } from "../../../core/projection/envelope";

describe("a timestamp", () => {
  it.each([
    "2026-03-01T10:00:00Z",
    "2026-03-01T10:00:00.1Z",
    "2026-03-01T10:00:00.123456789Z",
    "2024-02-29T23:59:59.999Z",
    "2000-02-29T00:00:00Z",
    "9999-12-31T23:59:59Z",
  ])("is a moment in UTC, with any fraction of a second: %s", (text) => {
    expect(Timestamp.is(text)).toBe(true);
  });

  it.each([
    "2026-02-30T10:00:00Z",
    "2026-02-29T10:00:00Z",
    "2100-02-29T10:00:00Z",
    "2026-04-31T10:00:00Z",
    "2026-01-00T10:00:00Z",
    "2026-00-01T10:00:00Z",
    "2026-13-01T10:00:00Z",
    "2026-03-01T24:00:00Z",
    "2026-03-01T10:60:00Z",
    "2026-03-01T10:00:60.5Z",
  ])("is no moment that does not exist: %s", (text) => {
    expect(Timestamp.is(text)).toBe(false);
  });

  it.each([
    "2026-03-01",
    "2026-03-01T10:00:00",
    "2026-03-01T10:00:00+01:00",
    "2026-03-01T10:00:00.Z",
    "2026-03-01T10:00:00Z\n",
    "+002026-03-01T10:00:00Z",
  ])("has no other form: %j", (text) => {
    expect(Timestamp.is(text)).toBe(false);
  });
});
