import { createHmac, randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { replaceFile } from "./replace-file";

const bytes = 32;

/**
 * A secret from which values that have to be random are derived. Where data is kept, it is kept beside it, so that
 * the values stay the same from run to run.
 */
export class Seed {
  readonly #secret: Buffer;

  constructor(dataDirectory?: string) {
    this.#secret = dataDirectory === undefined ? randomBytes(bytes) : keptSecret(dataDirectory);
  }

  /** Returns whole numbers from 0 up to below a limit; the same ones for the same label. */
  numbers(label: string): (limit: number) => number {
    const draw = this.#words(label);
    return (limit) => {
      // What lies beyond the last whole multiple of the limit would favour the lower numbers.
      const end = 2 ** 48 - (2 ** 48 % limit);
      for (;;) {
        const word = draw();
        if (word < end) {
          return word % limit;
        }
      }
    };
  }

  /** Returns bytes; the same ones for the same label. */
  bytes(label: string, length: number): Buffer {
    const next = this.numbers(label);
    return Buffer.from(Array.from({ length }, () => next(256)));
  }

  #words(label: string): () => number {
    let counter = 0;
    return () => {
      const hmac = createHmac("sha256", this.#secret).update(`${counter++}:${label}`);
      return hmac.digest().readUIntBE(0, 6);
    };
  }
}

function keptSecret(dataDirectory: string): Buffer {
  const file = join(dataDirectory, "seed");
  if (!existsSync(file)) {
    mkdirSync(dataDirectory, { recursive: true });
    replaceFile(file, randomBytes(bytes).toString("hex"));
  }
  const secret = Buffer.from(readFileSync(file, "utf8"), "hex");
  if (secret.length !== bytes) {
    throw new Error(`${file} is damaged: with another one, random values and API keys change`);
  }
  return secret;
}
