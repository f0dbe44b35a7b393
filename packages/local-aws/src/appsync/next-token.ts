/** Pagination tokens: opaque to clients and bound to the resolver that issued them, like AppSync's. */
import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";
import type { Item } from "./dynamodb-values";

const algorithm = "aes-256-gcm";
const nonceBytes = 12;
const tagBytes = 16;

/** The token was changed, or issued for another resolver, or is none. */
export class InvalidTokenError extends Error {
  override readonly name = "InvalidTokenError";
}

export class NextTokens {
  /** Tokens expire with the process; a client then restarts from the first page. */
  readonly #key = randomBytes(32);

  /** @param resolver the resolver that the token is bound to */
  seal(resolver: string, lastKey: Item): string {
    const nonce = randomBytes(nonceBytes);
    const cipher = createCipheriv(algorithm, this.#key, nonce).setAAD(Buffer.from(resolver));
    const sealed = Buffer.concat([cipher.update(JSON.stringify(lastKey)), cipher.final()]);
    return Buffer.concat([nonce, sealed, cipher.getAuthTag()]).toString("base64");
  }

  /** Throws InvalidTokenError. */
  open(resolver: string, token: string): Item {
    const bytes = Buffer.from(token, "base64");
    // Buffer skips what is no base64, so that one token would have many spellings.
    if (bytes.toString("base64") !== token || bytes.length < nonceBytes + tagBytes) {
      throw new InvalidTokenError();
    }
    try {
      const decipher = createDecipheriv(algorithm, this.#key, bytes.subarray(0, nonceBytes))
        .setAAD(Buffer.from(resolver))
        .setAuthTag(bytes.subarray(-tagBytes));
      const sealed = bytes.subarray(nonceBytes, -tagBytes);
      return JSON.parse(`${decipher.update(sealed, undefined, "utf8")}${decipher.final("utf8")}`);
    } catch {
      throw new InvalidTokenError();
    }
  }
}
