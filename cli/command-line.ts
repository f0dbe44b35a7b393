import { setTimeout as sleep } from "node:timers/promises";
import type { Domain } from "../core/projection/domain";
import type { Envelope } from "../core/projection/envelope";
import { readArguments } from "./arguments";
import { exitCode, lines } from "./command";
import { type Connection, deployedStack, localStack } from "./connection";
import { explain } from "./errors";
import { type Progress, showProgress } from "./progress";
import { eventCount, openTables } from "./tables";

/** The pause before a second look: a live projector catches up within a second or two. */
const pauseMs = 2_000;

export interface CommandLineOptions {
  /** The folder of the Pulumi program that deploys the domain, with the outputs of infra/. */
  readonly program: string;
  /** How operators call this command line, as its help shows it. */
  readonly call: string;
}

const write = (text: string): Promise<void> =>
  new Promise((resolve, reject) => {
    process.stdout.write(text, (error) => (error ? reject(error) : resolve()));
  });

/** The program's stack that runs on this machine. The local cloud is loaded only where it is asked for. */
const runningStack = async (program: string): Promise<Connection> => {
  const { findRunningStack } = await import("local-aws");
  return localStack(program, findRunningStack(program));
};

/** The operator's command line for a domain: runs what the process's arguments say, and ends the process. */
export function runCommandLine<Request extends Envelope, State, Movement>(
  domain: Domain<Request, State, Movement>,
  { program, call }: CommandLineOptions,
): void {
  // The SDK's clients warn of Node.js releases on standard error, which is for progress and errors here.
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= "true";

  let progress: Progress | undefined;

  const run = async (args: readonly string[]): Promise<number> => {
    const invocation = readArguments(domain, call, args);
    if ("help" in invocation) {
      await write(invocation.help);
      return exitCode.done;
    }
    const { command, values } = invocation;
    const connection =
      values.local === true
        ? await runningStack(program)
        : await deployedStack(program, String(values.stack));
    const tables = openTables(domain, connection);
    return command.run(
      {
        tables,
        json: values.json === true,
        write,
        startProgress: async (total) => {
          progress = showProgress(process.stderr, total ?? (await eventCount(tables)));
          return progress;
        },
        pause: () => sleep(pauseMs),
      },
      values,
    );
  };

  // A crash may follow any write, so a command can simply be ended.
  process.once("SIGINT", () => {
    progress?.end();
    process.stderr.write("Interrupted. Run it again to go on.\n");
    process.exit(exitCode.interrupted);
  });

  // A reader of the output, such as `head`, may close it early.
  process.stdout.once("error", () => process.exit(exitCode.done));

  run(process.argv.slice(2)).then(
    (code) => process.exit(code),
    (error: unknown) => {
      progress?.end();
      process.stderr.write(lines(`Error: ${explain(error)}`));
      process.exit(exitCode.notRun);
    },
  );
}
