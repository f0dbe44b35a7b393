import { randomUUID } from "node:crypto";
import { ask, send } from "./client/graphql";
import { type Subscription, subscribe } from "./client/realtime";
import { type Session, SignInClient } from "./client/sign-in";
import { runCommand } from "./command";
import { readOptions } from "./options";
import type { RunningStack } from "./running-stack";
import { withStack } from "./use-stack";

const help = `Shows the whole path: a user signs in, opens an account, moves money, watches it, and reads the statement.

  npm run demo -- [options]

  -h, --help   this text

It uses the stack that \`npm start\` runs, or one of its own.`;

const changeFields = "accountId version type outcome reason amount balance memo";

const onAccountChange = `subscription Watch($owner: ID!, $accountId: ID) {
  onAccountChange(owner: $owner, accountId: $accountId) { ${changeFields} }
}`;

const openAccount = `mutation Open($input: OpenAccountInput!) {
  openAccount(input: $input) { version type }
}`;

const moveMoney = (field: "deposit" | "withdraw") => `mutation Move($input: MoveMoneyInput!) {
  ${field}(input: $input) { version type }
}`;

const statement = `query Statement($accountId: ID!) {
  account(accountId: $accountId) { name balance currency version status }
  statement(accountId: $accountId) { items { version type amount memo outcome reason balance } }
}`;

interface Change {
  readonly version: number;
  readonly type: string;
  readonly outcome: string;
  readonly reason: string | null;
  readonly amount: string | null;
  readonly balance: string;
  readonly memo: string | null;
}

interface Recorded {
  readonly version: number;
  readonly type: string;
}

/** How long a change may take to arrive, in milliseconds, before the demo gives up. */
const patience = 20_000;

const step = (text: string): void => console.log(`\n${text}`);
const detail = (text: string): void => console.log(`   ${text}`);
const euros = (cents: string): string => `${(Number(cents) / 100).toFixed(2)} EUR`;

const describe = ({ version, type, outcome, reason, amount, balance, memo }: Change): string =>
  [
    `#${version} ${type}`,
    ...(amount === null ? [] : [euros(amount)]),
    ...(memo === null ? [] : [`"${memo}"`]),
    reason === null ? outcome : `${outcome}: ${reason}`,
    `balance ${euros(balance)}`,
  ].join(", ");

/** Collects changes as they arrive, and waits for the one with a version. */
class Changes {
  readonly #arrived = new Map<number, Change>();
  #wake = (): void => {};

  readonly receive = (data: unknown): void => {
    const change = (data as { onAccountChange: Change }).onAccountChange;
    this.#arrived.set(change.version, change);
    this.#wake();
  };

  async at(version: number): Promise<Change> {
    const deadline = Date.now() + patience;
    for (;;) {
      const change = this.#arrived.get(version);
      if (change !== undefined) return change;
      const left = deadline - Date.now();
      if (left <= 0) throw new Error(`no news of version ${version} after ${patience / 1000} s`);
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, left);
        this.#wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  }
}

async function signUp(stack: RunningStack): Promise<Session> {
  const users = new SignInClient(stack);
  const email = `ada-${randomUUID().slice(0, 8)}@example.com`;
  step("1. An administrator creates a user, with a temporary password.");
  await users.createUser(email, "Temp-Passw0rd!");
  detail(email);
  step("2. The user signs in, and is asked for a new password.");
  const session = await users.signInFirst(email, "Temp-Passw0rd!", "Local-Passw0rd!");
  detail(`signed in as ${session.sub}`);
  return session;
}

async function demo(stack: RunningStack): Promise<void> {
  const { idToken, sub } = await signUp(stack);
  const graphqlUrl = String(stack.outputs.graphqlUrl);
  const realtimeUrl = String(stack.outputs.realtimeUrl);
  const accountId = `demo-${randomUUID()}`;
  const changes = new Changes();
  step("3. The user watches the account: subscription onAccountChange.");
  const variables = { owner: sub, accountId };
  const watching: Subscription = await subscribe(
    realtimeUrl,
    graphqlUrl,
    idToken,
    { query: onAccountChange, variables },
    changes.receive,
  );
  detail("subscribed");

  let version = 0;
  const command = async (title: string, mutation: string, input: object): Promise<void> => {
    step(title);
    const sentAt = Date.now();
    const recorded = await ask<Record<string, Recorded>>(graphqlUrl, idToken, mutation, {
      input: { accountId, commandId: randomUUID(), expectedVersion: version, ...input },
    });
    const [event] = Object.values(recorded);
    version = event?.version ?? version;
    detail(`recorded  #${version} ${event?.type}`);
    const change = await changes.at(version);
    detail(`folded    ${describe(change)}  (${Date.now() - sentAt} ms after the command)`);
  };
  try {
    await command("4. Opens the account.", openAccount, { currency: "EUR", name: "Savings" });
    await command("5. Deposits 100.00 EUR.", moveMoney("deposit"), {
      amount: "10000",
      memo: "first pay",
    });
    await command("6. Withdraws 30.00 EUR.", moveMoney("withdraw"), { amount: "3000" });
    await command("7. Withdraws 500.00 EUR, which is more than there is.", moveMoney("withdraw"), {
      amount: "50000",
    });

    step("8. Sends a deposit for a version that has been taken.");
    const late = await send(graphqlUrl, idToken, moveMoney("deposit"), {
      input: { accountId, commandId: randomUUID(), expectedVersion: 1, amount: "1" },
    });
    for (const { errorType, message } of late.errors ?? []) detail(`${errorType}: ${message}`);

    step("9. Reads the account and its statement, newest first.");
    const read = await ask<{
      account: { name: string; balance: string; version: number };
      statement: { items: Change[] };
    }>(graphqlUrl, idToken, statement, { accountId });
    detail(
      `${read.account.name}: ${euros(read.account.balance)} at version ${read.account.version}`,
    );
    for (const entry of read.statement.items) detail(describe(entry));
  } finally {
    watching.close();
  }
}

void runCommand(async () => {
  const { help: asked } = readOptions("demo", {});
  if (asked) {
    console.log(help);
    return;
  }
  await withStack(demo);
});
