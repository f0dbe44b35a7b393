import { describe, expect, it } from "vitest";
import { matchingStep, newSecret, totp } from "../../src/cognito/totp";

describe("an authenticator's code", () => {
  // RFC 6238, appendix B: the secret is "12345678901234567890", and the codes have two digits more.
  const secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";
  it.each([
    [59, "287082"],
    [1_111_111_109, "081804"],
    [1_111_111_111, "050471"],
    [1_234_567_890, "005924"],
    [2_000_000_000, "279037"],
    [20_000_000_000, "353130"],
  ])("is the RFC's at %d seconds", (seconds, code) => {
    expect(totp(secret, seconds * 1_000)).toBe(code);
  });

  it("counts from half a minute before its step to half a minute after it", () => {
    const made = newSecret();
    const now = 1_000_000_000;
    const code = totp(made, now);
    const step = Math.floor(now / 30_000);
    for (const off of [-30_000, 0, 30_000]) {
      expect(matchingStep(made, code, now + off)).toBe(step);
    }
    expect(matchingStep(made, code, now + 90_000)).toBeUndefined();
    expect(matchingStep(made, `${code}0`, now)).toBeUndefined();
  });
});
