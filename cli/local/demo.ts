import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import {
  type Access,
  ask,
  type RunningStack,
  readOptions,
  runCommand,
  type Session,
  send,
} from "local-aws";
import { printable } from "../printable";
import { accessTo, usersOf } from "./client/access";
import { type Change, describeChange, followChanges, money } from "./client/changes";
import { password, temporaryPassword } from "./client/local-user";
import { withStack } from "./use-stack";

const help = `Shows the whole path: a user signs in, opens an account, moves money, follows the changes, and reads the statement.

  npm run demo -- [options]

  -h, --help   this text

It uses the stack that \`npm start\` runs, or one of its own.`;

const openAccount = `mutation Open($input: OpenAccountInput!) {
  openAccount(input: $input) { version type }
}`;

const moveMoney = (field: "deposit" | "withdraw") => `mutation Move($input: MoveMoneyInput!) {
  ${field}(input: $input) { version type }
}`;

const statement = `query Statement($accountId: ID!) {
  account(accountId: $accountId) { name balance currency version }
  statement(accountId: $accountId) { items { version type amount memo outcome reason balance } }
}`;

interface Recorded {
  readonly version: number;
  readonly type: string;
}

interface Statement {
  readonly account: {
    readonly name: string;
    readonly balance: string;
    readonly currency: string;
    readonly version: number;
  } | null;
  readonly statement: {
    readonly items: readonly Omit<Change, "accountId" | "currency">[];
  } | null;
}

/** How long a change may take to arrive before the demo gives up. */
const changeTimeoutMs = 20_000;

const step = (text: string): void => console.log(`\n${text}`);
const detail = (text: string): void => console.log(`   ${printable(text)}`);

function expectThat(fact: boolean, otherwise: string): void {
  if (!fact) throw new Error(`the demo got an unexpected result: ${otherwise}`);
}

async function signUp(stack: RunningStack): Promise<Session> {
  const users = usersOf(stack);
  const email = `ada-${randomUUID().slice(0, 8)}@example.com`;
  step("1. An administrator creates a user, with a temporary password.");
  await users.createUser(email, temporaryPassword);
  detail(email);
  step("2. The user signs in, and answers the challenge to choose a new password.");
  const session = await users.signInFirst(email, temporaryPassword, password);
  detail(`signed in; the user's id is ${session.sub}`);
  return session;
}

/** One account, its commands, and the changes that have arrived for it. */
class Account {
  readonly id = `demo-${randomUUID()}`;
  version = 0;
  readonly #access: Access;
  readonly #changes: Change[] = [];

  constructor(access: Access) {
    this.#access = access;
  }

  readonly receive = (change: Change): void => {
    this.#changes.push(change);
  };

  /** Sends a command, and waits for its change, which must have the expected outcome and balance. */
  async command(
    mutation: string,
    input: object,
    expected: Pick<Change, "outcome" | "reason" | "balance">,
  ): Promise<void> {
    const sentAt = Date.now();
    const recorded = await ask<Record<string, Recorded>>(this.#access, mutation, {
      input: {
        accountId: this.id,
        commandId: randomUUID(),
        expectedVersion: this.version,
        ...input,
      },
    });
    const [event] = Object.values(recorded);
    expectThat(event?.version === this.version + 1, `recorded as ${JSON.stringify(event)}`);
    this.version += 1;
    detail(`recorded  #${this.version} ${event?.type}`);
    const change = await this.#changeAt(this.version);
    detail(`folded    ${describeChange(change)}  (${Date.now() - sentAt} ms after the command)`);
    const { outcome, reason, balance } = change;
    const same =
      outcome === expected.outcome && reason === expected.reason && balance === expected.balance;
    expectThat(same, `${JSON.stringify({ outcome, reason, balance })}`);
  }

  async #changeAt(version: number): Promise<Change> {
    for (const deadline = Date.now() + changeTimeoutMs; Date.now() < deadline; await sleep(5)) {
      const change = this.#changes.find((candidate) => candidate.version === version);
      if (change !== undefined) return change;
    }
    throw new Error(`no change of version ${version} after ${changeTimeoutMs / 1000} s`);
  }
}

async function demo(stack: RunningStack): Promise<void> {
  const { idToken, sub } = await signUp(stack);
  const access = accessTo(stack, idToken);
  const account = new Account(access);

  step(
    "3. The user subscribes to the changes of an account before opening it: subscription onAccountChange.",
  );
  const scope = { owner: sub, accountId: account.id };
  const subscription = await followChanges(access, scope, account.receive);
  detail("subscribed");

  const posted = (balance: string) => ({ outcome: "POSTED", reason: null, balance });
  step("4. Opens the account.");
  await account.command(openAccount, { currency: "EUR", name: "Savings" }, posted("0"));
  step("5. Deposits EUR 100.00.");
  const deposit = { amount: "10000", memo: "first pay" };
  await account.command(moveMoney("deposit"), deposit, posted("10000"));
  step("6. Withdraws EUR 30.00.");
  await account.command(moveMoney("withdraw"), { amount: "3000" }, posted("7000"));
  step("7. Withdraws EUR 500.00, which is more than there is.");
  const declined = { outcome: "DECLINED", reason: "INSUFFICIENT_FUNDS", balance: "7000" };
  await account.command(moveMoney("withdraw"), { amount: "50000" }, declined);

  step("8. Deposits EUR 0.01 as if nothing had happened since the opening: the version is taken.");
  const late = { accountId: account.id, commandId: randomUUID(), expectedVersion: 1, amount: "1" };
  const { errors = [] } = await send(access, moveMoney("deposit"), { input: late });
  for (const { errorType, message } of errors) detail(`rejected  ${errorType}: ${message}`);
  expectThat(errors[0]?.errorType === "VersionConflict", "a version that was taken twice");

  step("9. Reads the account and its statement, newest first.");
  const read = await ask<Statement>(access, statement, { accountId: account.id });
  const currency = read.account?.currency ?? null;
  const balance = read.account?.balance ?? "none";
  detail(`${read.account?.name}: ${money(balance, currency)} at version ${read.account?.version}`);
  const entries = read.statement?.items ?? [];
  for (const entry of entries) detail(describeChange({ ...entry, currency }));
  expectThat(balance === "7000", `a balance of ${balance}`);
  // Of the four events, the opening has moved no money.
  expectThat(entries.length === 3, `${entries.length} entries`);
  subscription.close();
}

runCommand(async () => {
  const { help: asked } = readOptions("npm run demo --", {});
  if (asked) {
    console.log(help);
    return;
  }
  await withStack(demo);
  console.log("\nEvery step had the expected result.");
});
