import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { copyProject, endAll, run } from "./command";

let cwd: string;

beforeAll(() => {
  cwd = copyProject();
});

afterEach(endAll);

afterAll(() => rmSync(dirname(cwd), { recursive: true, force: true }));

const anyPorts = ["--port", "0"];

describe("npm start prints one line and exits with a non-zero code for", () => {
  it.each([
    [
      "an unknown option",
      ["--prot", "1"],
      2,
      "Unknown option '--prot'. See `npm start -- --help`.",
    ],
    ["an argument", ["4000"], 2, "Unexpected argument '4000'. See"],
    ["a bad port", ["--port", "80"], 2, "--port: expected 0 or 1024 to 65532, found 80"],
    [
      "a missing stack",
      ["--stack", "test"],
      1,
      "there is no stack test: its settings would be in Pulumi.test.yaml",
    ],
    [
      "a data folder that is a file",
      ["--data", "package.json", "--port", "0"],
      2,
      "package.json cannot keep data: EEXIST",
    ],
  ])("%s", async (_, args, code, message) => {
    const ended = await run("start", args, { cwd });
    expect(ended.code).toBe(code);
    expect(ended.err).toMatch(/^Error: .*\n$/);
    expect(ended.err).toContain(message);
  });

  it("a missing Java", async () => {
    const { code, err } = await run("start", anyPorts, { cwd, env: { PATH: cwd } });
    expect(code).toBe(1);
    expect(err).toMatch(/^Error: Java runtime 11 or newer not found: install one, .*\n$/);
  });

  it("invalid settings, with a further line for each", async () => {
    const settings = readFileSync(join(cwd, "Pulumi.dev.yaml"), "utf8")
      .replace('queryDepthLimit: "15"', 'queryDepthLimit: "1500"')
      .replace("logLevel: DEBUG", "logLevel: LOUD");
    writeFileSync(join(cwd, "Pulumi.wrong.yaml"), settings);
    const { code, err } = await run("start", ["--stack", "wrong", ...anyPorts], { cwd });
    expect({ code, lines: err.trim().split("\n") }).toEqual({
      code: 1,
      lines: [
        expect.stringMatching(/^Error: The configuration of stack wrong has faults/),
        '  event-ledger:queryDepthLimit is "1500"; allowed: a whole number from 1 to 75',
        '  event-ledger:logLevel is "LOUD"; allowed: DEBUG, INFO, WARN, ERROR',
      ],
    });
  });
});
