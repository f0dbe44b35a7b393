import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { BatchWriteCommand, PutCommand } from "@aws-sdk/lib-dynamodb";
import * as O from "fp-ts/Option";
import type { Input, LambdaFunction } from "local-aws";
import { ledger } from "../../core/ledger";
import type { Account } from "../../core/ledger/account";
import type { Row } from "../../core/projection/columns";
import type { Timestamp } from "../../core/projection/envelope";
import type { StreamId, StreamVersion, Subject, Version } from "../../core/projection/identifiers";
import { emptySummary, type Summary, type Suspension } from "../../core/projection/summary";
import { rebuildSortKey } from "../../lambda/adapters/keys";
import { rowsOf } from "../../lambda/adapters/rows";
import { deposit, opening, storedIn } from "../core/ledger/requests";
import { operatorOf } from "./operator";
import { accountAt, eventually, startWorld, type User } from "./world";

// The trial of a very long account: its rows are those of an earlier projection version, and the rebuilder has to fold them
// anew while it is killed every so many pages of a hundred events. Meanwhile the changes of a second account have to arrive as fast as ever.
//
//   npm run trial:long-account -- --events 200000 --kill-every 150

const { values } = parseArgs({
  options: {
    events: { type: "string", default: "200000" },
    "kill-every": { type: "string", default: "150" },
  },
});
const events = Number(values.events);
const killEvery = Number(values["kill-every"]);
const long = "long" as StreamId;

const suspension: Suspension = {
  version: 1 as Version,
  reason: "MISSING_EVENT",
  detail: "the history is being recorded",
  since: new Date().toISOString() as Timestamp,
};

const started = Date.now();
const say = (text: string): void =>
  console.log(`${((Date.now() - started) / 1_000).toFixed(0).padStart(5)} s  ${text}`);

/** What readers see of an account. */
interface Shown {
  readonly version: number;
  readonly balance: string;
  readonly processing: string;
}

const show = async (user: User, accountId: string): Promise<Shown | undefined> => {
  const { data } = await user.ask<{ account: Shown | null }>(
    "query Account($accountId: ID!) { account(accountId: $accountId) { version balance processing } }",
    { accountId },
  );
  return data?.account ?? undefined;
};

/** Puts the history into the event table, as if it had been recorded command by command. */
async function record(
  tables: ReturnType<typeof operatorOf>["ledger"],
  owner: string,
): Promise<void> {
  const sizeOfPart = 10_000;
  for (let from = 0; from < events; from += sizeOfPart) {
    const size = Math.min(sizeOfPart, events - from);
    const part = storedIn(
      long,
      ...Array.from({ length: size }, (_, n) => (from + n === 0 ? opening() : deposit(1))),
    ).map((event, n) => ({ ...event, version: from + n + 1, owner, actor: owner }));
    const batches = Array.from({ length: Math.ceil(part.length / 25) }, (_, n) =>
      part.slice(25 * n, 25 * (n + 1)),
    );
    // One after the other: a projector that met a gap would suspend the account.
    for (const batch of batches) {
      const puts = batch.map((Item) => ({ PutRequest: { Item } }));
      await tables.documents.send(
        new BatchWriteCommand({ RequestItems: { [tables.eventTable]: puts } }),
      );
    }
    say(`${from + size} events recorded`);
  }
}

/** Deposits again and again; answers with the milliseconds from the command to the balance that shows it. */
async function depositsInto(
  user: User,
  accountId: string,
  isOver: () => boolean,
): Promise<number[]> {
  const times: number[] = [];
  let version = (await show(user, accountId))?.version ?? 0;
  while (!isOver()) {
    const sent = Date.now();
    const commandId = randomUUID();
    const input = { accountId, commandId, expectedVersion: version, amount: "1" };
    while ((await user.command("deposit", input)).event === null) await sleep(50);
    version += 1;
    // However long: a change that arrives late is a measurement, not the end of the trial.
    await eventually(async () => {
      const shown = await show(user, accountId);
      return shown !== undefined && shown.version >= version ? shown : undefined;
    }, 600_000);
    times.push(Date.now() - sent);
    await sleep(250);
  }
  return times;
}

