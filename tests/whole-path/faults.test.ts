import { randomUUID } from "node:crypto";
import { DescribeTableCommand, DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { createEventSourceMapping, type Failure, type Input, type LambdaFunction } from "local-aws";
import { afterAll, beforeAll, expect, it } from "vitest";
import { trial } from "../trial";
import { type Operator, operatorOf } from "./operator";
import { accountAt, newAccountId, startWorld, type User, type World } from "./world";

// The real engines under load, with everything going wrong that can: the function's processes are killed while they
// write, DynamoDB throttles, and a second mapping delivers every batch again, twice over and shuffled.

/** `npm run trial:faults` asks for more. */
const accounts = Number(process.env.ACCOUNTS ?? trial(2, 4));
/** So many operations come between two kills, if both are writes. A kill costs as many new processes as were at work. */
const operationsPerKill = trial(29, 11);
const commandsEach = 25;

let world: World;
let owner: User;
let tables: Operator;
let projector: LambdaFunction;
let stopSecondMapping: () => Promise<void>;

const injected = { kills: 0, throttles: 0, duplicates: 0 };
let failing = false;

/** Counts instead of clocks: every so many operations something fails, whatever the machine's speed. */
let operations = 0;
const everyNth = (n: number): boolean => operations % n === 0;

const throttled: Failure = {
  type: "com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException",
  message: "The level of configured provisioned throughput for the table was exceeded.",
};

/** Whether an operation writes entries, or a summary. */
const isWriteToReadModel = (operation: string, { TableName, RequestItems }: Input): boolean => {
  const readModel = String(world.stack.outputs.readModelTableName);
  return operation === "BatchWriteItem"
    ? readModel in (RequestItems as object)
    : operation === "PutItem" && TableName === readModel;
};

const intercept = (operation: string, input: Input): Failure | undefined => {
  if (!failing || !/Item$|^Query$/.test(operation)) return undefined;
  operations += 1;
  if (everyNth(7)) {
    injected.throttles += 1;
    return throttled;
  }
  // The write on its way still arrives, but no process is left to get the answer.
  if (isWriteToReadModel(operation, input) && everyNth(operationsPerKill)) {
    injected.kills += 1;
    projector.kill();
  }
  return undefined;
};

/** The function as a second mapping sees it: every batch comes twice, with every record doubled and in reverse order. */
const deliveredBackwards = (original: LambdaFunction) => ({
  name: original.name,
  arn: original.arn,
  roleArn: original.roleArn,
  invoke: async (event: unknown) => {
    const { Records } = event as { Records: readonly unknown[] };
    const backwards = [...Records].reverse().flatMap((record) => [record, record]);
    injected.duplicates += 4 * Records.length;
    await original.invoke({ Records: backwards });
    return original.invoke({ Records: backwards });
  },
});

const startSecondMapping = async (): Promise<void> => {
  const { cloud, outputs, description } = world.stack;
  const client = new DynamoDBClient({
    region: description.region,
    endpoint: description.endpoints.dynamodb,
    credentials: description.credentials,
  });
  const { Table } = await client.send(
    new DescribeTableCommand({ TableName: String(outputs.eventTableName) }),
  );
  const mapping = createEventSourceMapping(
    {
      eventSourceArn: Table?.LatestStreamArn,
      startingPosition: "TRIM_HORIZON",
      parallelizationFactor: 4,
      batchSize: 25,
      maximumRetryAttempts: 3,
      bisectBatchOnFunctionError: true,
      functionResponseTypes: ["ReportBatchItemFailures"],
      filterCriteria: { filters: [{ pattern: JSON.stringify({ eventName: ["INSERT"] }) }] },
    },
    {
      region: cloud.region,
      iam: cloud.iam,
      dynamodbEndpoint: cloud.dynamodb.endpoint,
      function: deliveredBackwards(projector),
      sendMessage: cloud.sqs.sendMessage,
      log: () => {},
    },
  );
  stopSecondMapping = () => mapping.stop();
};

beforeAll(async () => {
  world = await startWorld({ dynamodb: { intercept } });
  owner = await world.signUp();
  tables = operatorOf(world);
  const { cloud, outputs } = world.stack;
  const found = [...cloud.functions.values()].find(
    ({ name }) => name === outputs.projectorFunctionName,
  );
  if (found === undefined) throw new Error("the projector does not run");
  projector = found;
  await startSecondMapping();
});

afterAll(async () => {
  await stopSecondMapping?.();
  tables?.close();
  await world?.stop();
});

/** A client: it repeats a command unchanged until it has an answer, and raises the version on a conflict alone. */
const insist = async (accountId: string, from: number, amount: string): Promise<number> => {
  const commandId = randomUUID();
  let version = from;
  for (;;) {
    const input = { accountId, commandId, expectedVersion: version, amount };
    const { event, errorType } = await owner.command("deposit", input);
    if (event !== null) return event.version;
    if (errorType === "VersionConflict") version += 1;
    else expect(errorType).toBe("Unavailable");
  }
};

it("the ledger adds up after kills, throttles, duplicates and disorder under load", async () => {
  const accountIds = Array.from({ length: accounts }, newAccountId);
  for (const accountId of accountIds) {
    await owner.command("openAccount", { accountId, expectedVersion: 0, currency: "EUR" });
  }

  failing = true;
  const load = async (accountId: string): Promise<void> => {
    let version = 1;
    for (let n = 0; n < commandsEach; n += 1) version = await insist(accountId, version, "3");
  };
  // Two writers an account.
  await Promise.all([...accountIds, ...accountIds].map(load));
  failing = false;

  const last = 1 + 2 * commandsEach + 1;
  for (const accountId of accountIds) {
    // The account's next event repairs what the retries gave up while everything was failing.
    expect(await insist(accountId, last - 1, "3")).toBe(last);
    expect(await accountAt(owner, accountId, last)).toMatchObject({
      balance: String(3 * (last - 1)),
      version: last,
    });
  }
  const report = await tables.verify();
  expect(report).toMatchObject({ streams: accounts, differing: [], behind: [], suspended: [] });
  expect(report.events).toBe(accounts * last);
  console.log(`${report.events} events; injected ${JSON.stringify(injected)}`);
  expect(injected.kills).toBeGreaterThan(trial(2, 10));
  expect(Math.min(injected.throttles, injected.duplicates)).toBeGreaterThan(10);
}, 300_000);
