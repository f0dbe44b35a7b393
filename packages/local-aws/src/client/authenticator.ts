import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { dirname } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { stepMs, totp } from "../cognito/totp";
import { replaceFile } from "../replace-file";

interface Entry {
  readonly secret: string;
  /** The step of the last code that was shown: a pool takes none twice. */
  readonly lastStep: number;
}

/** Shows codes as an authenticator app does, for users who exist on this machine alone. */
export class Authenticator {
  readonly #file: string | undefined;
  #entries: Readonly<Record<string, Entry>> = {};

  /** @param file keeps the secrets between runs; in memory if omitted */
  constructor(file?: string) {
    this.#file = file;
    if (file !== undefined && existsSync(file)) {
      this.#entries = JSON.parse(readFileSync(file, "utf8"));
    }
  }

  add(username: string, secret: string): void {
    this.#put(username, { secret, lastStep: 0 });
  }

  /** A code that was not shown before, which may be that of the next half minute. */
  async nextCode(username: string): Promise<string> {
    const entry = this.#entries[username];
    if (entry === undefined) {
      throw new Error(`there is no secret of ${username} in this authenticator`);
    }
    const step = Math.max(Math.floor(Date.now() / stepMs), entry.lastStep + 1);
    this.#put(username, { ...entry, lastStep: step });
    await sleep(Math.max(0, (step - 1) * stepMs - Date.now()));
    return totp(entry.secret, step * stepMs);
  }

  #put(username: string, entry: Entry): void {
    this.#entries = { ...this.#entries, [username]: entry };
    if (this.#file !== undefined) {
      mkdirSync(dirname(this.#file), { recursive: true, mode: 0o700 });
      replaceFile(this.#file, JSON.stringify(this.#entries));
    }
  }
}
