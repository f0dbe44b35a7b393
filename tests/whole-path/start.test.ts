import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import {
  DeleteItemCommand,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
} from "@aws-sdk/client-dynamodb";
import { ask, type RunningStack, send } from "local-aws";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { accessTo } from "../../cli/local/client/access";
import { defaultEmail, password, signInAs } from "../../cli/local/client/local-user";
import type { Settings } from "./amplify-client";
import { findChromium, useStackInBrowser } from "./amplify-in-browser";
import { allGone, type Command, childrenOf, copyProject, endAll, run, start } from "./command";
import { eventually } from "./world";

let cwd: string;

beforeAll(() => {
  cwd = copyProject();
});

afterEach(endAll);

afterAll(() => rmSync(dirname(cwd), { recursive: true, force: true }));

const anyPorts = ["--port", "0"];
const ready = "Ctrl-C stops it.";
const stackFile = (): RunningStack =>
  JSON.parse(readFileSync(join(cwd, ".build/local-stack.json"), "utf8"));

const interrupt = ({ process }: Command) => process.kill("SIGINT");

const closeTerminal = ({ process }: Command) => {
  process.stdout?.destroy();
  process.kill("SIGHUP");
};

const stop = async (command: Command, how: (command: Command) => void): Promise<void> => {
  const children = childrenOf(command);
  expect(children.length).toBeGreaterThanOrEqual(2);
  how(command);
  expect(await command.ended).toMatchObject({ code: 0, err: "" });
  await allGone(children);
  expect(existsSync(join(cwd, ".build", "local-stack.json"))).toBe(false);
};

const balance = `query Read($id: ID!) { account(accountId: $id) { balance version } }`;
const deposit = `mutation Deposit($input: MoveMoneyInput!) { deposit(input: $input) { version } }`;
const openAccount = `mutation Open($input: OpenAccountInput!) { openAccount(input: $input) { version } }`;

/** What a front end needs to know of the stack. */
const frontEndSettings = ({ region, outputs, endpoints }: RunningStack): Settings => ({
  region,
  userPoolId: String(outputs.userPoolId),
  userPoolClientId: String(outputs.userPoolClientId),
  userPoolEndpoint: endpoints.cognito,
  graphqlUrl: String(outputs.graphqlUrl),
  username: defaultEmail,
  password,
});

/** Asks for a code, as a front end does for a user who is not signed in. */
const forgetPassword = ({ endpoints, outputs }: RunningStack) =>
  fetch(endpoints.cognito, {
    method: "POST",
    headers: { "x-amz-target": "AWSCognitoIdentityProviderService.ForgotPassword" },
    body: JSON.stringify({ ClientId: outputs.userPoolClientId, Username: defaultEmail }),
  });

/** Tries to write to the event table past the API, with all the rights that there are. */
const expectDefendedEvents = async (
  { region, endpoints, credentials, outputs }: RunningStack,
  accountId: string,
) => {
  const client = new DynamoDBClient({ region, endpoint: endpoints.dynamodb, credentials });
  const TableName = String(outputs.eventTableName);
  const key = { streamId: { S: accountId }, version: { N: "1" } };
  const { Item } = await client.send(new GetItemCommand({ TableName, Key: key }));
  expect(Item).toMatchObject(key);
  for (const command of [
    new DeleteItemCommand({ TableName, Key: key }),
    new PutItemCommand({ TableName, Item: { ...key, version: { N: "3" } } }),
  ]) {
    await expect(
      (client as { send: (command: unknown) => Promise<unknown> }).send(command),
    ).rejects.toThrow("with an explicit deny in a resource-based policy");
  }
  client.destroy();
};

const useStackInNode = (settings: Settings): unknown =>
  JSON.parse(
    execFileSync(
      process.execPath,
      ["--import", "tsx", "tests/whole-path/amplify-in-node.ts", JSON.stringify(settings)],
      {
        cwd,
        env: { ...process.env, NODE_EXTRA_CA_CERTS: ".build/certificate.pem" },
        encoding: "utf8",
        timeout: 90_000,
      },
    ),
  );

