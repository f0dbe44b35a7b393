/**
 * Does what a stranger does: packs the package, installs it from the tarball into an empty folder beside a program of
 * three resources, and starts that. It needs the registry, or what npm has kept of it: `npm run test:package`.
 */
import { deepEqual } from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import {
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

const source = resolve(__dirname, "../..");
const root = resolve(source, "../..");
const limitMs = 120_000;

async function main(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "package-test-"));
  try {
    const program = join(folder, "program");
    cpSync(join(__dirname, "program"), program, { recursive: true });
    writeFileSync(join(program, "package.json"), '{"name": "three", "private": true}');
    execFileSync("npm", ["pack", "--silent", "--pack-destination", folder], { cwd: source });
    const [tarball = ""] = readdirSync(folder).filter((name) => name.endsWith(".tgz"));
    install(program, [join(folder, tarball), ...["@pulumi/pulumi", "@pulumi/aws"].map(pinned)]);
    deepEqual(await outputsOf(program), {
      tableName: "things",
      queueUrl: "a queue's address",
      roleArn: "arn:aws:iam::000000000000:role/worker",
    });
    console.log("The package runs a program from its tarball.");
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function install(program: string, packages: readonly string[]): void {
  const options = ["--no-fund", "--no-audit", "--prefer-offline", "--loglevel", "error"];
  execFileSync("npm", ["install", ...options, ...packages], { cwd: program, stdio: "inherit" });
}

/** In the version that this repository has. */
function pinned(name: string): string {
  const text = readFileSync(join(root, "package.json"), "utf8");
  const { dependencies } = JSON.parse(text) as { dependencies: Record<string, string> };
  return `${name}@${dependencies[name]}`;
}

/** Starts the program by the installed command, and stops it again. */
async function outputsOf(program: string): Promise<unknown> {
  const command = join(program, "node_modules/.bin/local-aws");
  const running = spawn(command, ["start", "--program", ".", "--port", "0"], {
    cwd: program,
    stdio: "inherit",
  });
  const ended = once(running, "exit");
  try {
    const file = join(program, ".build/local-stack.json");
    const limit = Date.now() + limitMs;
    while (!existsSync(file)) {
      if (running.exitCode !== null || Date.now() > limit) {
        throw new Error("the program did not start");
      }
      await sleep(200);
    }
    await sleep(200);
    const { outputs } = JSON.parse(readFileSync(file, "utf8")) as {
      outputs: { queueUrl: string };
    };
    const isAddress = /^http:\/\/127\.0\.0\.1:\d+\/000000000000\/jobs$/.test(outputs.queueUrl);
    return { ...outputs, queueUrl: isAddress ? "a queue's address" : outputs.queueUrl };
  } finally {
    running.kill("SIGINT");
    await ended;
  }
}

main().catch((error: unknown) => {
  console.error(error);
  process.exit(1);
});
