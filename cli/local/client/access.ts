import { join } from "node:path";
import { type Access, Authenticator, type RunningStack, SignInClient } from "local-aws";
import { ledgerProgram } from "../use-stack";

/** Beside the file of the stack that runs. Users' names there are unique, whatever stack they are of. */
const authenticatorFile = join(ledgerProgram, ".build", "authenticator.json");

/** Where the ledger's API is, by the names of the program's outputs. */
export const accessTo = ({ outputs, certificate }: RunningStack, idToken: string): Access => ({
  graphqlUrl: String(outputs.graphqlUrl),
  realtimeUrl: String(outputs.realtimeUrl),
  idToken,
  certificate,
});

/** The users of the ledger's pool, by the names of the program's outputs. */
export const usersOf = (stack: RunningStack): SignInClient =>
  new SignInClient(
    stack,
    {
      userPoolId: String(stack.outputs.userPoolId),
      clientId: String(stack.outputs.userPoolClientId),
    },
    new Authenticator(authenticatorFile),
  );
