import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { cpSync, mkdtempSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, relative, resolve } from "node:path";
import { vi } from "vitest";

const project = resolve(__dirname, "../..");
const notCopied = ["node_modules", ".build", ".git"];

/**
 * A copy of the project, so that the stacks of tests and that of a developer do not meet. It is in a temporary folder
 * of its own, where its commands leave what is temporary to them.
 */
export function copyProject(): string {
  const copy = join(mkdtempSync(join(tmpdir(), "start-")), "project");
  cpSync(project, copy, {
    recursive: true,
    filter: (path) => !notCopied.includes(relative(project, path)),
  });
  symlinkSync(join(project, "node_modules"), join(copy, "node_modules"));
  return copy;
}

export interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

export interface Command {
  readonly process: ChildProcess;
  readonly ended: Promise<Ended>;
  /** Resolves once it has printed the text, with all that it has printed; rejects when it ends without. */
  printed(text: string): Promise<string>;
}

const started: ChildProcess[] = [];

/** Ends the commands that a failed test has left running. */
export function endAll(): void {
  for (const child of started.splice(0)) child.kill("SIGKILL");
}

/** Starts one of the project's commands in a copy of the project, as npm does. */
export function start(
  name: "start" | "demo" | "token" | "tail",
  args: readonly string[],
  { cwd, env = {} }: { readonly cwd: string; readonly env?: NodeJS.ProcessEnv },
): Command {
  const child = spawn(process.execPath, ["--import", "tsx", `cli/local/${name}.ts`, ...args], {
    cwd,
    env: { ...process.env, TMPDIR: dirname(cwd), ...env },
  });
  started.push(child);
  let out = "";
  let err = "";
  child.stdout.on("data", (chunk) => {
    out += chunk;
  });
  child.stderr.on("data", (chunk) => {
    err += chunk;
  });
  const ended = new Promise<Ended>((end) => child.once("close", (code) => end({ code, out, err })));
  return {
    process: child,
    ended,
    printed: (text) =>
      new Promise((found, missed) => {
        const look = (): void => {
          if (out.includes(text)) found(out);
        };
        child.stdout.on("data", look);
        look();
        void ended.then(() => missed(new Error(`it never printed "${text}":\n${out}\n${err}`)));
      }),
  };
}

/** Runs a command to its end. */
export const run = (...args: Parameters<typeof start>): Promise<Ended> => start(...args).ended;

/** The processes that a process has started and that still run. */
export function childrenOf({ process: { pid } }: Command): readonly number[] {
  return execFileSync("ps", ["-A", "-o", "pid=,ppid=,comm="], { encoding: "utf8" })
    .split("\n")
    .map((line) => line.trim().split(/\s+/))
    .filter(([, parent, name]) => Number(parent) === pid && name !== "ps")
    .map(([child]) => Number(child));
}

/** Waits until none of the processes is there any more. */
export async function allGone(pids: readonly number[]): Promise<void> {
  const alive = (): number[] =>
    pids.filter((pid) => {
      try {
        return process.kill(pid, 0);
      } catch {
        return false;
      }
    });
  await vi.waitUntil(() => alive().length === 0, { timeout: 15_000, interval: 50 });
}
