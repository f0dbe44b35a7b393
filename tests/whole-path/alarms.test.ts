import { randomUUID } from "node:crypto";
import { SendMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { UpdateCommand } from "@aws-sdk/lib-dynamodb";
import { type Failure, type Input, type LambdaFunction, RequestError } from "local-aws";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { ownerIndex } from "../../lambda/adapters/keys";
import { alarmNames } from "../infra/alarm-names";
import { type Operator, operatorOf } from "./operator";
import { accountAt, eventually, newAccountId, startWorld, type User, type World } from "./world";

// Each alarm rings once for a cause, over the metrics that the functions and the engines really emit. The alarms' clock is
// the test's own: it stands in the middle of a minute.

const minute = 60_000;
let clock = Math.floor(Date.now() / minute) * minute + minute / 2;

let world: World;
let owner: User;
let operator: User;
let tables: Operator;

type DynamodbFault = (operation: string, input: Input) => Failure | undefined;
let dynamodbFault: DynamodbFault = () => undefined;
let apiFault: (query: string) => RequestError | undefined = () => undefined;

const rung = new Set<string>();

const prefix = "ledger-alarms-";
const output = (name: string): string => String(world.stack.outputs[name]);
const cloudwatch = () => world.stack.cloud.cloudwatch;

const pass = (minutes = 1): void => {
  for (let passed = 0; passed < minutes; passed += 1) {
    clock += minute;
    cloudwatch().evaluate();
  }
};

const stateOf = (name: string) =>
  cloudwatch().alarms.find((alarm) => alarm.name === prefix + name)?.state;

/** Lets minutes pass until the alarm is in the state. What an engine measures may come a moment later. */
const until = (name: string, state: "ALARM" | "OK"): Promise<true> =>
  eventually(async () => {
    pass();
    return stateOf(name) === state ? true : undefined;
  });

const functionOf = (name: string): LambdaFunction => {
  const found = [...world.stack.cloud.functions.values()].find(
    (fn) => fn.name === `ledger-${name}-function`,
  );
  if (found === undefined) throw new Error(`there is no ${name}`);
  return found;
};

const isOf = (table: string, operation: string, { TableName, RequestItems }: Input): boolean =>
  operation === "BatchWriteItem"
    ? output(table) in (RequestItems as object)
    : TableName === output(table);

const fault =
  (type: string, table: string, operations: RegExp, index?: string): DynamodbFault =>
  (operation, input) =>
    operations.test(operation) && isOf(table, operation, input)
      ? { type, message: "injected", ...(index !== undefined && { index }) }
      : undefined;

const throttled = "ProvisionedThroughputExceededException";
const denied = "AccessDeniedException";
const reads = /^(GetItem|Query)$/;
const writes = /^(PutItem|BatchWriteItem)$/;

/** Does something once, during the next operation on a table. */
const once = (table: string, operations: RegExp, act: () => void): void => {
  dynamodbFault = (operation, input) => {
    if (operations.test(operation) && isOf(table, operation, input)) {
      dynamodbFault = () => undefined;
      act();
    }
    return undefined;
  };
};

beforeAll(async () => {
  world = await startWorld({
    now: () => clock,
    retryPauseMs: { first: 1, longest: 1 },
    alarm: ({ alarm, to }) => void (to === "ALARM" && rung.add(alarm.slice(prefix.length))),
    dynamodb: { intercept: (operation, input) => dynamodbFault(operation, input) },
    appsync: { intercept: (query) => apiFault(query) },
  });
  owner = await world.signUp();
  operator = await world.signUp("operators");
  tables = operatorOf(world);
});

afterEach(() => {
  dynamodbFault = () => undefined;
  apiFault = () => undefined;
});

afterAll(async () => {
  tables?.close();
  await world?.stop();
});

const open = async (): Promise<string> => {
  const accountId = newAccountId();
  await owner.command("openAccount", { accountId, expectedVersion: 0, currency: "EUR" });
  await accountAt(owner, accountId, 1);
  return accountId;
};

const deposit = (accountId: string, expectedVersion: number) =>
  owner.command("deposit", { accountId, expectedVersion, amount: "1" });

/** Writes an event that no template would have written. */
const poison = async (accountId: string, version: number): Promise<void> => {
  const [first] = await tables.eventsOf(accountId);
  const event = { ...first, version, commandId: randomUUID(), type: "DepositRequested" };
  await tables.writeEvent({ ...event, data: { amount: "five" } });
};

const setSummary = (accountId: string, column: string, value: unknown) =>
  tables.ledger.documents.send(
    new UpdateCommand({
      TableName: tables.ledger.readModel,
      Key: { pk: `account:${accountId}`, sk: "summary" },
      UpdateExpression: "SET #column = :value",
      ExpressionAttributeNames: { "#column": column },
      ExpressionAttributeValues: { ":value": value },
    }),
  );

const resume = (accountId: string) =>
  operator.ask("mutation Resume($id: ID!) { resumeStream(accountId: $id) { version } }", {
    id: accountId,
  });

const requestRebuild = async (body: string): Promise<void> => {
  const { region, endpoints, credentials } = world.stack.description;
  const client = new SQSClient({ region, endpoint: endpoints.sqs, credentials });
  await client.send(
    new SendMessageCommand({
      QueueUrl: output("rebuildQueueUrl"),
      MessageBody: body,
      MessageGroupId: randomUUID(),
      MessageDeduplicationId: randomUUID(),
    }),
  );
  client.destroy();
};

/** Waits until the functions have logged a line so often again, and lets a minute pass each time. */
const eachMinuteAfter = async (text: string, times: number): Promise<void> => {
  for (let time = 0; time < times; time += 1) {
    const before = world.logs.length;
    await eventually(async () =>
      world.logs.slice(before).some((line) => line.includes(text)) ? true : undefined,
    );
    pass();
  }
};

describe("a stream that needs somebody", () => {
  it("rings where the projector suspends it", async () => {
    const accountId = await open();
    await poison(accountId, 2);
    await until("suspended", "ALARM");
  });

  it("rings where the rebuilder suspends it", async () => {
    const accountId = await open();
    await setSummary(accountId, "projectionVersion", 0);
    await poison(accountId, 2);
    await until("suspendedInRebuild", "ALARM");
  });

  it("rings where its summary cannot be read", async () => {
    const accountId = await open();
    await setSummary(accountId, "balance", "much");
    await deposit(accountId, 1);
    await until("unreadable", "ALARM");
  });

  it("rings where a later release has written its rows", async () => {
    const accountId = await open();
    await setSummary(accountId, "projectionVersion", 999);
    await deposit(accountId, 1);
    await until("laterRelease", "ALARM");
  });
});

describe("folding that fails", () => {
  it("rings where it lasts, and ends once events are folded again", async () => {
    const accountId = await open();
    dynamodbFault = fault(denied, "readModelTableName", reads);
    await deposit(accountId, 1);
    await eachMinuteAfter("stream failed", 3);
    await until("streamsFailing", "ALARM");
    dynamodbFault = () => undefined;
    await accountAt(owner, accountId, 2);
    for (let version = 2; version < 7; version += 1) {
      await deposit(accountId, version);
      await accountAt(owner, accountId, version + 1);
      pass();
    }
    await until("streamsFailing", "OK");
  });

  it("rings in the rebuilder as well", async () => {
    const accountId = await open();
    await setSummary(accountId, "projectionVersion", 0);
    dynamodbFault = fault(denied, "readModelTableName", reads);
    await requestRebuild(JSON.stringify({ streamId: accountId, known: 1 }));
    await eachMinuteAfter("stream failed", 3);
    await until("rebuildsFailing", "ALARM");
  });

  it("rings where records are given up, and where the failure queue does not take them", async () => {
    const accountId = await open();
    dynamodbFault = fault(denied, "readModelTableName", reads);
    await deposit(accountId, 1);
    await until("failures", "ALARM");
    expect(stateOf("dropped")).not.toBe("ALARM");
    const { iam } = world.stack.cloud;
    const Statement = [
      { Effect: "Allow", Action: ["dynamodb:*", "appsync:*", "logs:*"], Resource: "*" },
    ];
    const policy = { Version: "2012-10-17", Statement };
    iam.putRolePolicy("ledger-projector-role", "ledger-projector-policy", policy);
    await deposit(accountId, 2);
    await until("dropped", "ALARM");
  });
});

describe("changes that are not published", () => {
  it("ring, and so does the API that answers with errors, until both work again", async () => {
    const accountId = await open();
    apiFault = (query) =>
      query.startsWith("mutation Publish")
        ? new RequestError(500, "InternalFailure", "injected")
        : undefined;
    await deposit(accountId, 1);
    await until("publishing", "ALARM");
    expect(rung).toContain("apiErrors");
    apiFault = () => undefined;
    await deposit(accountId, 2);
    await until("publishing", "OK");
    await until("apiErrors", "OK");
  });
});

describe("a function", () => {
  it("rings where there is no room for it, and where it is late afterwards, until it is not", async () => {
    const accountId = await open();
    functionOf("projector").concurrency = 0;
    await deposit(accountId, 1);
    await until("projectorThrottles", "ALARM");
    pass(2);
    functionOf("projector").concurrency = 4;
    await until("lag", "ALARM");
    await accountAt(owner, accountId, 2);
    await deposit(accountId, 2);
    await accountAt(owner, accountId, 3);
    await until("projectorThrottles", "OK");
    await until("lag", "OK");
  });

  it.each([
    ["rebuilder", () => requestRebuild(JSON.stringify({ streamId: newAccountId(), known: 1 }))],
    ["resumer", () => resume(newAccountId())],
  ])("rings where there is no room for it: the %s", async (name, invoke) => {
    functionOf(name).concurrency = 0;
    await invoke();
    await until(`${name}Throttles`, "ALARM");
    functionOf(name).concurrency = 4;
  });

  it("rings where its process ends: the projector", async () => {
    const accountId = await open();
    once("readModelTableName", writes, () => functionOf("projector").kill());
    await deposit(accountId, 1);
    await until("projectorErrors", "ALARM");
    await accountAt(owner, accountId, 2);
    await deposit(accountId, 2);
    await until("projectorErrors", "OK");
  });

  it("rings where it throws, and where a message is given up at last: the rebuilder", async () => {
    await requestRebuild("no request");
    await until("rebuilderErrors", "ALARM");
    await until("rebuilds", "ALARM");
  });

  it("rings where it throws: the resumer", async () => {
    const accountId = await open();
    dynamodbFault = fault(denied, "readModelTableName", reads);
    await resume(accountId);
    await until("resumerErrors", "ALARM");
  });

  it("rings where it needs almost all of its time", async () => {
    const accountId = await open();
    const late = (seconds: number) => (): void => {
      clock += seconds * 1_000;
    };
    once("readModelTableName", writes, late(55));
    await deposit(accountId, 1);
    await until("projectorSlow", "ALARM");
    await accountAt(owner, accountId, 2);
    /** Makes one read of an invocation late. Another function's read may come first: then it is done again. */
    const untilSlow = (name: string, act: () => Promise<unknown>): Promise<true> =>
      eventually(async () => {
        once("readModelTableName", reads, late(28));
        await act();
        pass();
        return stateOf(name) === "ALARM" ? true : undefined;
      });
    await untilSlow("resumerSlow", () => resume(accountId));
    await untilSlow("rebuilderSlow", () =>
      requestRebuild(JSON.stringify({ streamId: accountId, known: 1 })),
    );
  });
});

it("the API rings where one in ten answers is slow for minutes", async () => {
  apiFault = () => {
    clock += 3_000;
    return undefined;
  };
  for (let times = 0; times < 3; times += 1) {
    await owner.ask("{ accounts { items { version } } }");
    pass();
  }
  expect(stateOf("apiSlow")).toBe("ALARM");
});

it.each<[string, DynamodbFault]>([
  ["eventsReadThrottled", (...given) => fault(throttled, "eventTableName", /^GetItem$/)(...given)],
  ["eventsWriteThrottled", (...given) => fault(throttled, "eventTableName", writes)(...given)],
  [
    "readModelReadThrottled",
    (...given) => fault(throttled, "readModelTableName", /^GetItem$/)(...given),
  ],
  [
    "readModelWriteThrottled",
    (...given) => fault(throttled, "readModelTableName", writes)(...given),
  ],
  [
    "ownerIndexReadThrottled",
    (...given) => fault(throttled, "readModelTableName", /^Query$/)(...given),
  ],
  [
    "ownerIndexWriteThrottled",
    (...given) => fault(throttled, "readModelTableName", writes, ownerIndex)(...given),
  ],
])("a table that lacks capacity rings: %s", async (name, injected) => {
  const accountId = await open();
  dynamodbFault = injected;
  const sent = deposit(accountId, 1);
  const asked = owner.ask("{ accounts { items { version } } }");
  await until(name, "ALARM");
  dynamodbFault = () => undefined;
  await Promise.all([sent, asked]);
});

it.each(["projector", "rebuilder"])(
  "a mapping that may no longer read rings, until it may: %s",
  async (name) => {
    const { iam } = world.stack.cloud;
    const policyOf = (Action: string) => ({
      Version: "2012-10-17",
      Statement: [{ Effect: "Allow", Action, Resource: "*" }],
    });
    const set = (Action: string) =>
      iam.putRolePolicy(`ledger-${name}-role`, `ledger-${name}-policy`, policyOf(Action));
    set("logs:*");
    await until(`${name}Stopped`, "ALARM");
    set("*");
    await until(`${name}Stopped`, "OK");
  },
);

describe("all of them", () => {
  it("have rung", () => {
    expect([...rung].toSorted()).toEqual(alarmNames.toSorted());
  });

  it("stand for two hours in which nothing is reported: none ends for want of data", () => {
    // So that what has been measured is out of their sight.
    pass(10);
    for (const { name } of cloudwatch().alarms) {
      if (!/Stopped$/.test(name)) cloudwatch().setAlarmState(name, "ALARM", "to be seen");
    }
    pass(120);
    const standing = cloudwatch().alarms.filter(({ state }) => state === "ALARM");
    expect(standing.map(({ name }) => name).toSorted()).toEqual(
      alarmNames
        // The mappings read, which is reported.
        .filter((name) => !/Stopped$/.test(name))
        .map((name) => prefix + name)
        .toSorted(),
    );
  });
});
