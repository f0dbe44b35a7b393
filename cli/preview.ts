import { runCommand } from "local-aws";
import { preview } from "./preview/command";

runCommand(async () => {
  const page = await preview(process.argv.slice(2), (text) => process.stderr.write(`${text}\n`));
  await new Promise((written) => process.stdout.write(page, written));
});
