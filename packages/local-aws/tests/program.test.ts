import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

// In processes of their own: Pulumi reports what fails in rejections that nobody handles, which the test runner counts.

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "program-"));
  symlinkSync(resolve("node_modules"), join(folder, "node_modules"));
});

afterAll(() => rmSync(folder, { recursive: true }));

/** What comes of a program: its outputs, or the fault that it is refused with. */
async function evaluate(program: string): Promise<unknown> {
  writeFileSync(join(folder, "index.ts"), `import * as pulumi from "@pulumi/pulumi"; ${program}`);
  const script = `
    const { runProgram } = require("./packages/local-aws/src/program");
    const config = { project: "shop", values: { "shop:size": "3" } };
    const cloud = { region: "eu-central-1", progress() {} };
    runProgram(${JSON.stringify(folder)}, "dev", config, cloud)
      .catch((error) => ({ fault: error.message }))
      .then((told) => setTimeout(() => process.stdout.write(JSON.stringify(told)), 100));`;
  const args = ["--import", "tsx", "--eval", script];
  const { stdout, stderr } = await promisify(execFile)(process.execPath, args);
  expect(stderr).toBe("");
  return JSON.parse(stdout);
}

const logGroup = `new pulumi.CustomResource("aws:cloudwatch/logGroup:LogGroup", "log", { arn: undefined })`;

describe("a program", () => {
  it("gets its settings and its resources' outputs, and its own outputs are plain values", async () => {
    const program = `
      class Group extends pulumi.ComponentResource {
        constructor() { super("shop:index:Group", "group"); }
      }
      new Group();
      export const log = (${logGroup} as unknown as { arn: pulumi.Output<string> }).arn;
      export const size = pulumi.output(new pulumi.Config().requireNumber("size")).apply((n) => n + 1);`;
    expect(await evaluate(program)).toEqual({
      log: "arn:aws:logs:eu-central-1:000000000000:log-group:log",
      size: 4,
    });
  });

  it.each([
    [
      "a resource of a type that is not known here, whatever waits for it",
      `const bucket = new pulumi.CustomResource("aws:s3/bucket:Bucket", "files", {});
       export const id = bucket.id; export const later = bucket.urn.apply((urn) => urn.length);`,
      "files: the resource type aws:s3/bucket:Bucket is not supported locally",
    ],
    [
      "a call of a provider's function",
      `export const me = pulumi.output(pulumi.runtime.invoke("aws:index:getCallerIdentity", {}));`,
      "the program calls aws:index:getCallerIdentity, which is not supported locally",
    ],
    [
      "an output that fails",
      `export const x = ${logGroup}.id.apply(() => { throw new Error("no"); });`,
      "no",
    ],
    [
      "anything that fails beside them",
      `pulumi.output(1).apply(() => { throw new Error("no"); });`,
      "no",
    ],
    ["an error of its own", `throw new Error("no");`, "no"],
  ])("is refused for %s", async (_, program, fault) => {
    expect(await evaluate(program)).toEqual({ fault });
  });
});
