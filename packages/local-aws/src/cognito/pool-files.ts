import { mkdir, readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { decodeInputs } from "../inputs";
import { replaceFile } from "../replace-file";
import { type UserPool, userPool } from "./model";

/** Keeps user pools in a folder, a file for each, which only this user can read. */
export class PoolFiles {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Throws an Error of one line where a file is not what was written: a pool is never taken for a new one. */
  async load(): Promise<readonly UserPool[]> {
    await mkdir(this.#folder, { recursive: true, mode: 0o700 });
    const names = await readdir(this.#folder);
    if (names.includes(".cognito")) {
      throw new Error(
        `${this.#folder} holds users in the form of an earlier version, which is not read any more: choose another folder, or remove this one together with its users`,
      );
    }
    // What a write has left behind that did not come to its end; the pool's own file is as it was before.
    await Promise.all(
      names.filter((name) => name.endsWith(".new")).map((name) => rm(join(this.#folder, name))),
    );
    const files = names.filter((name) => name.endsWith(".json")).sort();
    return Promise.all(files.map((name) => this.#read(join(this.#folder, name))));
  }

  /** Replaces the pool's file as a whole: until it is replaced, the old one is there. */
  async save(pool: UserPool): Promise<void> {
    replaceFile(join(this.#folder, `${pool.id}.json`), JSON.stringify(pool));
  }

  async #read(file: string): Promise<UserPool> {
    const text = await readFile(file, "utf8");
    try {
      return decodeInputs(userPool, JSON.parse(text), "its content");
    } catch (error) {
      const [reason] = (error instanceof Error ? error.message : String(error)).split("\n");
      throw new Error(
        `the user pool in ${file} cannot be read (${reason}): put a copy of it back, or remove it together with its users`,
      );
    }
  }
}
