import { runCommand } from "../../packages/local-aws/src/command";
import { readOptions } from "../../packages/local-aws/src/options";
import { requireRunningStack } from "../../packages/local-aws/src/running-stack";
import { defaultEmail, signInAs } from "./client/local-user";

const help = `Prints an id token for a user of the stack that runs on this machine; makes the user where there is none.

  npm run --silent token -- [options]

  --email ADDRESS   whose token (${defaultEmail})
  --operator        make the user an operator
  -h, --help        this text`;

runCommand(async () => {
  const { email, operator, ...options } = readOptions("token", {
    email: { type: "string", default: defaultEmail },
    operator: { type: "boolean", default: false },
  });
  if (options.help) {
    console.log(help);
    return;
  }
  const { idToken } = await signInAs(requireRunningStack(), email, { operator });
  console.log(idToken);
});
