import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { type BuildFailure, buildSync, formatMessagesSync } from "esbuild";

/**
 * Bundles a TypeScript entry point and all that it imports into one CommonJS file for Node.js.
 * The file is replaced in one step and only when it changes, so programs that run at once may share it.
 */
export function bundle(entry: string, file: string): void {
  const text = build(entry);
  if (existsSync(file) && readFileSync(file, "utf8") === text) {
    return;
  }
  mkdirSync(dirname(file), { recursive: true });
  const unfinished = `${file}.${process.pid}`;
  writeFileSync(unfinished, text);
  renameSync(unfinished, file);
}

/** The bundle's text. Faults of the sources end the program, with the lines that esbuild shows of them. */
function build(entry: string): string {
  try {
    return buildSync({
      entryPoints: [entry],
      // Unless said, esbuild resolves paths from the folder in which it was loaded, and tsx loads it before the program.
      absWorkingDir: process.cwd(),
      bundle: true,
      write: false,
      platform: "node",
      // Lambda runs Node.js 24; whoever runs the bundle on their own machine may still have 20.
      target: "node20",
      format: "cjs",
      // The packages' ES modules leave out of the bundle what is not imported.
      mainFields: ["module", "main"],
      minify: true,
      // Stack traces keep the functions' names; a source map would be larger than the bundle itself.
      keepNames: true,
      // The error that esbuild throws has the messages already.
      logLevel: "silent",
    })
      .outputFiles.map((output) => output.text)
      .join("");
  } catch (error) {
    const { errors } = error as BuildFailure;
    if (errors === undefined) {
      throw error;
    }
    const lines = formatMessagesSync(errors, { kind: "error", color: false }).join("").trimEnd();
    throw new pulumi.RunError(`${entry} does not build:\n${lines}`);
  }
}
