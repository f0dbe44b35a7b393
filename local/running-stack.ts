import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import type { Credentials } from "./iam/iam";
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

const file = ".build/local-stack.json";

/** Tells other processes of this project about the stack. Readable by this user alone: it has the credentials. */
export function announce(stack: RunningStack): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, JSON.stringify(stack, null, 2), { mode: 0o600 });
}

export function withdraw(): void {
  rmSync(file, { force: true });
}

/** The stack that runs on this machine, or undefined where none does. */
export function findRunningStack(): RunningStack | undefined {
  try {
    const stack = JSON.parse(readFileSync(file, "utf8")) as RunningStack;
    process.kill(stack.pid, 0);
    return stack;
  } catch {
    // No file, or one that was left behind by a process that is gone.
    return undefined;
  }
}
