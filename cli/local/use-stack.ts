import { resolve } from "node:path";
import { findRunningStack, type RunningStack, runStack, UsageError } from "local-aws";

/** The folder of the ledger's program: this repository's. */
export const ledgerProgram = resolve(__dirname, "../..");

/** The ledger's stack that runs on this machine; throws a UsageError where none does. */
export function requireStack(): RunningStack {
  const stack = findRunningStack(ledgerProgram);
  if (stack === undefined) throw new UsageError("no stack runs on this machine: `npm start` first");
  return stack;
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
