import type { Ports } from "./cloud";
import { checkPrerequisites } from "./prerequisites";
import { findRunningStack, type RunningStack } from "./running-stack";

const anyPorts: Ports = { appsync: 0, cognito: 0, dynamodb: 0, sqs: 0 };

/** Runs `work` against the stack that runs on this machine, or against one of its own, which it stops in the end. */
export async function withStack(work: (stack: RunningStack) => Promise<void>): Promise<void> {
  const running = findRunningStack();
  if (running !== undefined) return work(running);
  checkPrerequisites();
  console.log("No stack runs on this machine: starting one, for this run alone …");
  const { startStack } = await import("./stack.js");
  const own = await startStack({
    stack: "dev",
    ports: anyPorts,
    https: false,
    log: () => {},
    progress: () => {},
  });
  try {
    await work(own.description);
  } finally {
    await own.stop();
  }
}
