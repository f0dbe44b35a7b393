import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { RunError } from "@pulumi/pulumi";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { bundle } from "../../infra/bundle";

describe("the bundle", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "bundle-"));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const build = (source: string) => {
    const file = join(folder, "out", "bundle.js");
    writeFileSync(join(folder, "entry.ts"), source);
    bundle(join(folder, "entry.ts"), file);
    return file;
  };

  it("is one file that exports what its entry exports", () => {
    const file = build('import { sep } from "node:path"; export const answer = (): string => sep;');
    expect(require(file).answer()).toBe("/");
    expect(readdirSync(join(folder, "out"))).toEqual(["bundle.js"]);
  });

  it("is not written again while its sources mean the same", () => {
    const before = statSync(build("export const answer = 1;")).ino;
    expect(statSync(build("export const answer = 1; // as before")).ino).toBe(before);
    expect(statSync(build("export const answer = 2;")).ino).not.toBe(before);
  });

  it("is made of the entry in the folder that the process is in now", () => {
    build("export const answer = 1;");
    const before = process.cwd();
    process.chdir(folder);
    try {
      bundle("entry.ts", "here.js");
    } finally {
      process.chdir(before);
    }
    expect(require(join(folder, "here.js")).answer).toBe(1);
  });

  it("that does not build ends the program, with the lines that esbuild shows of each fault", () => {
    const faulty = () => build('import "./missing";\nimport "./none";');
    expect(faulty).toThrow(RunError);
    expect(faulty).toThrow(/entry\.ts does not build:\n/);
    expect(faulty).toThrow(
      /Could not resolve "\.\/missing"\n\n.*entry\.ts:1:7:\n.*import "\.\/missing"/,
    );
    expect(faulty).toThrow(/Could not resolve "\.\/none"/);
  });
});
