import { readdirSync, rmSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { hasEnded, ownIdentity } from "./processes";
import { UsageError } from "./usage-error";

const prefix = "in-use-by-";

/**
 * Claims a folder for this process, until the returned function is called or the process ends, however it ends. Each
 * process has a file of its own in the folder, whose name says which process it is: so nobody ever replaces the claim of
 * another, and what a dead process has left is known as such. Two that claim at once see each other, and both are refused.
 * @throws UsageError where another process has claimed the folder
 */
export function claimFolder(folder: string): () => void {
  const own = prefix + ownIdentity();
  try {
    writeFileSync(join(folder, own), "", { flag: "wx", mode: 0o600 });
  } catch (error) {
    throw (error as NodeJS.ErrnoException).code === "EEXIST" ? inUse(folder, own) : error;
  }
  const release = (): void => rmSync(join(folder, own), { force: true });
  try {
    const others = readdirSync(folder).filter((name) => name.startsWith(prefix) && name !== own);
    for (const other of others) {
      if (!hasEnded(other.slice(prefix.length))) {
        throw inUse(folder, other);
      }
      rmSync(join(folder, other), { force: true });
    }
  } catch (error) {
    release();
    throw error;
  }
  return release;
}

function inUse(folder: string, claim: string): UsageError {
  const [, pid, machine] = /^(\d+)\..*?@(.*)$/.exec(claim.slice(prefix.length)) ?? [];
  return new UsageError(
    machine === hostname()
      ? `${folder} is in use by process ${pid}: stop it first`
      : `${folder} is in use by process ${pid} on ${machine}: stop it first, or remove ${join(folder, claim)} if it has ended`,
  );
}
