import { resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { readArguments } from "./arguments";
import { type Context, exitCode, type Values } from "./command";
import { type Connection, deployedStack, localStack } from "./connection";
import { explain } from "./errors";
import { eventCount, type Ledger, openLedger } from "./ledger-tables";
import { type Progress, showProgress } from "./progress";

/** How long a live projector is given before a second look, in milliseconds: it follows within a second or two. */
const pause = 2_000;

// The SDK's clients speak of Node.js releases on standard error, which is for progress and errors here.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= "true";

let progress: Progress | undefined;

const write = (text: string): Promise<void> =>
  new Promise((resolve, reject) => {
    process.stdout.write(text, (error) => (error ? reject(error) : resolve()));
  });

const contextOf = (ledger: Ledger, values: Values): Context => ({
  ledger,
  json: values.json === true,
  write,
  startProgress: async () => {
    progress = showProgress(process.stderr, await eventCount(ledger));
    return progress;
  },
  pause: () => sleep(pause),
});

/** The stack of this repository's program. The local cloud is loaded only where it is asked for. */
async function runningStack(): Promise<Connection> {
  const { findRunningStack } = await import("local-aws");
  return localStack(findRunningStack(resolve(__dirname, "..")));
}

async function main(args: readonly string[]): Promise<number> {
  const invocation = readArguments(args);
  if ("help" in invocation) {
    await write(invocation.help);
    return exitCode.done;
  }
  const { command, values } = invocation;
  const connection =
    values.local === true ? await runningStack() : await deployedStack(String(values.stack));
  const ledger = openLedger(connection);
  return command.run(contextOf(ledger, values), values);
}

// Every write is one that a crash may follow, so a command can simply be ended.
process.once("SIGINT", () => {
  progress?.end();
  process.stderr.write("Interrupted. Run it again to go on.\n");
  process.exit(exitCode.interrupted);
});

// Whoever reads the output, `head` for one, may have read enough.
process.stdout.once("error", () => process.exit(exitCode.done));

main(process.argv.slice(2)).then(
  (code) => process.exit(code),
  (error: unknown) => {
    progress?.end();
    process.stderr.write(`Error: ${explain(error)}\n`);
    process.exit(exitCode.refused);
  },
);
