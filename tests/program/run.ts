import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { text } from "node:stream/consumers";
import { readStackConfig } from "local-aws";
import { parse } from "yaml";
import { type Engine, startEngine } from "./engine";

export interface RunOptions {
  readonly stack: string;
  readonly preview?: boolean;
  /** Replaces values of the stack's configuration. */
  readonly settings?: Readonly<Record<string, string>>;
  /** The loader of TypeScript: the CLI uses ts-node, with the configuration that Pulumi.yaml names. */
  readonly loader?: "ts-node" | "tsx";
  /** The program's folder. */
  readonly folder?: string;
}

export interface Run extends Pick<Engine, "registrations" | "outputs" | "errors"> {
  readonly exitCode: number;
  /** The program's output. */
  readonly printed: string;
}

/** Runs the program as `pulumi up` or `pulumi preview` does: in Pulumi's Node.js runtime, against an engine. */
export async function runProgram(options: RunOptions): Promise<Run> {
  const { stack, preview = false, settings = {}, loader = "ts-node", folder = "." } = options;
  const { project, values } = readStackConfig(stack, folder);
  const engine = await startEngine({ preview });
  const child = spawn(
    process.execPath,
    [
      ...(loader === "tsx" ? ["--require", "tsx/cjs"] : []),
      require.resolve("@pulumi/pulumi/cmd/run"),
      ...["--monitor", engine.address, "--engine", engine.address],
      ...["--organization", "organization", "--project", project, "--stack", stack],
      ...["--pwd", resolve(folder), "--parallel", "16"],
      ...(preview ? ["--dry-run"] : []),
      ".",
    ],
    {
      // As the CLI does it: the configuration of TypeScript is looked for from here on.
      cwd: folder,
      stdio: ["ignore", "pipe", "pipe"],
      env: {
        PATH: process.env.PATH,
        PULUMI_CONFIG: JSON.stringify({ ...values, ...settings }),
        PULUMI_CONFIG_SECRET_KEYS: "[]",
        PULUMI_NODEJS_TYPESCRIPT: String(loader !== "tsx"),
        PULUMI_NODEJS_TSCONFIG_PATH: runtimeOptions(folder).tsconfig,
      },
    },
  );
  try {
    const [[exitCode], out, err] = await Promise.all([
      once(child, "exit"),
      text(child.stdout),
      text(child.stderr),
    ]);
    return { ...engine, outputs: engine.outputs, exitCode, printed: out + err };
  } finally {
    child.kill();
    engine.stop();
  }
}

/** What a program's Pulumi.yaml tells its runtime. */
export function runtimeOptions(folder: string): { readonly tsconfig: string } {
  return parse(readFileSync(join(folder, "Pulumi.yaml"), "utf8")).runtime.options;
}
