import { interruption, unlessInterrupted } from "./interrupt";
import { checkNodeVersion } from "./node-version";
import { startProgress } from "./progress";
import type { RunningStack } from "./running-stack";
import { type StackOptions, startStack } from "./stack";

export interface RunStackOptions
  extends Omit<StackOptions, "deliver" | "log" | "warn" | "progress" | "dynamodb"> {
  /** Shows what the engines and the functions log. */
  readonly verbose: boolean;
}

/**
 * Starts a program's stack, shows it coming up, does the work with it, and stops it.
 * @throws Interrupted when Ctrl-C comes before the work is done; the stack is stopped then, too
 */
export async function runStack(
  { verbose, ...options }: RunStackOptions,
  work: (stack: RunningStack) => Promise<void>,
): Promise<void> {
  checkNodeVersion(process.versions.node);
  const interrupted = interruption();
  const progress = startProgress(process.stdout, { verbose });
  const stack = await startStack({
    ...options,
    log: (source, line) => {
      if (verbose) {
        console.log(`[${source}] ${line}`);
      }
    },
    deliver: ({ medium, to, text }) => {
      console.log(`${medium === "EMAIL" ? "E-mail" : "SMS"} to ${to}: ${text}`);
    },
    warn: (source, line) => console.error(`[${source}] ${line}`),
    progress: (step) => {
      interrupted.throwIfAborted();
      progress.show(step);
    },
  }).catch((error: unknown) => {
    // An engine may fail because it was interrupted, too.
    interrupted.throwIfAborted();
    throw error;
  });
  try {
    progress.finish();
    await unlessInterrupted(interrupted, Promise.race([work(stack.description), stack.failed]));
  } finally {
    await stack.stop();
  }
}
