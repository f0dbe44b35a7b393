import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";

// Time-based one-time passwords (RFC 6238), as authenticator apps have them: SHA-1, six digits, 30 seconds.

export const stepMs = 30_000;
const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/** A secret in base 32, as an authenticator app takes it. */
export function newSecret(): string {
  return [...randomBytes(32)].map((byte) => alphabet[byte % 32]).join("");
}

/** The code of a moment. */
export function totp(secret: string, nowMs: number): string {
  return codeOfStep(secret, Math.floor(nowMs / stepMs));
}

/** The step that the code belongs to, if it is one of the present step or of those beside it. */
export function matchingStep(secret: string, code: string, nowMs: number): number | undefined {
  const present = Math.floor(nowMs / stepMs);
  return [present, present - 1, present + 1].find((step) => {
    const [expected, found] = [Buffer.from(codeOfStep(secret, step)), Buffer.from(code)];
    return expected.length === found.length && timingSafeEqual(expected, found);
  });
}

function codeOfStep(secret: string, step: number): string {
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(step));
  const mac = createHmac("sha1", decodeBase32(secret)).update(counter).digest();
  const offset = (mac.at(-1) ?? 0) & 0xf;
  return String((mac.readUInt32BE(offset) & 0x7fffffff) % 1_000_000).padStart(6, "0");
}

/** Authenticators and people write it in lower case, too. */
function decodeBase32(text: string): Buffer {
  const bits = [...text.toUpperCase()].map((letter) =>
    alphabet.indexOf(letter).toString(2).padStart(5, "0"),
  );
  return Buffer.from((bits.join("").match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)));
}
