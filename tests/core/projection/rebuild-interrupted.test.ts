import * as E from "fp-ts/Either";
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
import { deliver, workOffRequests, workOnRequests } from "./delivering";
import {
  failingOnce,
  type Gate,
  onceBefore,
  type ProjectorOptions,
  truthOf,
  World,
} from "./memory";

const events = stored(opening(), deposit(1), deposit(2), deposit(3), deposit(4), deposit(5));
const request = { streamId: savings, known: events.length as never, again: false };

const rebuild = (world: World, options: ProjectorOptions = {}) =>
  rebuildStream<Account>(savings)(world.environment(options))();

const resume = (world: World, options: ProjectorOptions = {}) =>
  resumeStream<Account>(savings)(world.environment(options))();

const poison = (world: World, version: number): void =>
  world.put("savings", version, unreadable(events[version - 1] as StoredEvent));

/** A world whose read model is the first projection of the events, or of those up to one that cannot be read. */
const projected = async (poisoned?: number): Promise<World> => {
  const world = new World();
  world.append(events);
  if (poisoned !== undefined) poison(world, poisoned);
  await deliver(world, events);
  return world;
};

/** Dies with the answer to its first commit: nothing of it takes place any more. */
const dyingAtCommit = (): Gate => {
  let dead = false;
  return async (operation, _, moment) => {
    dead ||= operation === "commit" && moment === "after";
    if (dead) throw new Error("killed");
  };
};

describe("a rebuild that others go on with", () => {
  it("does not take the place of one that began later, and was faster", async () => {
    const world = await projected();
    await rebuild(world, { gate: failingOnce("commit") });
    const later = () => rebuild(world);
    world.requests.push(request);
    // It has loaded the row of its rebuild, and not yet the summary.
    const laterFirst = onceBefore("load", later);
    const served = new Set<unknown>();
    const gate: Gate = async (...operation) => {
      await laterFirst(...operation);
      served.add(world.view().summary?.generation);
    };
    await workOnRequests(world, { gate });
    expect([...served]).toEqual([1, 3]);
    expect(world.view()).toEqual(truthOf(events, "savings", 1, 3));
  });

  it("reports the suspended stream where the one that suspended it has died before", async () => {
    const world = await projected(3);
    await rebuild(world, { gate: dyingAtCommit() });
    expect(world.summaries.get("savings")?.generation).toBe(2);
    expect(world.reported.suspended).toBe(1);
    world.requests.push(request);
    await workOffRequests(world);
    expect(world.reported.suspended).toBeGreaterThan(1);
  });

  it("is brought to its end by a resume that is repeated", async () => {
    const world = await projected();
    poison(world, 4);
    await rebuild(world, { projectionVersion: 2 });
    world.append([...events, { ...events[5], version: 7 } as StoredEvent]);
    const release = { projectionVersion: 2 };
    expect(await resume(world, { ...release, gate: failingOnce("commit", 2) })).toMatchObject(
      E.left({ _tag: "Unavailable" }),
    );
    expect(await resume(world, release)).toEqual(E.right(undefined));
    await workOffRequests(world, release);
    expect(world.rebuilds.size).toBe(0);
    expect(world.entries.get("savings")?.size).toBe(world.view().entries.length);
  });
});
