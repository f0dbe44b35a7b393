import type { Ports } from "../../packages/local-aws/src/cloud";
import { withOwnStack } from "../../packages/local-aws/src/own-stack";
import { findRunningStack, type RunningStack } from "../../packages/local-aws/src/running-stack";

const anyPorts: Ports = { appsync: 0, cognito: 0, dynamodb: 0, sqs: 0 };

/** Does the work with the stack that runs on this machine, or with one of its own. */
export async function withStack(work: (stack: RunningStack) => Promise<void>): Promise<void> {
  const running = findRunningStack();
  if (running !== undefined) return work(running);
  console.log("No stack runs on this machine: starting one, for this run alone …");
  await withOwnStack({ stack: "dev", ports: anyPorts, https: false, verbose: false }, work);
}
