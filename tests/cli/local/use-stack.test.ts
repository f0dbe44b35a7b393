import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { deleteStackFile, type RunningStack, writeStackFile } from "local-aws";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { requireStack } from "../../../cli/local/use-stack";

describe("the stack of the program in a folder", () => {
  let program: string;
  beforeEach(() => {
    program = mkdtempSync(join(tmpdir(), "program-"));
  });
  afterEach(() => rmSync(program, { recursive: true }));

  it("is found while it runs, and asked for by its own start command where it does not", () => {
    const stack: RunningStack = {
      pid: process.pid,
      region: "eu-central-1",
      outputs: {},
      endpoints: { dynamodb: "", cognito: "", sqs: "" },
      credentials: { accessKeyId: "", secretAccessKey: "" },
      frontEnd: { region: "eu-central-1", cognitoEndpoint: "" },
    };
    writeStackFile(program, stack);
    expect(requireStack(program)).toEqual(stack);

    deleteStackFile(program);
    expect(() => requireStack(program)).toThrow(`\`npm start -- --program ${program}\` first`);
  });
});
