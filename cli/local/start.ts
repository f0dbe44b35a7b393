import { resolve } from "node:path";
import { runCommand } from "../../packages/local-aws/src/command";
import { portsFrom, readOptions } from "../../packages/local-aws/src/options";
import { withOwnStack } from "../../packages/local-aws/src/own-stack";
import {
  announce,
  type RunningStack,
  refuseSecondStack,
  withdraw,
} from "../../packages/local-aws/src/running-stack";

const help = `Runs the program's stack on this machine, until Ctrl-C.

  npm start -- [options]

  --stack NAME   the stack: its settings are those of Pulumi.NAME.yaml (dev)
  --port N       the API's port; the next three serve sign-in, DynamoDB and SQS (4000; 0: any free ones)
  --data DIR     keep tables and users in DIR between runs (they are kept in memory)
  --https        serve the API over TLS, as aws-amplify's subscriptions need it
  --verbose      show every resource, and what the engines and the functions log
  -h, --help     this text`;

function instructions({ outputs, endpoints, certificate }: RunningStack): string {
  const lines = Object.entries(outputs).map(([name, value]) => `  ${name.padEnd(22)} ${value}`);
  const curl = `curl ${certificate === undefined ? "" : "--cacert .build/certificate.pem "}`;
  return `
Outputs:
${lines.join("\n")}

Sign-in answers at ${endpoints.cognito}, DynamoDB at ${endpoints.dynamodb}, SQS at ${endpoints.sqs}.${
    certificate === undefined
      ? ""
      : `
The certificate to trust is .build/certificate.pem.`
  }

See it at work, in another terminal:
  npm run demo

Or send commands yourself, with the token of a user that this makes for you, and watch what comes of them:
  TOKEN=$(npm run --silent token)
  ${curl}${outputs.graphqlUrl} -H "Authorization: $TOKEN" --data '{"query":
    "mutation { openAccount(input: {accountId: \\"savings\\", commandId: \\"open-1\\", expectedVersion: 0, currency: \\"EUR\\"}) { version type } }"}'
  ${curl}${outputs.graphqlUrl} -H "Authorization: $TOKEN" --data '{"query":
    "{ account(accountId: \\"savings\\") { balance version } }"}'
  npm run watch

Ctrl-C stops it.`;
}

runCommand(
  async () => {
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
    const { stack, data, https, verbose } = options;
    const ports = portsFrom(options.port);
    // npm runs scripts in the project's folder, and tells where it was called.
    const here = process.env.INIT_CWD ?? process.cwd();
    const dataDirectory = data === undefined ? undefined : resolve(here, data);
    refuseSecondStack();
    console.log(`Starting stack ${stack} on this machine …`);
    const serve = async (description: RunningStack): Promise<void> => {
      announce(description);
      console.log(instructions(description));
      await new Promise(() => {});
    };
    try {
      await withOwnStack({ stack, ports, dataDirectory, https, verbose }, serve);
    } finally {
      withdraw();
    }
  },
  { endless: true },
);