describe("npm start", () => {
  it("serves over TLS, one stack at a time, and is used by the other commands and by aws-amplify", async () => {
    const stack = start("start", ["--https", ...anyPorts], { cwd });
    const printed = await stack.printed(ready);
    expect(printed).toMatch(/graphqlUrl +https:\/\/127\.0\.0\.1:\d+\/graphql\n/);
    expect(printed).toMatch(/realtimeUrl +wss:\/\/127\.0\.0\.1:\d+\/graphql\/realtime\n/);
    expect(readFileSync(join(cwd, ".build/certificate.pem"), "utf8")).toBe(stackFile().certificate);

    const [second, demo, token] = await Promise.all([
      run("start", anyPorts, { cwd }),
      run("demo", [], { cwd }),
      run("token", [], { cwd }),
    ]);
    const tail = start("tail", ["--account", "savings"], { cwd });
    await tail.printed("Following account savings");
    expect(second).toMatchObject({ code: 2, out: "" });
    expect(second.err).toContain(`runs already, as process ${stack.process.pid}`);
    expect(demo).toMatchObject({ code: 0, err: "" });
    expect(demo.out).toContain("DECLINED: INSUFFICIENT_FUNDS, balance EUR 70.00");

    const access = accessTo(stackFile(), token.out.trim());
    const input = {
      accountId: "savings",
      commandId: "open-1",
      expectedVersion: 0,
      currency: "EUR",
    };
    await ask(access, openAccount, { input });
    await tail.printed("savings  #1 AccountOpeningRequested, POSTED, balance EUR 0.00");
    tail.process.kill("SIGINT");
    expect(await tail.ended).toMatchObject({ code: 0, err: "" });

    await forgetPassword(stackFile());
    await stack.printed(`E-mail to ${defaultEmail}: Your confirmation code is `);

    const settings = frontEndSettings(stackFile());
    const seen = {
      email: "you@example.com",
      change: { version: 1, outcome: "POSTED", balance: "0" },
      account: { version: 1, balance: "0" },
    };
    expect(useStackInNode(settings)).toEqual(seen);
    const chromium = findChromium();
    if (chromium === undefined) {
      console.warn("Chromium is not installed: aws-amplify was not tried in a browser.");
    } else {
      expect(await useStackInBrowser(chromium, settings)).toEqual(seen);
    }
    await stop(stack, interrupt);
  });

  it("keeps tables and users in the data folder, lets nobody write to the event table past the API, and leaves nothing else behind where its terminal is closed, nor a child where it is killed", async () => {
    // Of the stack that offers SRP alone.
    const data = ["--stack", "prod", "--data", "kept"];
    const env = { INIT_CWD: join(cwd, "elsewhere") };
    mkdirSync(env.INIT_CWD);
    const email = "ada@example.com";
    const accountId = "savings";

    // tsx leaves what it has compiled.
    const temporary = () => readdirSync(dirname(cwd)).filter((name) => !name.startsWith("tsx-"));
    const others = temporary();
    const first = start("start", [...data, ...anyPorts], { cwd, env });
    await first.printed(ready);
    const before = stackFile();
    const user = await signInAs(before, email);
    const access = accessTo(before, user.idToken);
    const opening = { accountId, commandId: "open-1", expectedVersion: 0, currency: "EUR" };
    await ask(access, openAccount, { input: opening });
    const command = { accountId, expectedVersion: 1, amount: "500" };
    await ask(access, deposit, { input: { ...command, commandId: "d-1" } });
    const account = (from: typeof access, version: number) =>
      eventually(async () => {
        const { data } = await send<{ account: { version: number } | null }>(from, balance, {
          id: accountId,
        });
        const found = data?.account;
        return found?.version === version ? found : undefined;
      });
    await account(access, 2);
    await expectDefendedEvents(before, accountId);
    await stop(first, closeTerminal);
    expect(temporary()).toEqual(others);
    expect(existsSync(join(env.INIT_CWD, "kept"))).toBe(true);

    const second = start("start", [...data, ...anyPorts], { cwd, env });
    await second.printed(ready);
    const after = stackFile();
    for (const name of ["userPoolId", "userPoolClientId"]) {
      expect(after.outputs[name]).toBe(before.outputs[name]);
    }
    const again = await signInAs(after, email);
    expect(again.sub).toBe(user.sub);
    const later = accessTo(after, again.idToken);
    expect(await account(later, 2)).toEqual({ balance: "500", version: 2 });
    await ask(later, deposit, { input: { ...command, commandId: "d-2", expectedVersion: 2 } });
    expect(await account(later, 3)).toEqual({ balance: "1000", version: 3 });

    const children = childrenOf(second);
    second.process.kill("SIGKILL");
    await allGone(children);
    const orphaned = await run("token", [], { cwd });
    expect(orphaned).toMatchObject({
      code: 2,
      err: "Error: no stack runs on this machine: `npm start` first\n",
    });
  });

  it.each([
    ["its engines", "DynamoDB\n"],
    ["its resources", "events ("],
  ])("stops its children when it is interrupted while it creates %s", async (_, text) => {
    const starting = start("start", ["--verbose", ...anyPorts], { cwd });
    await starting.printed(text);
    const children = childrenOf(starting);
    interrupt(starting);
    const { code, out, err } = await starting.ended;
    expect({ code, err }).toEqual({ code: 0, err: "" });
    expect(out).toContain("Stopping …\n");
    await allGone(children);
  });
});
