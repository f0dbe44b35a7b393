import { spawn } from "node:child_process";
import type { Socket } from "node:net";
import { whenParentEnds } from "./parent";

/** Why a command has ended before its work was done. */
export class Interrupted extends Error {}

/** npm passes on the Ctrl-C that the terminal has sent to every process already: within this, two are one. */
const echoMs = 1_000;

/**
 * From now on, Ctrl-C, a terminal that is closed, a polite request to end, or the end of the process that started this
 * one aborts the signal; another request ends the process at once.
 */
export function interruption(): AbortSignal {
  const controller = new AbortController();
  let first = 0;
  const interrupt = (): void => {
    if (!controller.signal.aborted) {
      first = Date.now();
      console.log("\nStopping …");
      controller.abort(new Interrupted("interrupted"));
    } else if (Date.now() - first > echoMs) {
      process.exit(130);
    }
  };
  process.on("SIGINT", interrupt);
  process.on("SIGTERM", interrupt);
  process.on("SIGHUP", interrupt);
  // A terminal that was closed takes no more output, nor does a `head` that has read enough.
  process.stdout.on("error", () => controller.abort(new Interrupted("nobody reads on")));
  whenParentEnds(() => controller.abort(new Interrupted("the process that started it has ended")));
  endEvenIfBusy();
  return controller.signal;
}

/**
 * No handler of this process runs while its event loop is busy. A terminal's Ctrl-C reaches the whole group of processes:
 * so a shell in it gives this process some seconds to end in order, or one after a further Ctrl-C, and then kills it.
 */
function endEvenIfBusy(): void {
  const script = `
    trap : INT HUP TERM
    cat
    [ $? -gt 128 ] || exit
    seconds=0
    while [ $seconds -lt 15 ] && sleep 1; do
      kill -0 $PPID || exit
      seconds=$((seconds + 1))
    done
    sleep 1
    kill -KILL $PPID`;
  // `cat` ends with this process, whose end of the pipe is closed then, or by a signal.
  const shell = spawn("/bin/sh", ["-c", script], { stdio: ["pipe", "ignore", "ignore"] });
  shell.on("error", () => {});
  shell.unref();
  (shell.stdin as Socket).unref();
}

/** Does the work, and gives it up with an Interrupted where the signal comes first. */
export async function unlessInterrupted<A>(signal: AbortSignal, work: Promise<A>): Promise<A> {
  const interrupted = new Promise<never>((_, reject) => {
    if (signal.aborted) {
      reject(signal.reason);
    }
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
  return Promise.race([work, interrupted]);
}
