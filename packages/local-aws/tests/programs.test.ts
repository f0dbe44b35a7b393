import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { RunningStack } from "../src/running-stack";

const command = resolve(__dirname, "../bin/local-aws.cjs");

describe("a program as they are found in tutorials", () => {
  let folder: string;
  let running: ChildProcess;
  let outputs: RunningStack["outputs"];

  // A process of its own: it runs one stack in its life.
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "programs-test-"));
    cpSync(join(__dirname, "programs/notes"), folder, { recursive: true });
    symlinkSync(resolve("node_modules"), join(folder, "node_modules"));
    running = spawn(process.execPath, [command, "start", "--port", "0"], { cwd: folder });
    let text = "";
    const started = new Promise<void>((done, fail) => {
      const read = (chunk: Buffer): void => {
        text += String(chunk);
        if (text.includes("Ctrl-C stops it")) {
          done();
        }
      };
      running.stdout?.on("data", read);
      running.stderr?.on("data", read);
      running.once("exit", () => fail(new Error(`it ended:\n${text}`)));
    });
    await started;
    const file = readFileSync(join(folder, ".build/local-stack.json"), "utf8");
    outputs = (JSON.parse(file) as RunningStack).outputs;
  });
  afterAll(async () => {
    if (running?.exitCode === null) {
      running.kill("SIGINT");
      await once(running, "exit");
    }
    rmSync(folder, { recursive: true });
  });

  const ask = async (query: string, key = String(outputs.key)) => {
    const headers = { "content-type": "application/graphql", "x-api-key": key };
    const body = JSON.stringify({ query });
    return (await fetch(String(outputs.endpoint), { method: "POST", headers, body })).json();
  };
  const add = (id: string, text: string) =>
    ask(`mutation { addNote(id: "${id}", text: "${text}") { id text shouted } }`);

  it("serves what it exports, with the key that it exports", async () => {
    expect(await add("1", "hello")).toEqual({
      data: { addNote: { id: "1", text: "hello", shouted: "HELLO!" } },
    });
    expect(await ask('{ note(id: "1") { text } none: note(id: "2") { text } }')).toEqual({
      data: { note: { text: "hello" }, none: null },
    });
    expect(await ask("{ notes { items { id } nextToken } }")).toEqual({
      data: { notes: { items: [{ id: "1" }], nextToken: null } },
    });
    expect(await ask("{ notes { nextToken } }", "da2-other")).toMatchObject({
      errors: [{ errorType: "UnauthorizedException" }],
    });
  });

  it("fails as its templates' version does, with the stored item as the error's data", async () => {
    await add("taken", "mine");
    expect(await add("taken", "yours")).toMatchObject({
      data: null,
      errors: [
        {
          errorType: "DynamoDB:ConditionalCheckFailedException",
          data: { id: "taken", text: "mine" },
        },
      ],
    });
  });
});
