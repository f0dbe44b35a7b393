import type { StreamId, Version } from "../../core/projection/identifiers";
import type { Simulated } from "./simulated";
import type { StoredEvent } from "./subject";
import { type FaultyEvent, positionOf, type World } from "./world";
import { anyStreamId, owner } from "./writers";

// A faulty program that works on the event table past the API. Nobody can fold what it leaves there.

/** The next event of a stream, as a program would write it that makes no mistake. */
const nextEvent = <State>(
  world: World,
  { name, draw }: Simulated<State>,
  n: number,
): StoredEvent => {
  const streamId = anyStreamId(world, name);
  const version = (world.log(streamId).length + 1) as Version;
  return {
    ...{ streamId, version, commandId: `faulty-${n}`, owner, actor: owner },
    recordedAt: world.now(),
    ...draw(world.random, false),
  };
};

const markAsFaulty = (world: World, fault: FaultyEvent): void => {
  const { streamId, version } = fault.event;
  world.faulty.set(positionOf(streamId, version), fault);
  world.journal.note("faulty writer", () => `leaves ${streamId} ${version} with ${fault.reason}`);
};

const put = (world: World, item: object): void =>
  world.write(world.events, world.events.keyOf({ ...item }), { ...item });

const corrupt = <State>(world: World, simulated: Simulated<State>, event: StoredEvent): void => {
  const { written, reason } = simulated.corrupt(world.random, event);
  world.journal.count("corrupted");
  markAsFaulty(world, { event, reason });
  put(world, written);
};

/** Whether every release finds a state after the last event of a stream, so that the stream has an owner. */
const isOpened = <State>(
  world: World,
  { rules, laterRules }: Simulated<State>,
  { streamId }: StoredEvent,
): boolean => {
  const log = world.log(streamId);
  return (
    log.every(({ version }) => world.faultAt(streamId, version) === undefined) &&
    [rules, laterRules].every(({ oracle }) => oracle(log).at(-1)?.state !== undefined)
  );
};

const changeOwner = (world: World, event: StoredEvent): void => {
  world.journal.count("otherOwner");
  markAsFaulty(world, { event, reason: "OWNER_CHANGED" });
  put(world, { ...event, owner: "somebody" });
};

const makeOneMistake = <State>(world: World, simulated: Simulated<State>, n: number): void => {
  const event = nextEvent(world, simulated, n);
  const othersOwner = world.random.chance(0.3) && isOpened(world, simulated, event);
  if (othersOwner) changeOwner(world, event);
  else corrupt(world, simulated, event);
};

export const startFaultyWriter = <State>(world: World, simulated: Simulated<State>): void => {
  for (let n = 1; n <= world.plan.faultyEvents; n += 1) {
    world.start(async () => {
      await world.pause(world.network, world.plan.duration);
      makeOneMistake(world, simulated, n);
    });
  }
};

/**
 * Removes an event of a stream that others follow: nothing tells that there was one after the last. It goes when nobody writes
 * to the stream, or so far back that nobody does there: a client would take the place for free.
 */
export const loseOne = (world: World, streamId: StreamId, before: number): void => {
  if (before < 2) return;
  const version = world.random.between(1, before - 1) as Version;
  const event = world.events.read({ streamId, version });
  if (event === undefined || world.faultAt(streamId, version) !== undefined) return;
  world.journal.count("lost");
  markAsFaulty(world, { event: event as unknown as StoredEvent, reason: "MISSING_EVENT" });
  world.write(world.events, world.events.keyOf(event), undefined);
};

/** Puts right in the event table what a faulty program has done there: all of it, or only what was lost. */
export const mendEvents = (world: World, chosen: (fault: FaultyEvent) => boolean): void => {
  for (const [position, fault] of world.faulty) {
    if (world.mended.has(position) || !chosen(fault)) continue;
    world.mended.add(position);
    put(world, fault.event);
  }
};
