import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { resolve } from "node:path";
import { text } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import { findRunningStack, type RunningStack } from "../../src/running-stack";

/** A stack as a process of its own, in a group of its own. */
export interface StackProcess {
  readonly stack: RunningStack;
  readonly ended: Promise<{ readonly code: number | null; readonly err: string }>;
  /** Kills the whole group. */
  kill(): unknown;
  /** Kills a process that it has started: false where none of that kind runs now. */
  killChild(kind: RegExp): boolean;
}

const startTimeoutMs = 60_000;

/** Starts the stack of a program on a data folder, and kills it so much later, whether it serves by then or not. */
export async function killWhileItStarts(
  program: string,
  data: string,
  afterMs: number,
): Promise<void> {
  const child = spawnStack(program, data);
  const ended = new Promise((end) => child.once("close", end));
  await sleep(afterMs);
  child.kill("SIGKILL");
  await ended;
}

function spawnStack(program: string, data: string) {
  const command = resolve(__dirname, "../../bin/local-aws.cjs");
  const args = ["start", "--program", program, "--stack", "test", "--port", "0", "--data", data];
  return spawn(process.execPath, [command, ...args], {
    detached: true,
    stdio: ["ignore", "ignore", "pipe"],
  });
}

/** Starts the stack of a program on a data folder, and waits until it serves. */
export async function startStackProcess(program: string, data: string): Promise<StackProcess> {
  const child = spawnStack(program, data);
  const code = new Promise<number | null>((end) => child.once("close", end));
  const ended = Promise.all([code, text(child.stderr)]).then(([exit, err]) => ({
    code: exit,
    err,
  }));
  const failed = ended.then(({ err }) => Promise.reject(new Error(`it did not start: ${err}`)));
  failed.catch(() => {});
  return {
    stack: await Promise.race([running(program, child), failed]),
    ended,
    kill: () => child.exitCode ?? process.kill(-pidOf(child), "SIGKILL"),
    killChild(kind) {
      const pid = childOf(pidOf(child), kind);
      return pid !== undefined && process.kill(pid, "SIGKILL");
    },
  };
}

async function running(program: string, { pid }: ChildProcess): Promise<RunningStack> {
  for (const deadline = Date.now() + startTimeoutMs; Date.now() < deadline; ) {
    const stack = findRunningStack(program);
    if (stack?.pid === pid && stack !== undefined) {
      return stack;
    }
    await sleep(50);
  }
  throw new Error("it did not start in time");
}

function pidOf({ pid }: ChildProcess): number {
  if (pid === undefined) {
    throw new Error("it could not be started");
  }
  return pid;
}

function childOf(parent: number, kind: RegExp): number | undefined {
  return execFileSync("ps", ["-A", "-o", "pid=,ppid=,args="], { encoding: "utf8" })
    .split("\n")
    .map((line) => line.trim().split(/\s+/))
    .filter(([, ppid, ...args]) => Number(ppid) === parent && kind.test(args.join(" ")))
    .map(([pid]) => Number(pid))[0];
}
