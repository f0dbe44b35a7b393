import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { afterEach, describe, expect, it, vi } from "vitest";
import { findProcess } from "../src/processes";

const groups: number[] = [];
afterEach(() => {
  for (const group of groups.splice(0)) {
    try {
      process.kill(-group, "SIGKILL");
    } catch {
      // Ended, as it should have.
    }
  }
});

/** Starts a shell's command in a group of its own, as a terminal does, and waits for its first line. */
async function startGroup(command: string) {
  const child = spawn("/bin/sh", ["-c", command], {
    detached: true,
    stdio: ["ignore", "pipe", "ignore"],
  });
  const group = child.pid ?? 0;
  groups.push(group);
  const ended = new Promise<number | string | null>((resolve) =>
    child.once("close", (code, signal) => resolve(code ?? signal)),
  );
  const lines = createInterface({ input: child.stdout });
  const first = await new Promise<string>((resolve) => lines.once("line", resolve));
  return { pid: group, first, ended };
}

const script = (then: string): string =>
  `"${process.execPath}" --import tsx -e '
    const { interruption } = require("./packages/local-aws/src/interrupt");
    const signal = interruption();
    signal.addEventListener("abort", () => process.exit(3));
    console.log(process.pid);
    ${then}'`;

const idle = "setInterval(() => {}, 1e6);";
const busy = "setTimeout(() => { for (;;) {} }, 100);";
const soon = { timeout: 20_000, interval: 50 };

describe("a command", () => {
  it.each([
    // The last command of a shell replaces it.
    ["of this process", script(idle)],
    // As npm runs scripts: by a shell that waits for them, and that nobody tells of npm's end.
    ["of the shell around it", `/bin/sh -c '${script(idle).replaceAll("'", `'\\''`)}; true'; true`],
  ])("ends when the parent %s does", async (_, command) => {
    const { pid, first } = await startGroup(`${command} & wait`);
    const stack = Number(first);
    expect(findProcess(stack)).toBeDefined();
    process.kill(pid, "SIGKILL");
    await vi.waitUntil(() => findProcess(stack) === undefined, soon);
  });

  it("ends by a second Ctrl-C while its event loop is busy", async () => {
    const { pid, ended } = await startGroup(`exec ${script(busy)}`);
    await new Promise((resolve) => setTimeout(resolve, 300));
    process.kill(-pid, "SIGINT");
    await new Promise((resolve) => setTimeout(resolve, 300));
    process.kill(-pid, "SIGINT");
    expect(await ended).toBe("SIGKILL");
  });

  it("ends in order by one Ctrl-C while it is not", async () => {
    const { pid, ended } = await startGroup(`exec ${script(idle)}`);
    process.kill(-pid, "SIGINT");
    expect(await ended).toBe(3);
  });
});