const median = (times: readonly number[]): number =>
  times.toSorted((a, b) => a - b)[Math.floor(times.length / 2)] ?? Number.NaN;

/** Kills the rebuilder in the middle of its work, by counts: whatever the machine's speed. */
const killing = { pages: 0, kills: 0, rebuilder: undefined as LambdaFunction | undefined };

const intercept = (operation: string, { Item }: Input): undefined => {
  if (operation !== "PutItem" || (Item as Row | undefined)?.sk === undefined) return;
  if (((Item as Row).sk as { S?: unknown }).S !== rebuildSortKey) return;
  killing.pages += 1;
  if (killing.pages % killEvery !== 0) return;
  killing.kills += 1;
  killing.rebuilder?.kill();
};

async function main(): Promise<void> {
  const world = await startWorld({ dynamodb: { intercept } });
  killing.rebuilder = [...world.stack.cloud.functions.values()].find(({ name }) =>
    name.includes("rebuilder"),
  );
  if (killing.rebuilder === undefined) throw new Error("the rebuilder does not run");
  const { ledger: tables, verify, close } = operatorOf(world);
  const put = (summary: Summary<Account>) =>
    tables.documents.send(
      new PutCommand({ TableName: tables.readModel, Item: rowsOf(ledger).summary(summary) }),
    );
  try {
    const user = await world.signUp();
    await user.command("openAccount", { accountId: "other", expectedVersion: 0, currency: "EUR" });
    await accountAt(user, "other", 1);
    const nothing = emptySummary(long, ledger.projectionVersion);
    // The projector leaves a suspended account alone: the history only has to be there.
    await put({ ...nothing, suspension: O.some(suspension) });
    await record(tables, user.sub);

    let rest = 0;
    const before = await depositsInto(user, "other", () => ++rest > 40);

    // As an earlier release with other rules would have left it.
    const opened = {
      owner: user.sub as Subject,
      at: suspension.since,
      hash: "",
      state: { currency: "EUR", name: "Savings", balance: 7n, status: "OPEN" } as Account,
    };
    await put({
      ...nothing,
      projectionVersion: 0,
      version: events as StreamVersion,
      opened: O.some(opened),
      changedAt: O.some(suspension.since),
    });
    await user.command("deposit", { accountId: long, expectedVersion: events, amount: "1" });

    let over = false;
    const during = depositsInto(user, "other", () => over);
    const seen = new Set<string>();
    const rebuilding = Date.now();
    const done = await eventually(async () => {
      const shown = await show(user, long);
      if (shown === undefined) return undefined;
      const text = `${shown.processing}, balance ${shown.balance}, version ${shown.version}`;
      if (!seen.has(text)) say(`readers see: ${text}`);
      seen.add(text);
      return shown.version === events + 1 ? shown : undefined;
    }, 3_600_000);
    over = true;
    const seconds = (Date.now() - rebuilding) / 1_000;
    say(`rebuilt in ${seconds.toFixed(0)} s beside ${killing.kills} kills`);
    const [restful, busy] = [median(before), median(await during)];
    say(
      `a change of the second account arrives after ${busy} ms, ${restful} ms at rest: ${(busy / restful).toFixed(2)} times (medians of ${(await during).length} and ${before.length}); the slowest after ${Math.max(...(await during))} ms, ${Math.max(...before)} ms at rest`,
    );
    const report = await verify();
    say(`verify: ${JSON.stringify({ ...report, differing: report.differing.length })}`);
    if (done.balance !== String(events) || report.differing.length > 0) process.exitCode = 1;
  } finally {
    close();
    await world.stop();
  }
}

void main();
