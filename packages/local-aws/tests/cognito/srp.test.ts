import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  clientKey,
  clientKeys,
  isClientKey,
  randomSalt,
  serverKey,
  serverKeys,
  timestampOf,
  verifierOf,
} from "../../src/cognito/srp";

const texts = fc.string({ minLength: 1, maxLength: 20, unit: "grapheme" });

describe("SRP", () => {
  it("brings both sides to the same key for the same password, and to different ones for others", () => {
    fc.assert(
      fc.property(texts, texts, texts, (userId, password, other) => {
        const identity = { userPoolId: "eu-central-1_Abc", userId };
        const salt = randomSalt();
        const verifier = verifierOf(identity, password, salt);
        const [client, server] = [clientKeys(), serverKeys(verifier)];
        const keyFor = (text: string) => clientKey(client, server.shared, { identity, text, salt });
        const key = serverKey(server, client.shared, verifier);
        expect(keyFor(password)).toEqual(key);
        expect(keyFor(other).equals(key)).toBe(other === password);
      }),
      { numRuns: 5 },
    );
  });

  it("takes no key of the client's that would make the common one known", () => {
    expect(isClientKey(0n)).toBe(false);
    expect(isClientKey(clientKeys().shared)).toBe(true);
  });

  it.each([
    ["2026-11-03T09:05:07Z", "Tue Nov 3 09:05:07 UTC 2026"],
    ["2026-11-24T23:59:59Z", "Tue Nov 24 23:59:59 UTC 2026"],
  ])("writes the moment %s as clients do", (date, text) => {
    expect(timestampOf(new Date(date))).toBe(text);
  });
});
