import fc from "fast-check";
import * as E from "fp-ts/Either";
import { pipe } from "fp-ts/function";
import * as O from "fp-ts/Option";
import { describe, expect, it } from "vitest";
import type { Account } from "../../../core/ledger/account";
import type { Balance } from "../../../core/ledger/money";
import { noVersion } from "../../../core/projection/identifiers";
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
import { deliver, workOffRequests, workOnRequests } from "./delivering";
import {
  failingOnce,
  folded,
  type Gate,
  onceBefore,
  type ProjectorOptions,
  type Summary,
  truthOf,
  World,
} from "./memory";

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

/** Delivers the last event to a new release, and lets its rebuilder work. */
const deliverToNewRelease = async (world: World, options: ProjectorOptions = {}): Promise<void> => {
  const release = { projectionVersion: 2, ...options };
  await deliver(world, events.slice(5), release);
  await workOffRequests(world, release);
};

describe("a stream of an earlier projection version", () => {
  it("is left to the rebuilder at its next delivery", async () => {
    const world = await projected(5);
    world.append(events);
    const before = world.operations.length;
    await deliver(world, events.slice(5), { projectionVersion: 2 });
    expect(world.operations.slice(before)).toEqual(["load savings", "request savings"]);
    expect(world.view()).toEqual(truthOf(events.slice(0, 5)));
  });

  it("is rebuilt from its first event, and folded to its end", async () => {
    const world = await projected(5);
    world.append(events);
    await deliverToNewRelease(world);
    expect(world.view()).toEqual(truthOf(events, "savings", 2, 2));
    expect(world.reported).toMatchObject({ rebuildsBegun: 1, rebuilt: 1 });
  });

  it("shows its last balance, and that it is being rebuilt, until its summary is replaced in one step", async () => {
    const world = await projected(5);
    world.append(events);
    const old = folded(events.slice(0, 5)).summary;
    const served = new Set<unknown>();
    const recordSummary: Gate = async (_, __, moment) => {
      if (moment === "before") served.add(world.view().summary);
    };
    await deliverToNewRelease(world, { gate: recordSummary });
    expect([...served]).toEqual([
      old,
      { ...old, rebuilding: true },
      folded(events.slice(0, 5), "savings", 2, 2).summary,
      folded(events, "savings", 2, 2).summary,
    ]);
  });

  it("is served with the entries of one projection version at any moment", async () => {
    const world = await projected(5);
    world.append(events);
    const versions = new Set<unknown>();
    const look: Gate = async () => {
      const { summary, entries } = world.view();
      versions.add(summary?.projectionVersion);
      expect(
        entries.filter((entry) => entry.projectionVersion !== summary?.projectionVersion),
      ).toEqual([]);
      expect(entries.filter(({ version }) => version <= (summary?.version ?? 0))).toHaveLength(
        (summary?.version ?? 1) - 1,
      );
    };
    await deliverToNewRelease(world, { gate: look });
    expect([...versions]).toEqual([1, 2]);
  });

  it("publishes only the events that were not published before", async () => {
    const world = await projected(5);
    world.append(events);
    world.published.length = 0;
    await deliverToNewRelease(world);
    expect(world.published.map(({ version }) => version)).toEqual([6]);
  });

  it("keeps its last balance if the rebuild is suspended at an earlier version", async () => {
    const world = await projected(5);
    world.append(events);
    poison(world, 3);
    await deliverToNewRelease(world);
    expect(world.view().summary).toEqual({
      ...folded(events.slice(0, 5)).summary,
      suspension: O.some(world.suspendedStreams.get("savings")),
    });
    expect(world.suspendedStreams.get("savings")).toMatchObject({ version: 3 });
    expect(world.view().entries).toEqual(truthOf(events.slice(0, 5)).entries);
  });

  it("goes on from the event that suspended its rebuild once it is resumed", async () => {
    const world = await projected(5);
    world.append(events);
    poison(world, 4);
    await deliverToNewRelease(world);
    mend(world, 4);
    const before = world.operations.length;
    await resume(world, { projectionVersion: 2 });
    expect(world.view()).toEqual(truthOf(events, "savings", 2, 2));
    const saved = world.operations.slice(before).filter((line) => line === "saveEntry savings");
    expect(saved).toHaveLength(3);
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

describe("a long stream", () => {
  const long = stored(opening(), ...Array.from({ length: 40 }, (_, i) => deposit(i + 1)));

  it("is rebuilt in slices, each of which goes on where the last has ended", async () => {
    const world = await projected(40, long);
    world.append(long);
    const release = { projectionVersion: 2, hasTime: () => false };
    await deliver(world, long.slice(40), release);
    await workOffRequests(world, release);
    expect(world.view()).toEqual(truthOf(long, "savings", 2, 2));
    expect(world.count("saveEntry")).toBe(39 + 40);
    expect(world.reported.rebuildsBegun).toBe(1);
  });

  it.each([9, 12, 13])(
    "is rebuilt in the end although every attempt dies after %i operations",
    async (most) => {
      const world = await projected(40, long);
      world.append(long);
      let operations = 0;
      const gate: Gate = async (_, __, moment) => {
        if (moment !== "after") return;
        operations += 1;
        if (operations % most === 0) throw new Error("killed");
      };
      await deliver(world, long.slice(40), { projectionVersion: 2 });
      await workOffRequests(world, { projectionVersion: 2, gate });
      expect(world.view()).toEqual(truthOf(long, "savings", 2, 2));
      expect(world.entries.get("savings")?.size).toBe(40);
    },
  );

  it("is left to the rebuilder where a delivery finds more than a page of it unfolded", async () => {
    const world = await projected(1, long);
    world.append(long);
    await deliver(world, long.slice(40));
    expect(world.view().summary?.version).toBe(4);
    expect(world.requests).toEqual([{ streamId: "savings", known: 41, again: false }]);
    await workOffRequests(world);
    expect(world.view()).toEqual(truthOf(long));
  });
});

describe("the rows that a rebuild has replaced", () => {
  const request = { streamId: savings, known: noVersion, again: false };
  const entriesOf = (world: World) => [...(world.entries.get("savings")?.keys() ?? [])];

  it("stay for as long as a reader may be at them, and are removed then", async () => {
    const world = await projected(5);
    await rebuild(world);
    expect(entriesOf(world)).toHaveLength(8);
    expect(await workOnRequests(world)).toHaveLength(1);
    expect(entriesOf(world)).toHaveLength(8);
    world.time += 60_000;
    world.requests.push(request);
    expect(await workOnRequests(world)).toEqual([]);
    expect(entriesOf(world)).toEqual(["1.2:2", "1.2:3", "1.2:4", "1.2:5"]);
    expect(world.rebuilds.size).toBe(0);
  });

  it("are removed in slices, too", async () => {
    const world = await projected(5);
    await rebuild(world);
    await workOffRequests(world, { hasTime: () => false });
    expect(entriesOf(world)).toHaveLength(4);
    expect(world.count("removeRows")).toBe(2);
  });

  it("are left to the rebuild that has begun meanwhile", async () => {
    const world = await projected(5);
    await rebuild(world);
    await workOnRequests(world);
    world.time += 60_000;
    world.requests.push(request);
    let begun = false;
    const beginAgain: Gate = async (operation, _, moment) => {
      if (begun || operation !== "otherRows" || moment !== "before") return;
      begun = true;
      // It gets as far as its first page.
      await rebuild(world, { gate: failingOnce("saveRebuild", 3) });
    };
    world.requests.push(...(await workOnRequests(world, { gate: beginAgain })));
    await workOffRequests(world);
    expect(world.view()).toEqual(truthOf(events.slice(0, 5), "savings", 1, 3));
    expect(entriesOf(world)).toHaveLength(4);
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
    expect(world.view()).toEqual(truthOf(events, "savings", 2, 2));
    expect(world.published.map(({ version }) => version)).toEqual([1, 2, 3, 4, 5, 6]);
  });

  it("does not publish again what the live projection has published meanwhile", async () => {
    const world = await projected(3);
    world.append(events);
    const live = () => deliver(world, events.slice(3));
    await rebuild(world, { gate: onceBefore("commit", live) });
    expect(world.view()).toEqual(truthOf(events, "savings", 1, 2));
    expect(world.published.map(({ version }) => version)).toEqual([1, 2, 3, 4, 5, 6]);
  });

  it("is not written over by a projector that has loaded the summary before", async () => {
    const world = await projected(4);
    const summary = world.summaries.get("savings") as Summary;
    const corrupted = pipe(
      summary.opened,
      O.map((opened) => ({ ...opened, state: { ...opened.state, balance: 9_999n as Balance } })),
    );
    world.summaries.set("savings", { ...summary, opened: corrupted });
    world.append(events);
    const mended = onceBefore("saveEntry", () => rebuild(world));
    await deliver(world, events.slice(4), { gate: mended });
    expect(world.view()).toEqual(truthOf(events, "savings", 1, 2));
  });

  it("fails if a later release was faster, and leaves its rows alone", async () => {
    const world = await projected(5);
    const later = () => rebuild(world, { projectionVersion: 3 });
    const result = await rebuild(world, {
      projectionVersion: 2,
      gate: onceBefore("commit", later),
    });
    expect(result).toEqual(E.left({ _tag: "Outdated" }));
    expect(world.view()).toMatchObject({
      ...truthOf(events.slice(0, 5), "savings", 3, 3),
    });
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
    expect(world.view()).toEqual(truthOf(events, "savings", 1, 2));
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
          await workOffRequests(world, { projectionVersion: 2 });
          await rebuild(world, { projectionVersion: 2 });
          await workOffRequests(world, { projectionVersion: 2 });
          const generation = world.summaries.get("savings")?.generation;
          expect(world.view()).toEqual(truthOf(all, "savings", 2, generation));
          expect(world.entries.get("savings")?.size ?? 0).toBe(world.view().entries.length);
        },
      ),
    );
  });
});

describe("a projection version that is taken back", () => {
  it("leaves the streams of the later one alone, and fails no delivery", async () => {
    const world = await projected(5);
    await rebuild(world, { projectionVersion: 2 });
    world.append(events);
    expect(await deliver(world, events.slice(5))).toEqual(E.left({ _tag: "Outdated" }));
    expect(world.view()).toEqual(truthOf(events.slice(0, 5), "savings", 2, 2));
  });

  it("folds on a stream whose rebuild was not done, and shows it as current", async () => {
    const world = await projected(3);
    world.append(events);
    await deliver(world, events.slice(3, 4), { projectionVersion: 2 });
    await workOnRequests(world, { projectionVersion: 2, gate: failingOnce("saveRebuild", 2) });
    expect(world.view().summary?.rebuilding).toBe(true);
    await deliver(world, events.slice(3));
    expect(world.view()).toEqual(truthOf(events));
  });

  it("can rebuild a stream whose rebuild was not done, as the next number can", async () => {
    const world = await projected(6);
    await rebuild(world, { projectionVersion: 2, gate: failingOnce("saveRebuild", 2) });
    expect(await rebuild(world)).toEqual(E.right(undefined));
    expect(world.view()).toEqual(truthOf(events, "savings", 1, 3));
    await rebuild(world, { projectionVersion: 3 });
    await workOffRequests(world, { projectionVersion: 3 });
    expect(world.view()).toEqual(truthOf(events, "savings", 3, 4));
    expect(world.entries.get("savings")?.size).toBe(5);
  });
});

describe("rebuildStream", () => {
  it("restores lost rows", async () => {
    const world = await projected(5);
    world.entries.get("savings")?.delete("1.1:3");
    world.summaries.delete("savings");
    await rebuild(world);
    expect(world.view()).toEqual(truthOf(events.slice(0, 5)));
  });

  it("replaces correct rows by equal ones", async () => {
    const world = await projected(5);
    await rebuild(world);
    expect(world.view()).toEqual(truthOf(events.slice(0, 5), "savings", 1, 2));
  });

  it("replaces a summary that cannot be read", async () => {
    const world = await projected(5);
    world.unreadable.add("savings");
    await rebuild(world);
    expect(world.view()).toEqual(truthOf(events.slice(0, 5), "savings", 1, 2));
  });

  it("writes nothing for a stream without events", async () => {
    const world = new World();
    expect(await rebuild(world)).toEqual(E.right(undefined));
    expect([world.summaries.size, world.rebuilds.size]).toEqual([0, 0]);
  });

  it("fails where a later release has written the rows", async () => {
    const world = await projected(5);
    await rebuild(world, { projectionVersion: 2 });
    expect(await rebuild(world)).toEqual(E.left({ _tag: "Outdated" }));
  });
});
