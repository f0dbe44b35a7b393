import { parseArgs } from "node:util";
import type { Command, Shape, Values } from "./command";
import { exportStream } from "./commands/export";
import { rebuild } from "./commands/rebuild";
import { resume } from "./commands/resume";
import { suspended } from "./commands/suspended";
import { verify } from "./commands/verify";
import { CommandError } from "./errors";
import { wordsOf } from "./words";

type Commands = Readonly<Record<string, Command>>;

/** The commands on a domain's streams, by name. */
export const commandsOf = (domain: Shape): Commands => ({
  verify: verify(domain),
  rebuild: rebuild(domain),
  suspended: suspended(domain),
  resume: resume(domain),
  export: exportStream(domain),
});

const commonOptions = {
  stack: { type: "string" },
  local: { type: "boolean" },
  json: { type: "boolean" },
  help: { type: "boolean", short: "h" },
} as const;

const commonHelp = `  --stack NAME   a deployed stack: the Pulumi CLI reads its outputs, and your AWS credentials open its tables
  --local        the stack that \`npm start\` runs on this machine; --stack can be left out
  --json         answer in JSON, for machines; \`npm run --silent\` keeps npm's own lines out of it
  -h, --help     this text`;

const generalHelp = (call: string, streams: string, commands: Commands): string =>
  `Verifies, rebuilds and exports the ${streams} of one stack. docs/runbook/README.md says when to use which command.

  ${call} COMMAND --stack NAME | --local [options]

${Object.entries(commands)
  .map(([name, { summary }]) => `  ${name.padEnd(14)} ${summary}`)
  .join("\n")}

${commonHelp}; after a command, the command's own

Every command can be interrupted at any moment, and run again. Progress goes to standard error.
Exit codes: 0 done, 1 something differs or was left unmended, 2 the command could not be run, 130 interrupted.
`;

const commandHelp = (call: string, { usage, help }: Command): string =>
  `${call} ${usage}\n\n${help}\n\n${commonHelp}\n`;

export type Invocation =
  | { readonly help: string }
  | { readonly command: Command; readonly values: Values };

const optionsOf = (command: Command, args: readonly string[], seeHelp: string): Values => {
  try {
    return parseArgs({ args: [...args], options: { ...commonOptions, ...command.options } })
      .values as Values;
  } catch (error) {
    const [reason] = (error instanceof Error ? error.message : String(error)).split(". ");
    throw new CommandError(`${reason}. ${seeHelp}`);
  }
};

/**
 * Reads the command line of a domain. Throws CommandError where it makes no sense.
 * @param call how operators call it, e.g. `npm run ledger --`
 */
export function readArguments(domain: Shape, call: string, args: readonly string[]): Invocation {
  const commands = commandsOf(domain);
  const seeHelp = `See \`${call} --help\`.`;
  const [name, ...rest] = args;
  if (name === undefined) throw new CommandError(`which command? ${seeHelp}`);
  if (name === "--help" || name === "-h" || name === "help") {
    return { help: generalHelp(call, wordsOf(domain.name).streams, commands) };
  }
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (command === undefined) throw new CommandError(`there is no command "${name}". ${seeHelp}`);
  const values = optionsOf(command, rest, `See \`${call} ${name} --help\`.`);
  if (values.help === true) return { help: commandHelp(call, command) };
  if (values.stack === undefined && values.local !== true) {
    throw new CommandError("which stack? --stack NAME for a deployed one, or --local");
  }
  command.check?.(values);
  return { command, values };
}
