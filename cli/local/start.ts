import { certificateFile, type RunningStack, runCommand, startCommand } from "local-aws";
import { ledgerProgram } from "./use-stack";

/** What to do with the ledger's stack; another program's speaks for itself. */
function instructions({ outputs, certificate }: RunningStack, program: string): string {
  if (program !== ledgerProgram) return "";
  const curl = `curl ${certificate === undefined ? "" : `--cacert ${certificateFile} `}`;
  return `
See it at work, in another terminal:
  npm run demo

Or send commands yourself, with the token of a user that this makes for you, and follow what comes of them:
  TOKEN=$(npm run --silent token)
  ${curl}${outputs.graphqlUrl} -H "Authorization: $TOKEN" --data '{"query":
    "mutation { openAccount(input: {accountId: \\"savings\\", commandId: \\"open-1\\", expectedVersion: 0, currency: \\"EUR\\"}) { version type } }"}'
  ${curl}${outputs.graphqlUrl} -H "Authorization: $TOKEN" --data '{"query":
    "{ account(accountId: \\"savings\\") { balance version } }"}'
  npm run tail
`;
}

runCommand(
  () =>
    startCommand({
      usage: "npm start --",
      args: process.argv.slice(2),
      // npm runs scripts in the project's folder, and tells where it was called.
      folder: process.env.INIT_CWD ?? process.cwd(),
      program: ledgerProgram,
      instructions,
    }),
  { endless: true },
);
