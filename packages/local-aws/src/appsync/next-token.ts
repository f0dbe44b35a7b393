/** Pagination tokens: opaque to clients, and bound to the resolver that issued them, as AppSync's are. */
import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";
import type { Item } from "./dynamodb-values";
import { ResolverError } from "./errors";

const algorithm = "aes-256-gcm";
const nonceBytes = 12;
const tagBytes = 16;

export class NextTokens {
  /** Tokens end with the process; a client then starts from the first page. */
  readonly #key = randomBytes(32);

  /** @param resolver what the token is bound to */
  seal(resolver: string, lastKey: Item): string {
    const nonce = randomBytes(nonceBytes);
    const cipher = createCipheriv(algorithm, this.#key, nonce).setAAD(Buffer.from(resolver));
    const sealed = Buffer.concat([cipher.update(JSON.stringify(lastKey)), cipher.final()]);
    return Buffer.concat([nonce, sealed, cipher.getAuthTag()]).toString("base64");
  }

  /** Throws ResolverError for a token that was changed, or that another resolver issued. */
  open(resolver: string, token: string): Item {
    const bytes = Buffer.from(token, "base64");
    try {
      const decipher = createDecipheriv(algorithm, this.#key, bytes.subarray(0, nonceBytes))
        .setAAD(Buffer.from(resolver))
        .setAuthTag(bytes.subarray(-tagBytes));
      const sealed = bytes.subarray(nonceBytes, -tagBytes);
      return JSON.parse(`${decipher.update(sealed, undefined, "utf8")}${decipher.final("utf8")}`);
    } catch {
      throw new ResolverError({
        message: "Invalid pagination token given.",
        errorType: "BadRequestException",
      });
    }
  }
}
