import { type Appended, append, type Command } from "./append";
import { clientFor } from "./client";
import type { Item } from "./conditions";
import { unknownToOld } from "./releases";
import type { Process } from "./scheduler";
import { positionOf, type World } from "./world";

// Those who write to the event table: clients, through the API; and now and then a faulty program, past it.

const owner = "owner";

const amountFrom = ({ random }: World): string =>
  random.chance(0.05) ? "9".repeat(18) : String(random.between(1, 100));

const opening = (world: World): Pick<Command, "type" | "schemaVersion" | "data"> => ({
  type: "AccountOpeningRequested",
  // Clients of an earlier API knew no names.
  ...(world.random.chance(0.3)
    ? { schemaVersion: 1, data: { currency: "EUR" } }
    : { schemaVersion: 2, data: { currency: "EUR", name: "Savings" } }),
});

const request = (world: World): Pick<Command, "type" | "schemaVersion" | "data"> => {
  const kind = world.random.pick([
    "Deposit",
    "Deposit",
    "Deposit",
    "Withdrawal",
    "Withdrawal",
    "Close",
  ]);
  if (kind === "Close") return { type: "AccountClosingRequested", schemaVersion: 1, data: {} };
  const memo = world.random.chance(0.2) ? { memo: "für später" } : {};
  const data = { amount: amountFrom(world), ...memo };
  return { type: `${kind}Requested`, schemaVersion: 1, data };
};

const accountOf = ({ plan, random }: World): string =>
  `account-${random.between(1, plan.accounts)}`;

/** One request to the API: a process of its own, which may die without an answer. */
const ask = (world: World, command: Command, expectedVersion: number): Promise<Appended> => {
  const request = world.process("request");
  world.journal.count("commands");
  world.journal.note(
    request.name,
    () => `${command.commandId}: ${command.type} ${command.accountId} after ${expectedVersion}`,
  );
  const client = clientFor(world, request);
  return Promise.race([
    append(client, world.events.name, command, expectedVersion, world.now),
    request.died.then(() => "unavailable" as const),
  ]);
};

/**
 * Sends a command until it is recorded: the same version until there is an answer, the next one after a conflict.
 * Answers with the version.
 */
const record = async (
  world: World,
  client: Process,
  command: Command,
  after: number,
): Promise<number> => {
  let expectedVersion = after;
  for (;;) {
    const answer = ask(world, command, expectedVersion);
    const impatient = world.random.chance(world.plan.faults.impatientClient);
    const outcome = impatient ? "unavailable" : await answer;
    if (outcome === "recorded") return expectedVersion + 1;
    if (outcome === "conflict") {
      world.journal.count("conflicts");
      expectedVersion += 1;
    } else {
      world.journal.count("repeatedCommands");
      await world.pause(client, 50);
    }
  }
};

const runClient = async (world: World, name: string): Promise<void> => {
  const { plan, random } = world;
  const client = world.process("client");
  const known = new Map<string, number>();
  for (let n = 1; n <= plan.commandsPerClient; n += 1) {
    await world.pause(client, (2 * plan.duration) / plan.commandsPerClient);
    const accountId = accountOf(world);
    const version = known.get(accountId) ?? 0;
    const prefix = random.chance(plan.unknownEvents) ? unknownToOld : "";
    const content = version === 0 ? opening(world) : request(world);
    const command = { accountId, commandId: `${prefix}${name}-${n}`, owner, ...content };
    known.set(accountId, await record(world, client, command, version));
    world.acknowledged.push(command.commandId);
  }
};

/** What a faulty program makes of an event. */
const corruptions: readonly [(event: Item) => Item, ...Array<(event: Item) => Item>] = [
  (event) => ({ ...event, schemaVersion: 7 }),
  (event) => ({ ...event, type: "InterestRequested" }),
  (event) => ({ ...event, data: { amount: 5 } }),
  (event) => ({ ...event, type: "DepositRequested", data: { amount: "007" } }),
  (event) => ({ ...event, recordedAt: "yesterday" }),
  ({ data, ...event }) => event,
];

/** Puts an event that nobody can read at the end of a stream. */
const corrupt = (world: World, n: number): void => {
  const streamId = accountOf(world);
  const version = world.log(streamId).length + 1;
  const intended: Item = {
    ...{ streamId, version, commandId: `faulty-${n}`, owner, actor: owner },
    ...{ recordedAt: world.now(), type: "DepositRequested", schemaVersion: 1 },
    data: { amount: amountFrom(world) },
  };
  world.corrupted.set(positionOf(streamId, version), intended);
  world.journal.count("corrupted");
  world.journal.note("faulty writer", () => `puts ${streamId} ${version}, which nobody can read`);
  world.write(world.events, world.random.pick(corruptions)(intended));
};

export const startWriters = (world: World): void => {
  const { plan } = world;
  for (let n = 1; n <= plan.clients; n += 1) world.start(() => runClient(world, `c${n}`));
  for (let n = 1; n <= plan.corruptedEvents; n += 1) {
    world.start(async () => {
      await world.pause(world.network, plan.duration);
      corrupt(world, n);
    });
  }
};
