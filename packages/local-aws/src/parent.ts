import { findProcess } from "./processes";

const pollIntervalMs = 500;

/**
 * Calls back when the process that started this one has ended: npm, for one, ends by SIGTERM and tells nobody. Where
 * there is a `sh -c` in between, as npm has it, that shell lives on, and it is the shell's own parent that counts.
 */
export function whenParentEnds(ended: () => void): void {
  const parent = process.ppid;
  const shell = findProcess(parent);
  const isWrapper = shell !== undefined && /^\S*sh -\w*c /.test(shell.command);
  const hasEnded = (): boolean =>
    process.ppid !== parent || (isWrapper && findProcess(parent)?.parent !== shell.parent);
  const timer = setInterval(() => {
    if (hasEnded()) {
      clearInterval(timer);
      ended();
    }
  }, pollIntervalMs);
  timer.unref();
}
