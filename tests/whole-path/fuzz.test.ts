/**
 * The ledger's API, asked as hostile clients may ask it. `npm run fuzz` sends 100,000 requests; FUZZ_RUNS and FUZZ_SEED
 * choose another number, and repeat what a failure has named.
 */
import { paginateScan } from "@aws-sdk/lib-dynamodb";
import fc from "fast-check";
import * as E from "fp-ts/Either";
import { buildSchema, type Session } from "local-aws";
import { afterAll, beforeAll, expect, it } from "vitest";
import { usersOf } from "../../cli/local/client/access";
import { password, temporaryPassword } from "../../cli/local/client/local-user";
import { decodeAccountEvent } from "../../core/ledger/events";
import { schema as sdl } from "../../infra/templates";
import { wiring } from "../../vtl/wiring";
import { Attack } from "../fuzz/attack";
import { type CallerName, call, callerNames, operations } from "../fuzz/calls";
import { type Operator, operatorOf } from "./operator";
import { eventually, startWorld, type World } from "./world";

const runs = Number(process.env.FUZZ_RUNS ?? 300);
const seed = Number(process.env.FUZZ_SEED ?? Date.now() % 1_000_000_000);
/** How many clients send at a time. */
const clients = 16;

let world: World;
let tables: Operator;
let attack: Attack;

beforeAll(async () => {
  world = await startWorld();
  tables = operatorOf(world);
  const users = usersOf(world.stack.description);
  for (const name of callerNames) {
    await users.createUser(emailOf(name), temporaryPassword);
    if (name === "operator") await users.addToGroup(emailOf(name), "operators");
    await users.signInFirst(emailOf(name), temporaryPassword, password);
  }
  attack = new Attack(world.stack, await signIn());
});
afterAll(async () => {
  tables?.close();
  await world?.stop();
});

const emailOf = (name: CallerName): string => `${name}@example.com`;

async function signIn(): Promise<Readonly<Record<CallerName, Session>>> {
  const users = usersOf(world.stack.description);
  const sessions = callerNames.map(async (name) => [
    name,
    await users.signIn(emailOf(name), password),
  ]);
  return Object.fromEntries(await Promise.all(sessions));
}

it("every operation of the schema is among the requests", () => {
  const schema = buildSchema(sdl(wiring), true);
  const roots = [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()];
  const fields = roots.flatMap((root) => Object.keys(root?.getFields() ?? {}));
  expect(Object.keys(operations).sort()).toEqual(fields.sort());
});

it(
  "requests of any form get an answer that the schema describes, and nobody's data but the caller's",
  async () => {
    const batch = 500;
    for (let sent = 0; sent < runs; sent += batch) {
      if (sent > 0) attack.callers = await signIn();
      const numRuns = Math.min(batch, runs - sent);
      const calls = fc.sample(call, { numRuns, seed: seed + sent }).values();
      await Promise.all(
        Array.from({ length: clients }, async () => {
          for (const one of calls) await attack.send(one);
        }),
      );
      expect(attack.violations, `FUZZ_SEED=${seed} FUZZ_RUNS=${runs}`).toEqual([]);
      if (sent % 10_000 === 0 && sent > 0) process.stderr.write(`${sent} requests\n`);
    }
    expect(world.logs.filter((line) => line.startsWith("[AppSync]") || /Error/.test(line))).toEqual(
      [],
    );
    if (runs >= 1_000) process.stderr.write(`${JSON.stringify(attack.tally)}\n`);
  },
  60_000 + runs * 100,
);

it(
  "what they have left in the event table is what the core decodes, without gaps, and folds",
  async () => {
    const versions = new Map<string, number[]>();
    const pages = paginateScan(
      { client: tables.ledger.documents },
      { TableName: tables.ledger.eventTable },
    );
    for await (const { Items = [] } of pages) {
      for (const item of Items) {
        expect(decodeAccountEvent(item)).toEqual(E.right(expect.anything()));
        expect([item, "actorReason" in item]).toEqual([item, item.actor !== item.owner]);
        const id = String(item.streamId);
        versions.set(id, [...(versions.get(id) ?? []), Number(item.version)]);
      }
    }
    expect(versions.size).toBeGreaterThan(0);
    for (const [id, found] of versions) {
      const gapless = found.map((_, index) => index + 1);
      expect([id, found.sort((a, b) => a - b)]).toEqual([id, gapless]);
    }
    const report = await eventually(
      async () => {
        const now = await tables.verify();
        return now.behind.length === 0 ? now : undefined;
      },
      60_000 + runs * 20,
    );
    expect(report).toMatchObject({ differing: [], behind: [], unread: [], suspended: [] });
  },
  120_000 + runs * 50,
);
