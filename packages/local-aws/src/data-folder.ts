import { accessSync, chmodSync, constants, mkdirSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { claimFolder } from "./claims";
import { UsageError } from "./usage-error";

/** What engines keep of their own, each in its folder. */
const engines = ["cognito", "dynamodb", "lambda", "sqs"];

/**
 * Makes the folder that keeps a stack's data, and claims it for this process: no two stacks may write the same tables.
 * Only this user can read what is in it, whatever mode the folder had before: there are passwords and keys.
 * @returns what gives the folder free
 * @throws UsageError where the folder cannot be used, or is in use
 */
export function openDataFolder(folder: string): () => void {
  try {
    makeFolder(folder);
    const release = claimFolder(folder);
    try {
      for (const engine of engines) {
        const own = join(folder, engine);
        makeFolder(own);
        chmodSync(own, 0o700);
        accessSync(own, constants.R_OK | constants.W_OK | constants.X_OK);
      }
    } catch (error) {
      release();
      throw error;
    }
    return release;
  } catch (error) {
    if (error instanceof UsageError) {
      throw error;
    }
    throw new UsageError(
      `--data: ${folder} cannot keep data: ${error instanceof Error ? error.message : error}`,
    );
  }
}

/** Node.js's own way to make parents, too, never ends where the parent exists and takes no folders, as those of /proc. */
function makeFolder(folder: string): void {
  const found = statSync(folder, { throwIfNoEntry: false });
  if (found === undefined) {
    makeFolder(dirname(folder));
  }
  if (!found?.isDirectory()) {
    mkdirSync(folder, { mode: 0o700 });
  }
}
