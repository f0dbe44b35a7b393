import { interruption, readOptions, runCommand, unlessInterrupted } from "local-aws";
import { printable } from "../printable";
import { accessTo } from "./client/access";
import { describeChange, followChanges } from "./client/changes";
import { defaultEmail, signInAs } from "./client/local-user";
import { requireStack } from "./use-stack";

const help = `Prints the changes of a user's accounts as they arrive from the stack that runs on this machine, until Ctrl-C.

  npm run tail -- [options]

  --email ADDRESS   whose accounts (${defaultEmail})
  --account ID      one account alone
  -h, --help        this text`;

runCommand(
  async () => {
    const { email, account, ...options } = readOptions("npm run tail --", {
      email: { type: "string", default: defaultEmail },
      account: { type: "string" },
    });
    if (options.help) {
      console.log(help);
      return;
    }
    const stack = requireStack();
    const interrupted = interruption();
    const { sub, idToken } = await signInAs(stack, email);
    const subscription = await followChanges(
      accessTo(stack, idToken),
      { owner: sub, accountId: account },
      (change) => console.log(printable(`${change.accountId}  ${describeChange(change)}`)),
    );
    const what = account === undefined ? `the accounts of ${email}` : `account ${account}`;
    console.log(`Following ${what}; Ctrl-C ends it.`);
    await unlessInterrupted(interrupted, subscription.ended);
    throw new Error("the stack has ended the connection");
  },
  { endless: true },
);
