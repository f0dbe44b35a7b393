import { readOptions, runCommand } from "local-aws";
import { defaultEmail, signInAs } from "./client/local-user";
import { requireStack } from "./use-stack";

const help = `Prints an id token for a user of the stack that runs on this machine; creates the user where there is none.

  npm run --silent token -- [options]

  --email ADDRESS   whose token (${defaultEmail})
  --operator        make the user an operator
  --program DIR     the folder of the program whose stack it is (the ledger's)
  -h, --help        this text`;

runCommand(async () => {
  const { email, operator, program, ...options } = readOptions("npm run token --", {
    email: { type: "string", default: defaultEmail },
    operator: { type: "boolean", default: false },
    program: { type: "string" },
  });
  if (options.help) {
    console.log(help);
    return;
  }
  const { idToken } = await signInAs(requireStack(program), email, { operator });
  console.log(idToken);
});
