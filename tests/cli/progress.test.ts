import { describe, expect, it } from "vitest";
import { progressText } from "../../cli/progress";

describe("a line of progress", () => {
  it("shows how much is done, how fast it goes and how long it will take", () => {
    expect(progressText(41_200, 100_000, 10_000)).toBe(
      "41,200 of about 100,000 events, 4,120/s, 14 s left",
    );
    expect(progressText(1_000, 100_000, 2_000)).toContain("3 min 18 s left");
    expect(progressText(1_000, 10_000_000, 1_000)).toContain("2 h 46 min left");
  });

  it("promises no end where the total is unknown or outdated", () => {
    expect(progressText(500, 0, 1_000)).toBe("500 events, 500/s");
    expect(progressText(500, 400, 1_000)).toBe("500 events, 500/s");
    expect(progressText(0, 400, 0)).toBe("0 of about 400 events, 0/s");
  });
});
