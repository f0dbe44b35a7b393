import type { StreamId } from "../../core/projection/identifiers";
import { type Appended, append, type Command } from "./append";
import { clientFor } from "./client";
import { inNewForm } from "./forms";
import { unknownToOld } from "./releases";
import type { Process } from "./scheduler";
import type { Simulated } from "./simulated";
import type { Asked } from "./subject";
import type { World } from "./world";

// Writers to the event table: clients, through the API.

export const owner = "owner";

export const anyStreamId = ({ plan, random }: World, name: string): StreamId =>
  `${name}-${random.between(1, plan.streams)}` as StreamId;

/** One request to the API: a process of its own, which may die without an answer. */
const ask = (world: World, command: Command, expectedVersion: number): Promise<Appended> => {
  const request = world.process("request");
  world.journal.count("commands");
  world.journal.note(
    request.name,
    () => `${command.commandId}: ${command.type} ${command.streamId} after ${expectedVersion}`,
  );
  const client = clientFor(world, request);
  const { newFormAt, duration } = world.plan;
  const since = world.scheduler.now - newFormAt;
  // For a while, some requests still meet the old templates.
  const hasNewForm = since > 0 && (since > duration || world.random.chance(0.5));
  if (hasNewForm) world.journal.count("newForms");
  const template = {
    record: hasNewForm ? inNewForm : (asked: Asked) => asked,
    isSameCommand: world.isSameCommand,
    now: world.now,
  };
  return Promise.race([
    append(client, world.events.name, command, expectedVersion, template),
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

/** How many events of a stream everybody knows of. */
const historyOf = ({ plan }: World, streamId: StreamId): number =>
  streamId.endsWith("-1") ? plan.history : 0;

/** Drawing takes long: so many requests are drawn for a history, again and again. */
const differentRequests = 50;

/** Records the events of the first stream that are old. */
export const writeHistory = <State>(world: World, { name, draw }: Simulated<State>): void => {
  const { plan, random, events } = world;
  if (plan.history === 0) return;
  world.journal.count("histories");
  const streamId = `${name}-1` as StreamId;
  const drawn = Array.from({ length: differentRequests }, () => draw(random, false));
  for (let version = 1; version <= plan.history; version += 1) {
    const asked = version === 1 ? draw(random, true) : random.pickAny(drawn);
    const commandId = `history-${version}`;
    const recordedAt = world.now();
    const event = { streamId, version, commandId, owner, actor: owner, recordedAt, ...asked };
    world.write(events, events.keyOf(event), event);
  }
};

const runClient = async <State>(
  world: World,
  { name, draw }: Simulated<State>,
  clientName: string,
): Promise<void> => {
  const { plan, random } = world;
  const client = world.process("client");
  const known = new Map<StreamId, number>();
  for (let n = 1; n <= plan.commandsPerClient; n += 1) {
    await world.pause(client, (2 * plan.duration) / plan.commandsPerClient);
    const streamId = anyStreamId(world, name);
    const version = known.get(streamId) ?? historyOf(world, streamId);
    const prefix = random.chance(plan.unknownEvents) ? unknownToOld : "";
    const asked = draw(random, version === 0);
    const command = { streamId, commandId: `${prefix}${clientName}-${n}`, owner, ...asked };
    known.set(streamId, await record(world, client, command, version));
    world.acknowledged.push(command.commandId);
  }
};

export const startWriters = <State>(world: World, simulated: Simulated<State>): void => {
  for (let n = 1; n <= world.plan.clients; n += 1) {
    world.start(() => runClient(world, simulated, `c${n}`));
  }
};
