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
import { deliver, worldWith } from "./delivering";
import { failingOnce, type ProjectorOptions, truthOf, World } from "./memory";

const events = stored(opening(), ...Array.from({ length: 9 }, (_, i) => deposit(i + 1)));

const resume = (world: World, options: ProjectorOptions = {}) =>
  resumeStream<Account>(savings)(world.environment(options))();

const poison = (world: World): void =>
  world.put("savings", 3, unreadable(events[2] as StoredEvent));
const mend = (world: World): void => world.put("savings", 3, events[2]);

/** A world in which the stream is suspended at version 3, while later events have been delivered in vain. */
const heldWorld = async (): Promise<World> => {
  const world = worldWith(events);
  poison(world);
  await deliver(world, events);
  expect(world.suspendedStreams.get("savings")).toMatchObject({ version: 3 });
  return world;
};

describe("resuming a suspended stream", () => {
  it("lets it go on to its end, in order, once it has been mended, and takes it off the list", async () => {
    const world = await heldWorld();
    mend(world);
    expect(await resume(world)).toEqual(E.right(undefined));
    expect(world.view()).toEqual(truthOf(events));
    expect(world.published.map(({ version }) => version)).toEqual(
      events.map(({ version }) => version),
    );
  });

  it("suspends it again where it has not been mended", async () => {
    const world = await heldWorld();
    expect(await resume(world)).toEqual(E.right(undefined));
    expect(world.view().summary).toMatchObject({ version: 2, suspension: O.some({ version: 3 }) });
    expect(world.reported.suspended).toBe(2);
  });

  it.each([1, 2, 3])(
    "goes on where reading page %i has failed, when it is repeated",
    async (page) => {
      const world = await heldWorld();
      mend(world);
      const result = await resume(world, { gate: failingOnce("readAfter", page) });
      expect(result).toMatchObject(E.left({ _tag: "Unavailable" }));
      expect(await resume(world)).toEqual(E.right(undefined));
      expect(world.view()).toEqual(truthOf(events));
    },
  );

  it("rebuilds a stream that a rebuild has suspended at an event which its summary had passed", async () => {
    const world = worldWith(events);
    await deliver(world, events);
    poison(world);
    await rebuildStream<Account>(savings)(world.environment())();
    expect(world.suspendedStreams.get("savings")).toMatchObject({ version: 3 });
    mend(world);
    await resume(world);
    expect(world.view()).toEqual(truthOf(events));
  });

  it("rebuilds a stream that an earlier projection has suspended", async () => {
    const world = await heldWorld();
    mend(world);
    await resume(world, { projectionVersion: 2 });
    expect(world.view()).toEqual(truthOf(events, "savings", 2));
  });

  it("is what a stream waits for, under a later projection, too", async () => {
    const world = await heldWorld();
    mend(world);
    const before = world.view();
    await deliver(world, events, { projectionVersion: 2 });
    expect(world.view()).toEqual(before);
  });

  it("gives way to a later release of the projector", async () => {
    const world = await heldWorld();
    await resume(world, { projectionVersion: 2 });
    expect(await resume(world)).toEqual(E.left({ _tag: "Outdated" }));
  });
});

describe("resuming a stream that is not suspended", () => {
  it("lets it go on to its end: an earlier resume may have failed half-way", async () => {
    const world = worldWith(events);
    await deliver(world, events.slice(0, 4));
    await resume(world);
    expect(world.view()).toEqual(truthOf(events));
  });

  it("changes nothing at its end, nor where there is no such stream", async () => {
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
