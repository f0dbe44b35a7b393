import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { deleteStackFile, findRunningStack, writeStackFile } from "local-aws";
import { forEachOf } from "../../cli/streams";
import { deposit, opening, storedIn, withdrawal } from "../core/ledger/requests";
import { seed, startWorld } from "./world";

// A ledger of many events to try the command line on, in place of the stack that `npm start` runs:
//
//   npx tsx tests/cli/seed.ts --accounts 1000 --events 100
//   npm run ledger -- verify --local        (in another terminal)

const { values } = parseArgs({
  options: {
    accounts: { type: "string", default: "1000" },
    events: { type: "string", default: "100" },
  },
});
/** The folder of the ledger's program. */
const program = resolve(__dirname, "../..");
const accounts = Number(values.accounts);
const events = Number(values.events);

const history = (streamId: string) =>
  storedIn(
    streamId,
    opening(),
    ...Array.from({ length: events - 1 }, (_, n) => (n % 3 === 2 ? withdrawal(n) : deposit(n + 1))),
  );

async function main(): Promise<void> {
  if (findRunningStack(program) !== undefined)
    throw new Error("a local stack runs already: stop it");
  const world = await startWorld();
  const ledger = world.ledger();
  const ids = Array.from({ length: accounts }, (_, n) => `account-${n + 1}`);
  let done = 0;
  await forEachOf(ids, async (id) => {
    await seed(ledger, history(id));
    done += 1;
    if (done % 100 === 0) console.log(`${done * events} events`);
  });
  const { region, outputs, endpoint, iam } = world;
  const endpoints = { dynamodb: endpoint, cognito: "", sqs: "" };
  const credentials = iam.administrator;
  const frontEnd = { region, cognitoEndpoint: "" };
  writeStackFile(program, { pid: process.pid, region, outputs, endpoints, credentials, frontEnd });
  console.log(`${accounts} accounts of ${events} events each are ready; Ctrl-C ends them.`);
  process.once("SIGINT", async () => {
    deleteStackFile(program);
    await world.stop();
    process.exit();
  });
}

void main();
