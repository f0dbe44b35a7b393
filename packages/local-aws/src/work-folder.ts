import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { hasEnded, ownIdentity } from "./processes";

const prefix = "local-stack-";
/** What mkdtemp adds, after a hyphen. */
const suffix = /-\w{6}$/;

/**
 * Makes a temporary folder for this process, which only this user can read, and removes those that killed processes have
 * left: they have credentials in them.
 */
export function makeWorkFolder(): string {
  for (const name of readdirSync(tmpdir())) {
    if (name.startsWith(prefix) && hasEnded(name.slice(prefix.length).replace(suffix, ""))) {
      remove(join(tmpdir(), name));
    }
  }
  return mkdtempSync(join(tmpdir(), `${prefix}${ownIdentity()}-`));
}

function remove(folder: string): void {
  try {
    rmSync(folder, { recursive: true, force: true });
  } catch {
    // Another user's.
  }
}
