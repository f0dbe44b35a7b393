import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

// Programs run in a child process: Pulumi reports failures as unhandled rejections, which fail the test runner. It is the
// same one for all of them, as loading Pulumi takes longer than they do.

let folder: string;
let evaluator: ChildProcess;
let reported = "";

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "program-"));
  symlinkSync(resolve("node_modules"), join(folder, "node_modules"));
  const execArgv = ["--import", "tsx"];
  evaluator = fork(join(__dirname, "evaluator.ts"), [folder], { execArgv, silent: true });
  evaluator.stderr?.on("data", (text) => {
    reported += text;
  });
});

afterAll(() => {
  evaluator.kill();
  rmSync(folder, { recursive: true });
});

/** Evaluates a program and returns its outputs, or the error that it is rejected with. */
async function evaluate(program: string): Promise<unknown> {
  writeFileSync(join(folder, "index.ts"), `import * as pulumi from "@pulumi/pulumi"; ${program}`);
  evaluator.send("evaluate");
  const [outcome] = await Promise.race([
    once(evaluator, "message"),
    once(evaluator, "exit").then(([code]) => [`it ended with exit code ${code}`]),
  ]);
  expect(reported).toBe("");
  return outcome;
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
