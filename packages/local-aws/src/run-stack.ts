import type { Consumption } from "./dynamodb/gateway";
import { interruption, unlessInterrupted } from "./interrupt";
import { checkNodeVersion } from "./node-version";
import { startProgress } from "./progress";
import type { RunningStack } from "./running-stack";
import { type LocalStack, type StackOptions, startStack } from "./stack";

export interface RunStackOptions
  extends Omit<
    StackOptions,
    | "alarm"
    | "appsync"
    | "deliver"
    | "dynamodb"
    | "log"
    | "now"
    | "progress"
    | "retryPauseMs"
    | "trace"
    | "warn"
  > {
  /** Shows what each request does. */
  readonly trace?: boolean;
  /** Shows what the engines and the functions log. */
  readonly verbose: boolean;
}

const engines = new Set(["appsync", "cognito", "dynamodb", "sqs"]);

function showUnits({ caller, operation, table, units }: Consumption): void {
  const [, who] = caller.split("/");
  console.log(`    ${operation} on ${table} by ${who ?? caller}: ${units} units`);
}

/**
 * Starts a program's stack, shows it coming up, does the work with it, and stops it.
 * @throws Interrupted when Ctrl-C comes before the work is done; the stack is stopped then, too
 */
export async function runStack(
  { verbose, trace = false, ...options }: RunStackOptions,
  work: (stack: RunningStack, running: LocalStack) => Promise<void>,
): Promise<void> {
  checkNodeVersion(process.versions.node);
  const interrupted = interruption();
  const progress = startProgress(process.stdout, { verbose });
  const stack = await startStack({
    ...options,
    log: (source, line) => {
      // With a trace, what functions log belongs to it; engines say nothing of a request.
      if (verbose || (trace && !engines.has(source))) {
        console.log(`[${source}] ${line}`);
      }
    },
    ...(trace && { trace: console.log, dynamodb: { meter: showUnits } }),
    deliver: ({ medium, to, text }) => {
      console.log(`${medium === "EMAIL" ? "E-mail" : "SMS"} to ${to}: ${text}`);
    },
    warn: (source, line) => console.error(`[${source}] ${line}`),
    alarm: (change) => {
      if ([change.from, change.to].includes("ALARM")) {
        console.log(
          `Alarm ${change.alarm}: ${change.to}. ${change.description} (${change.reason})`,
        );
      }
    },
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
    await unlessInterrupted(
      interrupted,
      Promise.race([work(stack.description, stack), stack.failed]),
    );
  } finally {
    await stack.stop();
  }
}
