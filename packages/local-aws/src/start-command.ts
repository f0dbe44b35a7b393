import { resolve } from "node:path";
import { amplifyConfiguration, awsExports, outputExports } from "./front-end";
import { portsFrom, readOptions } from "./options";
import { runStack } from "./run-stack";
import {
  certificateFile,
  deleteStackFile,
  findRunningStack,
  type RunningStack,
  refuseSecondStack,
  writeStackFile,
} from "./running-stack";
import type { LocalStack } from "./stack";
import { updateOnChange } from "./update-on-change";
import { UsageError } from "./usage-error";

export interface StartCommandOptions {
  /** How people call the command, e.g. "npx local-aws start". */
  readonly usage: string;
  readonly args: readonly string[];
  /** The folder that the paths among the arguments start from. */
  readonly folder: string;
  /** The folder of the program that is started where no argument names one. */
  readonly program: string;
  /** What to show besides the outputs and the endpoints once the stack of `program` runs. */
  readonly instructions?: (stack: RunningStack, program: string) => string;
}

function help(usage: string): string {
  return `Runs a stack of a Pulumi program on this machine, until Ctrl-C or until the process that has started it ends.

  ${usage} [options]

  --program DIR  the program's folder, with its Pulumi.yaml
  --stack NAME   the stack: its settings are those of Pulumi.NAME.yaml (dev)
  --port N       the API's port; the next three serve sign-in, DynamoDB and SQS (4000; 0: any free ones)
  --data DIR     keep tables, users and queues in DIR between runs (they are kept in memory)
  --https        serve the API over TLS, as aws-amplify's subscriptions need it
  --watch        apply the program to the running stack whenever one of its files changes; the data stays
  --inspect      open the functions' processes to a debugger: one process a function, without a time limit
  --trace        show each request's templates as rendered, its calls with the units they consume, and the functions' logs
  --print WHAT   print a configuration for the stack that runs, and start nothing:
                   amplify  what Amplify.configure takes (the API serves it as /config.json, too)
                   env      the program's outputs, for a shell: eval "$(… --print env)"
                   aws      the engines' endpoints and credentials, for the AWS command line and SDKs
  --verbose      show every resource, and what the engines and the functions log
  -h, --help     this text`;
}

/** Starts the stack that the arguments name, and serves it until Ctrl-C. */
export async function startCommand(command: StartCommandOptions): Promise<void> {
  const options = readOptions(
    command.usage,
    {
      program: { type: "string" },
      stack: { type: "string", default: "dev" },
      port: { type: "string", default: "4000" },
      data: { type: "string" },
      https: { type: "boolean", default: false },
      watch: { type: "boolean", default: false },
      inspect: { type: "boolean", default: false },
      trace: { type: "boolean", default: false },
      print: { type: "string" },
      verbose: { type: "boolean", default: false },
    },
    command.args,
  );
  if (options.help) {
    console.log(help(command.usage));
    return;
  }
  const { stack, data, https, watch, inspect, trace, verbose } = options;
  const ports = portsFrom(options.port);
  const program =
    options.program === undefined ? command.program : resolve(command.folder, options.program);
  if (options.print !== undefined) {
    console.log(configurationOf(program, options.print));
    return;
  }
  const dataDirectory = data === undefined ? undefined : resolve(command.folder, data);
  refuseSecondStack(program);
  console.log(`Starting stack ${stack} on this machine …`);
  const serve = async (running: RunningStack, local: LocalStack): Promise<void> => {
    writeStackFile(program, running);
    if (watch) {
      await updateOnChange(program, local, dataDirectory);
    }
    const instructions = command.instructions?.(running, program) ?? "";
    console.log(`${describeStack(running)}${instructions}\nCtrl-C stops it.`);
    await new Promise(() => {});
  };
  try {
    await runStack({ program, stack, ports, dataDirectory, https, inspect, trace, verbose }, serve);
  } finally {
    deleteStackFile(program);
  }
}

/** What `--print` prints of the program's running stack. */
function configurationOf(program: string, what: string): string {
  const running = findRunningStack(program);
  if (running === undefined) {
    throw new UsageError(`no stack of the program in ${program} runs: start it first`);
  }
  switch (what) {
    case "amplify":
      return JSON.stringify(amplifyConfiguration(running.frontEnd), null, 2);
    case "aws":
      return awsExports(running);
    case "env":
      return outputExports(running.outputs);
    default:
      throw new UsageError(`--print: expected amplify, env or aws, found ${what}`);
  }
}

function describeStack({ outputs, endpoints, certificate }: RunningStack): string {
  const lines = Object.entries(outputs).map(([name, value]) => `  ${name.padEnd(22)} ${value}`);
  return `
Outputs:
${lines.join("\n")}

Sign-in answers at ${endpoints.cognito}, DynamoDB at ${endpoints.dynamodb}, SQS at ${endpoints.sqs}.
${certificate === undefined ? "" : `The certificate to trust is ${certificateFile} in the program's folder.\n`}`;
}
