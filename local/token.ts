import { SignInClient } from "./client/sign-in";
import { runCommand } from "./command";
import { readOptions, UsageError } from "./options";
import { findRunningStack } from "./running-stack";

const help = `Prints an id token for a user of the stack that runs on this machine; makes the user where there is none.

  npm run --silent token -- [options]

  --email ADDRESS   whose token (you@example.com)
  --operator        make the user an operator
  -h, --help        this text`;

/** Of a user that exists on this machine alone. */
const password = "Local-Passw0rd!";
const temporaryPassword = "Temp-Passw0rd!";

void runCommand(async () => {
  const options = readOptions("token", {
    email: { type: "string", default: "you@example.com" },
    operator: { type: "boolean", default: false },
  });
  if (options.help) {
    console.log(help);
    return;
  }
  const stack = findRunningStack();
  if (stack === undefined) throw new UsageError("no stack runs on this machine: `npm start` first");
  const users = new SignInClient(stack);
  const isNew = await users.createUser(options.email, temporaryPassword);
  if (options.operator) await users.addToGroup(options.email, "operators");
  if (isNew) await users.signInFirst(options.email, temporaryPassword, password);
  // Anew in any case: groups count from the next sign-in on.
  const { idToken } = await users.signIn(options.email, password);
  console.log(idToken);
});
