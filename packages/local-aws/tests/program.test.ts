import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

// Programs run in child processes: Pulumi reports failures as unhandled rejections, which fail the test runner.

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "program-"));
  symlinkSync(resolve("node_modules"), join(folder, "node_modules"));
});

afterAll(() => rmSync(folder, { recursive: true }));

/** Evaluates a program and returns its outputs, or the error that it is rejected with. */
async function evaluate(program: string): Promise<unknown> {
  writeFileSync(join(folder, "index.ts"), `import * as pulumi from "@pulumi/pulumi"; ${program}`);
  const script = `
    const { runProgram } = require("./packages/local-aws/src/program");
    const { Deployment } = require("./packages/local-aws/src/deployment");
    const config = { project: "shop", values: { "shop:size": "3" } };
    const cloud = { region: "eu-central-1", progress() {} };
    runProgram(${JSON.stringify(folder)}, "dev", config, new Deployment(cloud))
      .catch((error) => ({ fault: error.message }))
      .then((outcome) => setTimeout(() => process.stdout.write(JSON.stringify(outcome)), 100));`;
  const args = ["--import", "tsx", "--eval", script];
  const { stdout, stderr } = await promisify(execFile)(process.execPath, args);
  expect(stderr).toBe("");
  return JSON.parse(stdout);
}

const logGroup = `new pulumi.CustomResource("aws:cloudwatch/logGroup:LogGroup", "log", { arn: undefined })`;

describe("a Pulumi program", () => {
  it("receives its configuration and resource outputs, and returns its own outputs as plain values", async () => {
    const program = `
      class Group extends pulumi.ComponentResource {
        constructor() { super("shop:index:Group", "group"); }
      }
      new Group();
      export const log = (${logGroup} as unknown as { arn: pulumi.Output<string> }).arn;
      export const account = pulumi.output(
        pulumi.runtime.invoke("aws:index/getCallerIdentity:getCallerIdentity", {}) as Promise<{ accountId: string }>,
      ).accountId;
      export const size = pulumi.output(new pulumi.Config().requireNumber("size")).apply((n) => n + 1);`;
    expect(await evaluate(program)).toEqual({
      log: "arn:aws:logs:eu-central-1:000000000000:log-group:log",
      account: "000000000000",
      size: 4,
    });
  });

  it("may give a resource itself as an input, which means its id", async () => {
    const program = `
      const id = ${logGroup};
      const trail = new pulumi.CustomResource(
        "awsx:cloudtrail:Trail", "trail", { dimensions: { LogGroupName: [id] } });
      export const given = (trail as unknown as { dimensions: pulumi.Output<unknown> }).dimensions;`;
    expect(await evaluate(program)).toEqual({ given: { LogGroupName: ["log"] } });
  });

  it.each([
    [
      "a resource of an unsupported type, even if outputs depend on it",
      `const server = new pulumi.CustomResource("aws:ec2/instance:Instance", "server", {});
       export const id = server.id; export const later = server.urn.apply((urn) => urn.length);`,
      "server: the resource type aws:ec2/instance:Instance is not supported locally",
    ],
    [
      "a call of a provider function",
      `export const zones = pulumi.output(pulumi.runtime.invoke("aws:index/getAvailabilityZones:getAvailabilityZones", {}));`,
      "the program calls aws:index/getAvailabilityZones:getAvailabilityZones, which is not supported locally",
    ],
    [
      "an output that fails",
      `export const x = ${logGroup}.id.apply(() => { throw new Error("no"); });`,
      "no",
    ],
    [
      "a failure outside of its outputs",
      `pulumi.output(1).apply(() => { throw new Error("no"); });`,
      "no",
    ],
    ["an exception", `throw new Error("no");`, "no"],
  ])("is rejected for %s", async (_, program, fault) => {
    expect(await evaluate(program)).toEqual({ fault });
  });
});
