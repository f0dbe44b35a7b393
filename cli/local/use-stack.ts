import { resolve } from "node:path";
import { findRunningStack, type RunningStack, runStack, UsageError } from "local-aws";

/** The folder of the ledger's program: this repository's. */
export const ledgerProgram = resolve(__dirname, "../..");

/** The folder in which a command was called. npm runs scripts in the project's folder, and sets INIT_CWD. */
export const callersFolder = process.env.INIT_CWD ?? process.cwd();

/**
 * The stack of the program in a folder, the ledger's unless said, that runs on this machine; throws a UsageError where
 * none does.
 */
export function requireStack(folder?: string): RunningStack {
  const stack = findRunningStack(
    folder === undefined ? ledgerProgram : resolve(callersFolder, folder),
  );
  if (stack !== undefined) return stack;
  const start = folder === undefined ? "npm start" : `npm start -- --program ${folder}`;
  throw new UsageError(`no stack runs on this machine: \`${start}\` first`);
}

/** Does the work with the ledger's stack that runs on this machine, or with one of its own. */
export async function withStack(work: (stack: RunningStack) => Promise<void>): Promise<void> {
  const running = findRunningStack(ledgerProgram);
  if (running !== undefined) return work(running);
  console.log("No stack runs on this machine: starting one, for this run alone …");
  const ports = { appsync: 0, cognito: 0, dynamodb: 0, sqs: 0 };
  const program = ledgerProgram;
  await runStack({ program, stack: "dev", ports, https: false, verbose: false }, work);
}
