import { type ChildProcess, spawn } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { openDataFolder } from "../src/data-folder";
import { findRunningStack } from "../src/running-stack";
import { makeWorkFolder } from "../src/work-folder";

let parent: string;
let folder: string;
const started: ChildProcess[] = [];

beforeEach(() => {
  parent = mkdtempSync(join(tmpdir(), "data-folder-"));
  folder = join(parent, "data");
});

afterEach(() => {
  for (const child of started.splice(0)) {
    child.kill("SIGKILL");
  }
  vi.unstubAllEnvs();
  rmSync(parent, { recursive: true });
});

/** Another process that works in the data folder. */
async function openElsewhere(): Promise<ChildProcess> {
  const script = `
    const { openDataFolder } = require("./packages/local-aws/src/data-folder");
    const { makeWorkFolder } = require("./packages/local-aws/src/work-folder");
    const opened = [openDataFolder(${JSON.stringify(folder)}), makeWorkFolder()];
    console.log("opened");
    setInterval(() => opened, 1e6);`;
  const child = spawn(process.execPath, ["--import", "tsx", "-e", script], {
    stdio: ["ignore", "pipe", "inherit"],
    env: { ...process.env, TMPDIR: parent },
  });
  started.push(child);
  await new Promise((resolve) => child.stdout?.once("data", resolve));
  return child;
}

/** A process that has ended and that its parent never collects. */
async function startZombie(): Promise<number> {
  const child = spawn("/bin/sh", ["-c", "sleep 0 & echo $!; exec sleep 1000"]);
  started.push(child);
  const pid = await new Promise<number>((resolve) =>
    child.stdout?.once("data", (line) => resolve(Number(line))),
  );
  const state = async (): Promise<string> =>
    text(spawn("ps", ["-o", "state=", "-p", String(pid)]).stdout);
  await vi.waitUntil(async () => (await state()).startsWith("Z"), { timeout: 10_000 });
  return pid;
}

const claims = () => readdirSync(folder).filter((name) => name.startsWith("in-use-by-"));

describe("the data folder", () => {
  it("is one stack's at a time, wherever the other one was started, and the next one's once that is killed", async () => {
    const other = await openElsewhere();
    const elsewhere = join(parent, "link");
    symlinkSync(folder, elsewhere);
    expect(() => openDataFolder(elsewhere)).toThrow(
      `${elsewhere} is in use by process ${other.pid}: stop it first`,
    );
    other.kill("SIGKILL");
    await new Promise((resolve) => other.once("close", resolve));
    const release = openDataFolder(folder);
    expect(() => openDataFolder(folder)).toThrow(`in use by process ${process.pid}`);
    release();
    expect(claims()).toEqual([]);
  });

  it("is free where a process that has ended is not yet collected, or where another has got its id", async () => {
    mkdirSync(folder);
    for (const pid of [await startZombie(), process.pid]) {
      writeFileSync(join(folder, `in-use-by-${pid}.1@${hostname()}`), "");
    }
    openDataFolder(folder)();
    expect(claims()).toEqual([]);
  });

  it("is refused where another machine may use it, with the file to remove if it does not", () => {
    mkdirSync(folder);
    const claim = join(folder, "in-use-by-7.1@elsewhere");
    writeFileSync(claim, "");
    expect(() => openDataFolder(folder)).toThrow(
      `in use by process 7 on elsewhere: stop it first, or remove ${claim} if it has ended`,
    );
    expect(existsSync(claim)).toBe(true);
  });

  it("is readable for its user alone, as is what is in a folder that was readable before", () => {
    const mode = (path: string): number => statSync(path).mode & 0o777;
    openDataFolder(folder)();
    expect(mode(folder)).toBe(0o700);
    const shared = join(parent, "shared");
    mkdirSync(join(shared, "cognito"), { recursive: true, mode: 0o755 });
    openDataFolder(shared)();
    expect(mode(join(shared, "cognito"))).toBe(0o700);
  });

  it("is refused in a line where it is a file, or where nothing can be written", () => {
    writeFileSync(folder, "");
    expect(() => openDataFolder(folder)).toThrow(`--data: ${folder} cannot keep data: EEXIST`);
    expect(() => openDataFolder(join(folder, "inside"))).toThrow("cannot keep data: ENOTDIR");
    expect(() => openDataFolder("/proc/1/no-such-folder")).toThrow("cannot keep data: E");
  });
});

describe("a work folder", () => {
  it("that a killed process has left is removed by the next one, and nobody else's", async () => {
    vi.stubEnv("TMPDIR", parent);
    const killed = await openElsewhere();
    const stacks = () => readdirSync(parent).filter((name) => name.startsWith("local-stack-"));
    const left = stacks();
    const mine = makeWorkFolder();
    expect(stacks()).toEqual(expect.arrayContaining(left));
    killed.kill("SIGKILL");
    await new Promise((resolve) => killed.once("close", resolve));
    const next = makeWorkFolder();
    expect(
      stacks()
        .map((name) => join(parent, name))
        .sort(),
    ).toEqual([mine, next].sort());
    expect(left).toHaveLength(1);
  });
});

it("the file of a running stack is no longer believed once another process has got its id", () => {
  mkdirSync(join(parent, ".build"));
  const kept = { pid: process.pid, process: `${process.pid}.1@${hostname()}` };
  writeFileSync(join(parent, ".build/local-stack.json"), JSON.stringify(kept));
  expect(findRunningStack(parent)).toBeUndefined();
});
