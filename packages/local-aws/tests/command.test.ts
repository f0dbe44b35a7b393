import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { findRunningStack } from "../src/running-stack";

// The command as a process of its own, started from elsewhere on a program that is not this repository's.

let folder: string;
let program: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "command-"));
  program = join(folder, "shop");
  mkdirSync(program);
  symlinkSync(resolve(__dirname, "../../../node_modules"), join(program, "node_modules"));
  const files = {
    "Pulumi.yaml": "name: shop\nruntime: nodejs\n",
    "Pulumi.test.yaml": "config:\n  aws:region: eu-west-1\n",
    "index.ts": `
      import * as pulumi from "@pulumi/pulumi";
      class Jobs extends pulumi.ComponentResource {
        readonly queue = new pulumi.CustomResource(
          "aws:sqs/queue:Queue", "jobs", { arn: undefined }, { parent: this },
        ) as pulumi.CustomResource & { readonly arn: pulumi.Output<string> };
      }
      export const queueArn = new Jobs("other-project:index:Jobs", "jobs").queue.arn;`,
  };
  for (const [name, content] of Object.entries(files)) {
    writeFileSync(join(program, name), content);
  }
});

const started: ChildProcess[] = [];
afterAll(() => {
  for (const child of started) {
    child.kill("SIGKILL");
  }
  rmSync(folder, { recursive: true });
});

function run(...args: readonly string[]) {
  const command = resolve(__dirname, "../bin/local-aws.cjs");
  const child = spawn(process.execPath, [command, ...args], { cwd: folder });
  started.push(child);
  const code = new Promise<number | null>((end) => child.once("close", end));
  const ended = Promise.all([code, text(child.stdout), text(child.stderr)]);
  return { child, ended: ended.then(([exitCode, out, err]) => ({ code: exitCode, out, err })) };
}

it("local-aws start runs the program in a folder until Ctrl-C", async () => {
  const { child, ended } = run("start", "--program", "shop", "--stack", "test", "--port", "0");
  const stack = await vi.waitUntil(() => findRunningStack(program), { timeout: 50_000 });
  const queueArn = "arn:aws:sqs:eu-west-1:000000000000:jobs";
  expect(stack).toMatchObject({ pid: child.pid, region: "eu-west-1", outputs: { queueArn } });
  child.kill("SIGINT");
  const { code, out, err } = await ended;
  expect({ code, err }).toEqual({ code: 0, err: "" });
  expect(out).toContain(`  queueArn               ${queueArn}\n`);
  expect(existsSync(join(program, ".build/local-stack.json"))).toBe(false);
});

it.each([
  [["stop"], 2, "there is no command stop. See `npx local-aws --help`."],
  [["start", "--prot", "1"], 2, "Unknown option '--prot'. See `npx local-aws start --help`."],
  [["start", "--program", "none"], 1, "Pulumi.yaml: ENOENT: no such file or directory"],
])("local-aws %j ends with a line that says why", async (args, code, reason) => {
  const ended = await run(...args).ended;
  expect(ended.code).toBe(code);
  expect(ended.err).toMatch(/^Error: .*\n$/);
  expect(ended.err).toContain(reason);
});
