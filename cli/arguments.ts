import { parseArgs } from "node:util";
import type { Command, Values } from "./command";
import { exportAccount } from "./commands/export";
import { rebuild } from "./commands/rebuild";
import { resume } from "./commands/resume";
import { suspended } from "./commands/suspended";
import { verify } from "./commands/verify";
import { CommandError } from "./errors";

export const commands: Readonly<Record<string, Command>> = {
  verify,
  rebuild,
  suspended,
  resume,
  export: exportAccount,
};

const commonOptions = {
  stack: { type: "string" },
  local: { type: "boolean" },
  json: { type: "boolean" },
  help: { type: "boolean", short: "h" },
} as const;

const commonHelp = `  --stack NAME   a deployed stack: the Pulumi CLI tells its outputs, and your AWS credentials open its tables
  --local        the stack that \`npm start\` runs on this machine; --stack can be left out
  --json         answer in JSON, for machines; \`npm run --silent ledger\` keeps npm's own lines out of it
  -h, --help     this text`;

const generalHelp = `Checks, mends and exports the ledger of one stack. docs/operations.md tells when to use what.

  npm run ledger -- COMMAND --stack NAME | --local [options]

${Object.entries(commands)
  .map(([name, { summary }]) => `  ${name.padEnd(14)} ${summary}`)
  .join("\n")}

${commonHelp}; after a command, the command's own

Every command can be interrupted at any moment, and run again. Progress goes to standard error.
Exit codes: 0 done, 1 something differs or was left unmended, 2 the command could not be run, 130 interrupted.
`;

const commandHelp = ({ usage, help }: Command): string =>
  `npm run ledger -- ${usage}\n\n${help}\n\n${commonHelp}\n`;

export type Invocation =
  | { readonly help: string }
  | { readonly command: Command; readonly values: Values };

const seeHelp = "See `npm run ledger -- --help`.";

const optionsOf = (name: string, command: Command, args: readonly string[]): Values => {
  try {
    return parseArgs({ args: [...args], options: { ...commonOptions, ...command.options } })
      .values as Values;
  } catch (error) {
    const [reason] = (error instanceof Error ? error.message : String(error)).split(". ");
    throw new CommandError(`${reason}. See \`npm run ledger -- ${name} --help\`.`);
  }
};

/** Reads the command line. Throws CommandError where it makes no sense. */
export function readArguments(args: readonly string[]): Invocation {
  const [name, ...rest] = args;
  if (name === undefined) throw new CommandError(`which command? ${seeHelp}`);
  if (name === "--help" || name === "-h" || name === "help") return { help: generalHelp };
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (command === undefined) throw new CommandError(`there is no command "${name}". ${seeHelp}`);
  const values = optionsOf(name, command, rest);
  if (values.help === true) return { help: commandHelp(command) };
  if (values.stack === undefined && values.local !== true) {
    throw new CommandError("which stack? --stack NAME for a deployed one, or --local");
  }
  command.check?.(values);
  return { command, values };
}
