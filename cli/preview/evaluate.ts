import { fork } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { UsageError } from "local-aws";
import type { Answer } from "./record-program";
import type { Recorded } from "./recording";

/** A program that cannot be evaluated; the message is the program's own. */
export class ProgramError extends Error {}

/** The stacks that a program has settings for. */
export const stacksOf = (folder: string): readonly string[] =>
  readdirSync(folder).flatMap((file) => /^Pulumi\.(.+)\.yaml$/.exec(file)?.[1] ?? []);

export const hasStack = (folder: string, stack: string): boolean =>
  existsSync(join(folder, `Pulumi.${stack}.yaml`));

export function requireStack(folder: string, stack: string): void {
  if (!existsSync(join(folder, "Pulumi.yaml"))) {
    throw new UsageError(`there is no Pulumi program in ${folder}: it would have a Pulumi.yaml`);
  }
  if (!hasStack(folder, stack)) {
    throw new UsageError(
      `there is no stack "${stack}"; the stacks: ${stacksOf(folder).join(", ")}`,
    );
  }
}

/** The resources that the program of a folder registers for a stack. What the program prints goes to standard error. */
export async function evaluate(folder: string, stack: string): Promise<readonly Recorded[]> {
  const child = fork(join(__dirname, "record-program.ts"), [folder, stack], {
    cwd: folder,
    execArgv: ["--import", pathToFileURL(require.resolve("tsx")).href],
    stdio: ["ignore", 2, 2, "ipc"],
    env: { ...process.env, AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: "true" },
  });
  const answer = await new Promise<Answer>((resolve, reject) => {
    child.once("message", (message) => resolve(message as Answer));
    child.once("error", reject);
    child.once("exit", (code) => resolve({ error: `it ended with exit code ${code}` }));
  });
  if ("error" in answer) throw new ProgramError(answer.error);
  return answer.resources;
}
