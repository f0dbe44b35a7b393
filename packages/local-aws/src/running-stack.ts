import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import type { Credentials } from "./iam/iam";
import { UsageError } from "./options";
import type { Outputs } from "./program";

/** What another process needs to use the stack that runs on this machine. */
export interface RunningStack {
  readonly pid: number;
  readonly region: string;
  readonly outputs: Outputs;
  readonly endpoints: { readonly dynamodb: string; readonly cognito: string; readonly sqs: string };
  /** The local administrator's: what an operator's own AWS credentials are on AWS. */
  readonly credentials: Credentials;
  /** The certificate to trust (PEM), where the API is served over TLS. */
  readonly certificate?: string | undefined;
}

// Where npm runs scripts, in the project's folder: each copy of the project has a stack of its own.
const folder = resolve(".build");
const stackFile = join(folder, "local-stack.json");
/** For whatever takes a certificate from a file only. */
const certificateFile = join(folder, "certificate.pem");

/**
 * Tells other processes of this project about the stack. Readable by this user alone: it has the credentials.
 * Throws a UsageError where another stack has been announced.
 */
export function announce(stack: RunningStack): void {
  refuseSecondStack();
  mkdirSync(folder, { recursive: true });
  if (stack.certificate !== undefined) writeFileSync(certificateFile, stack.certificate);
  writeFileSync(stackFile, JSON.stringify(stack, null, 2), { mode: 0o600 });
}

/** Takes back what this process has announced, if it has. */
export function withdraw(): void {
  if (findRunningStack()?.pid !== process.pid) return;
  rmSync(stackFile, { force: true });
  rmSync(certificateFile, { force: true });
}

/** The stack that runs on this machine, or undefined where none does. */
export function findRunningStack(): RunningStack | undefined {
  try {
    const stack = JSON.parse(readFileSync(stackFile, "utf8")) as RunningStack;
    process.kill(stack.pid, 0);
    return stack;
  } catch {
    // No file, or one that was left behind by a process that is gone.
    return undefined;
  }
}

/** The stack that runs on this machine; throws a UsageError where none does. */
export function requireRunningStack(): RunningStack {
  const stack = findRunningStack();
  if (stack === undefined) throw new UsageError("no stack runs on this machine: `npm start` first");
  return stack;
}

/** Throws a UsageError where a stack runs already. */
export function refuseSecondStack(): void {
  const other = findRunningStack();
  if (other !== undefined) {
    throw new UsageError(
      `a stack of this project runs already, as process ${other.pid}: stop it first, or remove ${stackFile} if that process is something else`,
    );
  }
}
