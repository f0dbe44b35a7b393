import { resolve } from "node:path";
import { portsFrom, readOptions } from "./options";
import { runStack } from "./run-stack";
import {
  certificateFile,
  deleteStackFile,
  type RunningStack,
  refuseSecondStack,
  writeStackFile,
} from "./running-stack";

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
      verbose: { type: "boolean", default: false },
    },
    command.args,
  );
  if (options.help) {
    console.log(help(command.usage));
    return;
  }
  const { stack, data, https, verbose } = options;
  const ports = portsFrom(options.port);
  const program =
    options.program === undefined ? command.program : resolve(command.folder, options.program);
  const dataDirectory = data === undefined ? undefined : resolve(command.folder, data);
  refuseSecondStack(program);
  console.log(`Starting stack ${stack} on this machine …`);
  const serve = async (running: RunningStack): Promise<void> => {
    writeStackFile(program, running);
    const instructions = command.instructions?.(running, program) ?? "";
    console.log(`${describeStack(running)}${instructions}\nCtrl-C stops it.`);
    await new Promise(() => {});
  };
  try {
    await runStack({ program, stack, ports, dataDirectory, https, verbose }, serve);
  } finally {
    deleteStackFile(program);
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
