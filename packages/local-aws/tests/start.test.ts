import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { startCloud } from "../src/cloud";
import { serve } from "../src/http-server";
import { checkNodeVersion } from "../src/node-version";
import { portsFrom } from "../src/options";
import { type Step, startProgress } from "../src/progress";

describe("--port", () => {
  it("is the first of four consecutive ports, or 0 for any free ports", () => {
    expect(portsFrom("4000")).toEqual({ appsync: 4000, cognito: 4001, dynamodb: 4002, sqs: 4003 });
    expect(portsFrom("65532")).toMatchObject({ sqs: 65_535 });
    expect(portsFrom("0")).toEqual({ appsync: 0, cognito: 0, dynamodb: 0, sqs: 0 });
  });

  it.each(["80", "65533", "-1", "4e3", "4000.5", "http", ""])("rejects %j", (text) => {
    expect(() => portsFrom(text)).toThrow(`--port: expected 0 or 1024 to 65532, found ${text}`);
  });
});

describe("the Node.js version check", () => {
  it.each(["20.19.0", "20.19.5", "22.1.0", "100.0.0"])("accepts %s", (version) => {
    expect(() => checkNodeVersion(version)).not.toThrow();
  });

  it.each(["20.18.3", "20.9.0", "18.20.4", "9.11.2"])("rejects %s", (version) => {
    expect(() => checkNodeVersion(version)).toThrow(
      `Node.js 20.19 or newer is needed, this is ${version}`,
    );
  });
});

describe("startCloud", () => {
  const workDirectory = mkdtempSync(join(tmpdir(), "start-"));
  afterAll(() => rmSync(workDirectory, { recursive: true }));
  const anyPorts = { appsync: 0, cognito: 0, dynamodb: 0, sqs: 0 };
  const region = "eu-central-1";
  const start = (ports: typeof anyPorts, progress: (step: Step) => void = () => {}) =>
    startCloud({ region, ports, workDirectory, log: () => {}, progress });

  it.each([
    ["sqs", "SQS"],
    ["dynamodb", "DynamoDB"],
    ["cognito", "Cognito"],
    ["appsync", "AppSync"],
  ])("names the port of %s in its error if the port is in use", async (engine, name) => {
    const other = await serve({ name: "another program", port: 0 }, () => {});
    await expect(start({ ...anyPorts, [engine]: other.port })).rejects.toThrow(
      `port ${other.port} for ${name} is in use: choose others with --port`,
    );
    await other.stop();
  });

  it("stops the engines if the start fails", async () => {
    const { port } = await serve({ name: "a probe", port: 0 }, () => {}).then(async (probe) => {
      await probe.stop();
      return probe;
    });
    const giveUp = (step: Step): void => {
      if ("engine" in step && step.engine === "Cognito") {
        throw new Error("given up");
      }
    };
    await expect(start({ ...anyPorts, dynamodb: port }, giveUp)).rejects.toThrow("given up");
    const again = await serve({ name: "the port, free again", port }, () => {});
    await again.stop();
  });
});

describe("progress", () => {
  const show = (options: { readonly isTTY: boolean; readonly verbose: boolean }): string => {
    let text = "";
    const write = (more: string): boolean => {
      text += more;
      return true;
    };
    const { show: report, finish } = startProgress({ isTTY: options.isTTY, write }, options);
    report({ engine: "SQS" });
    report({ resource: "events", type: "aws:dynamodb/table:Table" });
    report({ resource: "users", type: "aws:cognito/userPool:UserPool" });
    finish();
    return text.replaceAll(/ +\d\.\d s {2}/g, "");
  };

  it("has a line per engine and a resource count, which is updated in place on a terminal", () => {
    expect(show({ isTTY: false, verbose: false })).toBe("SQS\n2 resources\n");
    expect(show({ isTTY: true, verbose: false })).toBe(
      "SQS\n\r1 resources\r2 resources\r2 resources\n",
    );
  });

  it("names every resource if verbose", () => {
    expect(show({ isTTY: true, verbose: true })).toBe(
      "SQS\nevents (aws:dynamodb/table:Table)\nusers (aws:cognito/userPool:UserPool)\n2 resources\n",
    );
  });
});
