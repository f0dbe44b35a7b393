import { runCommand } from "./command";
import { untilInterrupted } from "./interrupt";
import { portsFrom, readOptions, UsageError } from "./options";
import { checkPrerequisites } from "./prerequisites";
import { announce, findRunningStack, type RunningStack, withdraw } from "./running-stack";

const help = `Runs the program's stack on this machine, until Ctrl-C.

  npm start -- [options]

  --stack NAME   the stack: its settings are those of Pulumi.NAME.yaml (dev)
  --port N       the API's port; the next three serve sign-in, DynamoDB and SQS (4000; 0: any free ones)
  --data DIR     keep tables and users in DIR between runs (they are kept in memory)
  --https        serve the API over TLS, as aws-amplify's subscriptions need it
  --verbose      show what the engines and the function log
  -h, --help     this text`;

function instructions({ outputs, endpoints, certificate }: RunningStack): string {
  const lines = Object.entries(outputs).map(([name, value]) => `  ${name.padEnd(22)} ${value}`);
  const trust = certificate === undefined ? "" : "NODE_EXTRA_CA_CERTS=.build/certificate.pem ";
  const insecure = certificate === undefined ? "" : "--cacert .build/certificate.pem ";
  return `
Outputs:
${lines.join("\n")}

Sign-in answers at ${endpoints.cognito}, DynamoDB at ${endpoints.dynamodb}, SQS at ${endpoints.sqs}.

See it at work, in another terminal:
  ${trust}npm run demo

Or send commands yourself, with the token of a user that this makes for you:
  TOKEN=$(npm run --silent token)
  curl ${insecure}${outputs.graphqlUrl} -H "Authorization: $TOKEN" --data '{"query":
    "mutation { openAccount(input: {accountId: \\"savings\\", commandId: \\"open-1\\", expectedVersion: 0, currency: \\"EUR\\"}) { version type } }"}'
  curl ${insecure}${outputs.graphqlUrl} -H "Authorization: $TOKEN" --data '{"query":
    "{ account(accountId: \\"savings\\") { balance version } }"}'

Ctrl-C stops it.`;
}

void runCommand(async () => {
  const options = readOptions("start", {
    stack: { type: "string", default: "dev" },
    port: { type: "string", default: "4000" },
    data: { type: "string" },
    https: { type: "boolean", default: false },
    verbose: { type: "boolean", default: false },
  });
  if (options.help) {
    console.log(help);
    return;
  }
  const ports = portsFrom(options.port);
  checkPrerequisites();
  const other = findRunningStack();
  if (other !== undefined) {
    throw new UsageError(`a stack runs already, as process ${other.pid}: stop it first`);
  }
  console.log(`Starting stack ${options.stack} on this machine …`);
  // Loaded now that the prerequisites are known to be there: Pulumi alone takes a second.
  const { startStack } = await import("./stack.js");
  const stack = await startStack({
    stack: options.stack,
    ports,
    dataDirectory: options.data,
    https: options.https,
    log: (source, line) => {
      if (options.verbose) console.log(`[${source}] ${line}`);
    },
    progress: (type, name) => console.log(`  ${name} (${type})`),
  });
  announce(stack.description);
  console.log(instructions(stack.description));
  await untilInterrupted();
  console.log("\nStopping …");
  withdraw();
  await stack.stop();
});
