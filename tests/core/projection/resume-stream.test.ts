import * as E from "fp-ts/Either";
import * as O from "fp-ts/Option";
import { describe, expect, it } from "vitest";
import type { Account } from "../../../core/ledger/account";
import { rebuildStream } from "../../../core/projection/rebuild-stream";
import { resumeStream } from "../../../core/projection/resume-stream";
import {
  deposit,
  opening,
  type StoredEvent,
  savings,
  stored,
  unreadable,
} from "../ledger/requests";
import { deliver, workOffRequests, worldWith } from "./delivering";
import { failingOnce, type ProjectorOptions, truthOf, World } from "./memory";

const events = stored(opening(), ...Array.from({ length: 9 }, (_, i) => deposit(i + 1)));

const resume = (world: World, options: ProjectorOptions = {}) =>
  resumeStream<Account>(savings)(world.environment(options))();

const poison = (world: World): void =>
  world.put("savings", 3, unreadable(events[2] as StoredEvent));
const repair = (world: World): void => world.put("savings", 3, events[2]);

/** A world in which the stream is suspended at version 3, while later events have been delivered in vain. */
const suspendedWorld = async (): Promise<World> => {
  const world = worldWith(events);
  poison(world);
  await deliver(world, events);
  expect(world.suspendedStreams.get("savings")).toMatchObject({ version: 3 });
  return world;
};

describe("resumeStream on a suspended stream", () => {
  it("folds a repaired stream to its end, in order, and removes it from the list", async () => {
    const world = await suspendedWorld();
    repair(world);
    expect(await resume(world)).toEqual(E.right(undefined));
    expect(world.view()).toEqual(truthOf(events));
    expect(world.published.map(({ version }) => version)).toEqual(
      events.map(({ version }) => version),
    );
  });

  it("suspends the stream again if its event was not repaired", async () => {
    const world = await suspendedWorld();
    expect(await resume(world)).toEqual(E.right(undefined));
    expect(world.view().summary).toMatchObject({ version: 2, suspension: O.some({ version: 3 }) });
    expect(world.reported.suspended).toBe(2);
  });

  it.each([1, 2, 3])(
    "folds the stream to its end when it is repeated after reading page %i has failed",
    async (page) => {
      const world = await suspendedWorld();
      repair(world);
      const result = await resume(world, { gate: failingOnce("readAfter", page) });
      expect(result).toMatchObject(E.left({ _tag: "Unavailable" }));
      expect(await resume(world)).toEqual(E.right(undefined));
      expect(world.view()).toEqual(truthOf(events));
    },
  );

  it("rebuilds a stream that a rebuild has suspended before its summary's version", async () => {
    const world = worldWith(events);
    await deliver(world, events);
    poison(world);
    await rebuildStream<Account>(savings)(world.environment())();
    expect(world.suspendedStreams.get("savings")).toMatchObject({ version: 3 });
    repair(world);
    await resume(world);
    expect(world.view()).toEqual(truthOf(events, "savings", 1, 2));
  });

  it("rebuilds a stream that an earlier projection version has suspended", async () => {
    const world = await suspendedWorld();
    repair(world);
    await resume(world, { projectionVersion: 2 });
    expect(world.view()).toEqual(truthOf(events, "savings", 2, 2));
  });

  it("is needed under a later projection version, too: deliveries leave the stream suspended", async () => {
    const world = await suspendedWorld();
    repair(world);
    const before = world.view();
    await deliver(world, events, { projectionVersion: 2 });
    expect(world.view()).toEqual(before);
  });

  it("fails where a later release has written the rows", async () => {
    const world = await suspendedWorld();
    await resume(world, { projectionVersion: 2 });
    expect(await resume(world)).toEqual(E.left({ _tag: "Outdated" }));
  });
});

describe("resumeStream on a long stream", () => {
  it("does what there is time for, and leaves the rest to the rebuilder", async () => {
    const world = await suspendedWorld();
    repair(world);
    expect(await resume(world, { hasTime: () => false })).toEqual(E.right(undefined));
    expect(world.view().summary).toMatchObject({ version: 5, suspension: O.none });
    await workOffRequests(world, { hasTime: () => false });
    expect(world.view()).toEqual(truthOf(events));
  });
});

describe("resumeStream on a stream that is not suspended", () => {
  it("folds the stream to its end: an earlier resume may have failed half-way", async () => {
    const world = worldWith(events);
    await deliver(world, events.slice(0, 4));
    await resume(world);
    expect(world.view()).toEqual(truthOf(events));
  });

  it("changes nothing in a complete stream, nor where there is no such stream", async () => {
    const world = new World();
    await resume(world);
    expect(world.summaries.size).toBe(0);
    world.append(events);
    await deliver(world, events);
    const before = world.view().summary;
    await resume(world);
    expect(world.view().summary).toBe(before);
  });
});
