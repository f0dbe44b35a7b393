import { describe, expect, it } from "vitest";
import { describeProgress } from "../../cli/progress";

describe("progress", () => {
  it("tells how much is done, how fast it goes and how long it will take", () => {
    expect(describeProgress(41_200, 100_000, 10_000)).toBe(
      "41,200 of about 100,000 events, 4,120/s, 14 s left",
    );
    expect(describeProgress(1_000, 100_000, 2_000)).toContain("3 min 18 s left");
    expect(describeProgress(1_000, 10_000_000, 1_000)).toContain("2 h 46 min left");
  });

  it("promises no end where the total is unknown or outdated", () => {
    expect(describeProgress(500, 0, 1_000)).toBe("500 events, 500/s");
    expect(describeProgress(500, 400, 1_000)).toBe("500 events, 500/s");
    expect(describeProgress(0, 400, 0)).toBe("0 of about 400 events, 0/s");
  });
});
