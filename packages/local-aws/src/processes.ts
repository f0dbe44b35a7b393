import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { hostname } from "node:os";

/** A process that runs now. */
export interface RunningProcess {
  readonly parent: number;
  /** When it started, in letters and digits: with the process id, it names one process for good. */
  readonly since: string;
  readonly command: string;
}

/** The process of this id, or undefined where none runs: one that has ended and is not yet collected does not run. */
export function findProcess(pid: number): RunningProcess | undefined {
  return process.platform === "linux" ? fromProc(pid) : fromPs(pid);
}

/** A name for this process that no other one ever has, on any machine. Of a file name's letters. */
export function ownIdentity(): string {
  return identityOf(process.pid, findProcess(process.pid));
}

/** Whether the process of that name has ended. Of another machine's, or another container's, nobody here can tell. */
export function hasEnded(identity: string): boolean {
  const pid = Number.parseInt(identity, 10);
  return identity.endsWith(`@${hostname()}`) && identityOf(pid, findProcess(pid)) !== identity;
}

function identityOf(pid: number, found: RunningProcess | undefined): string {
  return `${pid}.${found?.since}@${hostname()}`;
}

function fromProc(pid: number): RunningProcess | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The name before them is in brackets, and may have brackets and spaces itself.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    const [state = "", parent] = fields;
    const command = readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ");
    return running(state, Number(parent), fields[19] ?? "", command);
  } catch {
    return undefined;
  }
}

function fromPs(pid: number): RunningProcess | undefined {
  try {
    const columns = ["-o", "state=,ppid=,lstart=,command=", "-p", String(pid)];
    const line = execFileSync("ps", columns, {
      encoding: "utf8",
      env: { ...process.env, LC_ALL: "C" },
      stdio: ["ignore", "pipe", "ignore"],
    });
    // lstart is five words: Tue Nov 24 13:33:53 2026
    const [state = "", parent, ...words] = line.trim().split(/\s+/);
    const since = words.slice(1, 5).join("").replaceAll(":", "");
    return running(state, Number(parent), since, words.slice(5).join(" "));
  } catch {
    return undefined;
  }
}

function running(
  state: string,
  parent: number,
  since: string,
  command: string,
): RunningProcess | undefined {
  return /^[ZX]/.test(state) ? undefined : { parent, since, command };
}
