import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { certificateName } from "./certificate";
import type { FrontEnd } from "./front-end";
import type { Credentials } from "./iam/iam";
import { hasEnded, ownIdentity } from "./processes";
import type { Outputs } from "./program";
import { replaceFile } from "./replace-file";
import { UsageError } from "./usage-error";

/** What another process needs to use the stack that runs on this machine. */
export interface RunningStack {
  readonly pid: number;
  readonly region: string;
  readonly outputs: Outputs;
  readonly endpoints: { readonly dynamodb: string; readonly cognito: string; readonly sqs: string };
  /** The local administrator's: what an operator's own AWS credentials are on AWS. */
  readonly credentials: Credentials;
  /** For `--print`, and for a page that asks the API for it. It has no secrets. */
  readonly frontEnd: FrontEnd;
  /** The certificate to trust (PEM), where the API is served over TLS. */
  readonly certificate?: string | undefined;
}

// In the program's folder: each program, and each copy of one, has a stack of its own.

const buildFolder = ".build";

/** For whatever takes a certificate from a file only. Relative to the program's folder. */
export const certificateFile = `${buildFolder}/${certificateName}`;

/** The folder for what belongs to the program's stack on this machine. It has secrets: no one else reads it, nor does git. */
export function makeBuildFolder(program: string): string {
  const folder = join(program, buildFolder);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  writeFileSync(join(folder, ".gitignore"), "*\n");
  return folder;
}

interface StackFile extends RunningStack {
  /** The name of the process, for others may get its id after it has ended. */
  readonly process: string;
}

function stackFile(program: string): string {
  return join(program, buildFolder, "local-stack.json");
}

/**
 * Writes down for other processes what they need to use the program's stack. Readable by this user alone: it has the
 * credentials. Throws a UsageError where another stack of the program runs.
 */
export function writeStackFile(program: string, stack: RunningStack): void {
  refuseSecondStack(program);
  makeBuildFolder(program);
  const kept: StackFile = { process: ownIdentity(), ...stack };
  replaceFile(stackFile(program), JSON.stringify(kept, null, 2));
}

/** Deletes what this process has written, if it has. */
export function deleteStackFile(program: string): void {
  if (findRunningStack(program)?.pid !== process.pid) {
    return;
  }
  rmSync(stackFile(program), { force: true });
}

/** The program's stack that runs on this machine, or undefined where none does. */
export function findRunningStack(program: string): RunningStack | undefined {
  try {
    const kept = JSON.parse(readFileSync(stackFile(program), "utf8")) as StackFile;
    const { process: owner, ...stack } = kept;
    return hasEnded(owner) ? undefined : stack;
  } catch {
    return undefined;
  }
}

/** Throws a UsageError where a stack of the program runs already. */
export function refuseSecondStack(program: string): void {
  const other = findRunningStack(program);
  if (other !== undefined) {
    throw new UsageError(
      `a stack of this program runs already, as process ${other.pid}: stop it first, or remove ${stackFile(program)} if that process is something else`,
    );
  }
}
