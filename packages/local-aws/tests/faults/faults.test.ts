import { randomUUID } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { DynamoDBClient, paginateScan } from "@aws-sdk/client-dynamodb";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import type { Access } from "../../src/client/access";
import { send } from "../../src/client/graphql";
import { SignInClient } from "../../src/client/sign-in";
import { writeProgram } from "./program";
import { killWhileItStarts, type StackProcess, startStackProcess } from "./stack";

// A stack that is killed again and again while it works, and started again on the same folder.

/** FAULT_KILLS=50 for a longer trial, FAULT_SEED for the same one again. */
const kills = Number(process.env.FAULT_KILLS ?? 3);
const seed = Number(process.env.FAULT_SEED ?? Date.now() % 1_000_000);
/** In turn, so that the shortest trial has all but the last. */
const kinds = ["function", "engine", "group", "start"] as const;
const writers = 3;
const passwords = { temporary: "Temp-Passw0rd!", own: "Local-Passw0rd!" };

let folder: string;
let program: string;
let data: string;
let running: StackProcess | undefined;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "faults-"));
  program = join(folder, "program");
  data = join(folder, "kept");
  writeProgram(program);
});

afterAll(async () => {
  running?.kill();
  await running?.ended;
  rmSync(folder, { recursive: true, maxRetries: 5 });
});

/** Numbers from 0 to 1, the same for the same seed (mulberry32). */
const random = (() => {
  let state = seed;
  return (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
})();

const users: string[] = [];
const acknowledged: string[] = [];
/** As the users who write now; undefined while no stack runs. */
let access: Access | undefined;
let isOver = false;

/** A client: it repeats a command unchanged until it has an answer. */
async function write(id: string): Promise<void> {
  for (let version = 1; !isOver; version += 1) {
    const command = randomUUID();
    while ((await answerTo({ id, version, command })) !== command) {
      await sleep(20);
    }
    acknowledged.push(`${id} ${version} ${command}`);
  }
}

async function answerTo(variables: Record<string, unknown>): Promise<unknown> {
  if (access === undefined) {
    return undefined;
  }
  const mutation =
    "mutation Add($id: ID!, $version: Int!, $command: ID!) { add(id: $id, version: $version, command: $command) }";
  const answer = await send<{ add: string }>(access, mutation, variables).catch(() => undefined);
  return answer?.data?.add;
}

async function start(): Promise<StackProcess> {
  const started = await startStackProcess(program, data);
  running = started;
  const { stack } = started;
  const { graphqlUrl, userPoolId, clientId } = stack.outputs as Record<string, string>;
  const pool = new SignInClient(stack, { userPoolId: `${userPoolId}`, clientId: `${clientId}` });
  for (const email of users) {
    await pool.signIn(email, passwords.own);
  }
  const email = `user-${users.length}@example.com`;
  await pool.createUser(email, passwords.temporary);
  const { idToken } = await pool.signInFirst(email, passwords.temporary, passwords.own);
  users.push(email);
  access = { graphqlUrl: `${graphqlUrl}`, realtimeUrl: "", idToken };
  return started;
}

/** Under traffic, after a random time. Answers with the stack that runs then. */
async function strike(how: (typeof kinds)[number], at: StackProcess) {
  const enough = acknowledged.length + 5 + Math.floor(40 * random());
  await vi.waitUntil(() => acknowledged.length > enough, { timeout: 60_000 });
  await sleep(300 * random());
  if (how === "function") {
    await vi.waitUntil(() => at.killChild(/runtime\.cjs/), { timeout: 30_000, interval: 20 });
    return at;
  }
  access = undefined;
  if (how !== "engine") {
    at.kill();
    await at.ended;
  } else {
    expect(at.killChild(/^java /)).toBe(true);
    const { code, err } = await at.ended;
    expect(code).toBe(1);
    expect(err).toContain(
      `Error: DynamoDB has ended: SIGKILL. Start the stack again: what was acknowledged is in ${data}.`,
    );
  }
  if (how === "start") {
    await killWhileItStarts(program, data, 4_000 * random());
  }
  return start();
}

async function itemsOf({ stack }: StackProcess, TableName: string): Promise<readonly string[]> {
  const { region, credentials, endpoints } = stack;
  const client = new DynamoDBClient({ region, credentials, endpoint: endpoints.dynamodb });
  const found: string[] = [];
  for await (const { Items = [] } of paginateScan({ client }, { TableName })) {
    found.push(...Items.map(({ id, version, command }) => `${id?.S} ${version?.N} ${command?.S}`));
  }
  client.destroy();
  return found.sort();
}

it(
  "every acknowledged command is there once and is folded, and every user signs in, whatever was killed",
  async () => {
    console.log(`FAULT_KILLS=${kills} FAULT_SEED=${seed}`);
    let stack = await start();
    const writing = Promise.all(Array.from({ length: writers }, (_, n) => write(`writer-${n}`)));
    for (let n = 0; n < kills; n += 1) {
      stack = await strike(kinds[n % kinds.length] ?? "group", stack);
    }
    isOver = true;
    await writing;
    expect(await itemsOf(stack, "events")).toEqual([...acknowledged].sort());
    await vi.waitFor(
      async () => expect(await itemsOf(stack, "folded")).toEqual([...acknowledged].sort()),
      { timeout: 60_000, interval: 200 },
    );
    console.log(`${acknowledged.length} commands, ${users.length} users`);
  },
  120_000 + kills * 30_000,
);
