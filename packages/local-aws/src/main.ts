import { runCommand } from "./command";
import { startCommand } from "./start-command";
import { UsageError } from "./usage-error";

const help = `Runs the AWS resources of a Pulumi program on one machine.

  npx local-aws start --program DIR --stack NAME

  start --help   what else it takes`;

/** The command `local-aws`. */
export function main([name, ...args]: readonly string[]): void {
  runCommand(
    async () => {
      if (name === undefined || name === "--help" || name === "-h") {
        console.log(help);
        return;
      }
      if (name !== "start") {
        throw new UsageError(`there is no command ${name}. See \`npx local-aws --help\`.`);
      }
      const folder = process.cwd();
      await startCommand({ usage: "npx local-aws start", args, folder, program: folder });
    },
    { endless: true },
  );
}
