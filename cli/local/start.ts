import { certificateFile, type RunningStack, runCommand, startCommand } from "local-aws";
import { callersFolder, ledgerProgram } from "./use-stack";

/** Instructions for the ledger's stack; there are none for another program's. */
function instructions({ outputs, certificate }: RunningStack, program: string): string {
  if (program !== ledgerProgram) return "";
  const curl = `curl ${certificate === undefined ? "" : `--cacert ${certificateFile} `}`;
  return `
See it at work, in another terminal:
  npm run demo

Or send commands yourself, with the token of a user that this creates for you, and follow their changes:
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
      folder: callersFolder,
      program: ledgerProgram,
      instructions,
    }),
  { endless: true },
);
