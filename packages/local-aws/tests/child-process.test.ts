import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { describe, expect, it, vi } from "vitest";
import { spawnChild, startServer } from "../src/child-process";
import { freePort, serve } from "../src/http-server";

const node = (script: string) => ({
  name: "the child",
  command: process.execPath,
  args: ["-e", script],
  env: { PATH: process.env.PATH },
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

const waitForExit = (pid: number) =>
  vi.waitFor(() => expect(isAlive(pid)).toBe(false), { timeout: 10_000, interval: 50 });

describe("a child process", () => {
  it.each(["SIGKILL", "SIGINT"] as const)("is killed with its parent by %s", async (signal) => {
    const script = `
      const { spawnChild } = require("./packages/local-aws/src/child-process");
      const options = { name: "x", command: "sleep", args: ["1000"], env: process.env, log() {} };
      const ended = spawnChild({ ...options, args: ["0"] });
      ended.exited.then(() => console.log(spawnChild(options).process.pid));`;
    const args = ["--import", "tsx", "-e", script];
    const parent = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
    const [pid] = await new Promise<number[]>((resolve) =>
      createInterface({ input: parent.stdout }).once("line", (line) => resolve([Number(line)])),
    );
    expect(isAlive(pid ?? 0)).toBe(true);
    parent.kill(signal);
    await waitForExit(pid ?? 0);
  });

  it("is killed with SIGKILL if it ignores SIGTERM", async () => {
    const lines: string[] = [];
    const child = spawnChild({
      ...node(
        "process.on('SIGTERM', () => console.log('no')); console.log('up'); setInterval(() => {}, 1e6)",
      ),
      log: (line) => lines.push(line),
    });
    await vi.waitFor(() => expect(lines).toEqual(["up"]));
    await child.stop();
    expect(await child.exited).toBe("SIGKILL");
    expect(lines).toEqual(["up", "no"]);
  }, 15_000);

  it("counts as started when its port answers", async () => {
    const port = await freePort();
    const script = `require("node:http").createServer((q, r) => r.end("hi")).listen(${port}, "127.0.0.1")`;
    const child = await startServer({ ...node(script), port, log: () => {} });
    expect(await (await fetch(`http://127.0.0.1:${port}`)).text()).toBe("hi");
    await child.stop();
  });

  it("fails to start, with its last output, if it ends before its port answers", async () => {
    const options = { ...node("console.error('out of luck'); process.exit(3)"), log: () => {} };
    await expect(startServer({ ...options, port: await freePort() })).rejects.toThrow(
      "the child ended: exit code 3\n  out of luck",
    );
    const command = "/no/such/command";
    await expect(startServer({ ...options, command, port: await freePort() })).rejects.toThrow(
      "could not be started",
    );
  });
});

describe("an HTTP server", () => {
  it("names the port and its purpose in its error if the port is in use", async () => {
    const first = await serve({ name: "first", port: 0 }, () => {});
    await expect(serve({ name: "the API", port: first.port }, () => {})).rejects.toThrow(
      `port ${first.port} for the API is in use`,
    );
    await first.stop();
  });
});
