import fc from "fast-check";
import * as E from "fp-ts/Either";
import * as O from "fp-ts/Option";
import { describe, expect, it } from "vitest";
import type { Account } from "../../../core/ledger/account";
import { rebuildStream } from "../../../core/projection/rebuild-stream";
import { resumeStream } from "../../../core/projection/resume-stream";
import {
  anyRequests,
  deposit,
  opening,
  type StoredEvent,
  savings,
  stored,
  unreadable,
  withdrawal,
} from "../ledger/requests";
import { deliver } from "./delivering";
import { folded, type Gate, type ProjectorOptions, truthOf, World } from "./memory";

const events = stored(
  opening(),
  deposit(100),
  withdrawal(30),
  withdrawal(80),
  deposit(5),
  deposit(6),
);
const poison = (world: World, version: number): void =>
  world.put("savings", version, unreadable(events[version - 1] as StoredEvent));
const mend = (world: World, version: number): void =>
  world.put("savings", version, events[version - 1]);

const rebuild = (world: World, options: ProjectorOptions = {}) =>
  rebuildStream<Account>(savings)(world.environment(options))();

const resume = (world: World, options: ProjectorOptions = {}) =>
  resumeStream<Account>(savings)(world.environment(options))();

/** A world whose read model is the first projection of the first events. */
const projected = async (upTo: number, from = events): Promise<World> => {
  const world = new World();
  world.append(from.slice(0, upTo));
  await deliver(world, from.slice(0, upTo));
  return world;
};

/** Does something once, just before the first operation of a kind. */
const onceBefore = (operation: string, act: () => Promise<unknown>): Gate => {
  let done = false;
  return async (name, _, moment) => {
    if (done || name !== operation || moment !== "before") return;
    done = true;
    await act();
  };
};

describe("a stream of an earlier projection version", () => {
  it("is rebuilt from its first event at its next delivery", async () => {
    const world = await projected(5);
    world.append(events);
    await deliver(world, events.slice(5), { projectionVersion: 2 });
    expect(world.view()).toEqual(truthOf(events, "savings", 2));
  });

  it("has its summary replaced in one step, and readable until then", async () => {
    const world = await projected(5);
    world.append(events);
    const old = world.view().summary;
    const served: unknown[] = [];
    const recordSummary: Gate = async (_, __, moment) => {
      if (moment === "before") served.push(world.view().summary);
    };
    const before = world.count("commit");
    await deliver(world, events.slice(5), { projectionVersion: 2, gate: recordSummary });
    expect(world.count("commit") - before).toBe(1);
    const [next, ...others] = [...new Set(served)].filter((summary) => summary !== old);
    expect(next).toEqual(folded(events, "savings", 2).summary);
    expect(others).toEqual([]);
  });

  it("publishes only the events that were not published before", async () => {
    const world = await projected(5);
    world.append(events);
    world.published.length = 0;
    await deliver(world, events.slice(5), { projectionVersion: 2 });
    expect(world.published.map(({ version }) => version)).toEqual([6]);
  });

  it("keeps its last balance if the rebuild is suspended at an earlier version", async () => {
    const world = await projected(5);
    world.append(events);
    poison(world, 3);
    await deliver(world, events.slice(5), { projectionVersion: 2 });
    expect(world.view().summary).toEqual({
      ...folded(events.slice(0, 5)).summary,
      suspension: O.some(world.suspendedStreams.get("savings")),
    });
    expect(world.suspendedStreams.get("savings")).toMatchObject({ version: 3 });
  });

  it("is suspended if the event table ends before its version", async () => {
    const world = await projected(5);
    world.log.get("savings")?.delete(5);
    await rebuild(world, { projectionVersion: 2 });
    expect(world.view().summary).toMatchObject({
      version: 5,
      projectionVersion: 1,
      suspension: O.some({ version: 5, reason: "MISSING_EVENT" }),
    });
  });
});

describe("a rebuild beside live traffic", () => {
  it("continues from its own position after the live projection has moved the summary", async () => {
    const world = await projected(3);
    const live = async () => {
      world.append(events);
      await deliver(world, events.slice(3));
    };
    await rebuild(world, { projectionVersion: 2, gate: onceBefore("commit", live) });
    expect(world.view()).toEqual(truthOf(events, "savings", 2));
    expect(world.published.map(({ version }) => version)).toEqual([1, 2, 3, 4, 5, 6]);
  });

  it("does not publish again what the live projection has published meanwhile", async () => {
    const world = await projected(3);
    world.append(events);
    const live = () => deliver(world, events.slice(3));
    await rebuild(world, { gate: onceBefore("commit", live) });
    expect(world.view()).toEqual(truthOf(events));
    expect(world.published.map(({ version }) => version)).toEqual([1, 2, 3, 4, 5, 6]);
  });

  it("fails if a later release was faster, and leaves its rows alone", async () => {
    const world = await projected(5);
    const later = () => rebuild(world, { projectionVersion: 3 });
    const result = await rebuild(world, {
      projectionVersion: 2,
      gate: onceBefore("commit", later),
    });
    expect(result).toEqual(E.left({ _tag: "Outdated" }));
    expect(world.view()).toEqual(truthOf(events.slice(0, 5), "savings", 3));
  });

  it("does not suspend a stream for an event that has been repaired meanwhile", async () => {
    const world = await projected(2);
    world.append(events);
    poison(world, 4);
    await deliver(world, events.slice(2));
    const mending = async () => {
      mend(world, 4);
      await resume(world);
    };
    await rebuild(world, { gate: onceBefore("commit", mending) });
    expect(world.view()).toEqual(truthOf(events));
  });

  it("ends as the fold of the log, however the two are interleaved", async () => {
    await fc.assert(
      fc.asyncProperty(
        anyRequests(10),
        fc.nat({ max: 10 }),
        fc.scheduler(),
        async (requests, done, scheduler) => {
          const all = stored(...requests);
          const world = await projected(done, all);
          world.append(all);
          const gate: Gate = () => scheduler.schedule(Promise.resolve());
          const live = async () => {
            for (const event of all) {
              const result = await deliver(world, [event], { gate });
              if (E.isLeft(result)) expect(result.left._tag).toMatch(/Outdated|Contended/);
            }
          };
          await scheduler.waitFor(
            Promise.all([live(), rebuild(world, { projectionVersion: 2, gate })]),
          );
          await rebuild(world, { projectionVersion: 2 });
          expect(world.view()).toEqual(truthOf(all, "savings", 2));
        },
      ),
    );
  });
});

describe("rebuildStream", () => {
  it("restores lost rows", async () => {
    const world = await projected(5);
    world.entries.get("savings")?.delete(3);
    world.summaries.delete("savings");
    await rebuild(world);
    expect(world.view()).toEqual(truthOf(events.slice(0, 5)));
  });

  it("changes nothing in correct rows", async () => {
    const world = await projected(5);
    const before = world.view();
    await rebuild(world);
    expect(world.view()).toEqual(before);
  });

  it("writes nothing for a stream without events", async () => {
    const world = new World();
    expect(await rebuild(world)).toEqual(E.right(undefined));
    expect(world.summaries.size).toBe(0);
  });

  it("fails where a later release has written the rows", async () => {
    const world = await projected(5);
    await rebuild(world, { projectionVersion: 2 });
    expect(await rebuild(world)).toEqual(E.left({ _tag: "Outdated" }));
  });
});
