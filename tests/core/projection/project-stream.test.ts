import * as E from "fp-ts/Either";
import * as O from "fp-ts/Option";
import { describe, expect, it } from "vitest";
import type { Account } from "../../../core/ledger/account";
import type { Version } from "../../../core/projection/identifiers";
import { projectStream } from "../../../core/projection/project-stream";
import {
  deposit,
  opening,
  type StoredEvent,
  savings,
  stored,
  unreadable,
  withdrawal,
} from "../ledger/requests";
import { deliver, workOffRequests, workOnRequests, worldWith } from "./delivering";
import { failingOnce, folded, type Gate, someTime, truthOf, World } from "./memory";

const summary = (world: World) => world.summaries.get("savings");
const entryVersions = (world: World) => world.view().entries.map(({ version }) => version);

const events = stored(opening(), deposit(100), withdrawal(30), withdrawal(80), deposit(5));

describe("events that arrive in order", () => {
  it("are folded with one load and one move of the summary, and no reading of the event table", async () => {
    const world = worldWith(events);
    expect(await deliver(world, events)).toEqual(E.right(undefined));
    expect(world.view()).toEqual(truthOf(events));
    expect([world.count("load"), world.count("readAfter"), world.count("commit")]).toEqual([
      1, 0, 1,
    ]);
  });

  it("are folded batch by batch, each from where the last one ended", async () => {
    const world = worldWith(events);
    await deliver(world, events.slice(0, 2));
    expect(world.view()).toEqual(truthOf(events.slice(0, 2)));
    await deliver(world, events.slice(2));
    expect(world.view()).toEqual(truthOf(events));
    expect(world.count("readAfter")).toBe(0);
  });

  it("have an entry each, except for the opening", async () => {
    const world = worldWith(events);
    await deliver(world, events);
    expect(world.view().entries).toEqual(folded(events).changes.slice(1));
  });

  it("have their entries written before the summary moves", async () => {
    const world = worldWith(events);
    await deliver(world, events);
    const writes = world.operations.filter((line) => /^(saveEntry|commit)/.test(line));
    expect(writes.indexOf("commit savings")).toBe(writes.length - 1);
  });
});

describe("events that arrive otherwise", () => {
  it("twice: are folded once, and published again", async () => {
    const world = worldWith(events);
    await deliver(world, events);
    const before = world.operations.length;
    await deliver(world, events);
    expect([...new Set(world.operations.slice(before))]).toEqual([
      "load savings",
      "undosFrom savings",
      "publish savings",
    ]);
    expect(world.published.slice(events.length).map(({ version }) => version)).toEqual([
      1, 2, 3, 4, 5,
    ]);
  });

  it("twice in one batch: are folded once", async () => {
    const world = worldWith(events);
    await deliver(world, [...events, ...events]);
    expect(world.view()).toEqual(truthOf(events));
    expect(world.count("readAfter")).toBe(0);
  });

  it("in another order within a batch: are folded in the order of their versions", async () => {
    const world = worldWith(events);
    await deliver(world, events.toReversed());
    expect(world.view()).toEqual(truthOf(events));
    expect(world.count("readAfter")).toBe(0);
  });

  it("after a gap: the missing ones are read from the event table", async () => {
    const world = worldWith(events);
    await deliver(world, events.slice(0, 1));
    await deliver(world, events.slice(3, 4));
    expect(world.view()).toEqual(truthOf(events.slice(0, 4)));
    expect(world.count("readAfter")).toBe(1);
    expect(world.requests).toEqual([]);
  });

  it("late, after others have been read from the event table: change nothing", async () => {
    const world = worldWith(events);
    await deliver(world, events.slice(3));
    const before = summary(world);
    await deliver(world, events.slice(0, 3));
    expect(summary(world)).toBe(before);
  });
});

describe("a long gap", () => {
  const many = stored(opening(), ...Array.from({ length: 10 }, () => deposit(1)));

  it("is folded page by page, so that a failure keeps the pages before it", async () => {
    const world = worldWith(many);
    await deliver(world, many.slice(-1));
    const again = await workOnRequests(world, { gate: failingOnce("readAfter", 2) });
    expect(again).toEqual([{ streamId: "savings", known: 11, again: true }]);
    expect(world.reported.streamsFailed).toEqual(["savings"]);
    expect(summary(world)).toEqual(folded(many.slice(0, 6)).summary);
  });
});

describe("an event that cannot be folded", () => {
  const poisoned = (): World => {
    const world = worldWith(events);
    world.put("savings", 3, unreadable(events[2] as StoredEvent));
    return world;
  };
  const suspended = {
    version: 3,
    reason: "UNREADABLE_EVENT",
    detail: 'type: expected EventType, found "Misspelt"',
    since: someTime,
  };

  it("suspends its stream with the reason, and leaves the earlier state readable", async () => {
    const world = poisoned();
    expect(await deliver(world, events)).toEqual(E.right(undefined));
    expect(summary(world)).toEqual({
      ...folded(events.slice(0, 2)).summary,
      suspension: O.some(suspended),
    });
    expect(world.suspendedStreams.get("savings")).toEqual(suspended);
    expect(world.reported.suspended).toBe(1);
    expect(entryVersions(world)).toEqual([2]);
  });

  it("keeps later deliveries from being folded", async () => {
    const world = poisoned();
    await deliver(world, events.slice(0, 3));
    const before = { summary: summary(world), entries: entryVersions(world) };
    expect(await deliver(world, events.slice(3))).toEqual(E.right(undefined));
    expect({ summary: summary(world), entries: entryVersions(world) }).toEqual(before);
    // Whoever suspended it may have died before it said so: it is reported again whenever it is met.
    expect(world.reported.suspended).toBe(2);
  });

  it("suspends a stream that has no other event, too", async () => {
    const world = new World();
    world.put("savings", 1, { what: "ever" });
    await deliver(world, events.slice(0, 1));
    expect(summary(world)).toMatchObject({
      version: 0,
      opened: O.none,
      suspension: O.some({ version: 1 }),
    });
  });

  it.each([
    ["of another stream", { streamId: "other" }, "MISSING_EVENT"],
    ["of another version", { version: 7 }, "MISSING_EVENT"],
    ["of another owner", { owner: "mallory" }, "OWNER_CHANGED"],
    ["of a later release", { schemaVersion: 99 }, "NEWER_SCHEMA_VERSION"],
  ])("may be an event %s in its place", async (_, odd, reason) => {
    const world = worldWith(events);
    world.put("savings", 3, { ...events[2], ...odd });
    await deliver(world, events);
    expect(summary(world)).toMatchObject({
      version: 2,
      suspension: O.some({ version: 3, reason }),
    });
  });

  it("may be missing from the event table", async () => {
    const world = worldWith(events);
    world.log.get("savings")?.delete(3);
    await deliver(world, events.slice(4));
    expect(summary(world)).toMatchObject({
      version: 2,
      suspension: O.some({ version: 3, reason: "MISSING_EVENT" }),
    });
  });

  it.each([
    ["cannot be read", unreadable(events[3] as StoredEvent)],
    ["is of a later release", { ...events[3], schemaVersion: 99 }],
  ])("may be missing before an event that %s", async (_, next) => {
    const world = worldWith(events);
    world.log.get("savings")?.delete(3);
    world.put("savings", 4, next);
    await deliver(world, events.slice(4));
    expect(summary(world)).toMatchObject({
      version: 2,
      suspension: O.some({
        version: 3,
        reason: "MISSING_EVENT",
        detail: "expected version 3 of savings, found 4 of savings",
      }),
    });
  });

  it("may be delivered and then missing at the end of the event table", async () => {
    const world = worldWith(events.slice(0, 2));
    await projectStream<Account>(savings, [{ version: 5 as Version, stored: events[4] }])(
      world.environment(),
    )();
    await workOffRequests(world);
    expect(summary(world)).toMatchObject({
      version: 2,
      suspension: O.some({
        version: 3,
        reason: "MISSING_EVENT",
        detail: "version 5 has been written, but the event table ends at 2",
      }),
    });
  });
});

describe("a commit that is not answered", () => {
  it("is looked up, and announced where it has succeeded", async () => {
    const world = worldWith(events);
    const gate: Gate = async (operation, _, moment) => {
      if (operation === "commit" && moment === "after") throw new Error("no answer");
    };
    expect(await deliver(world, events, { gate })).toEqual(E.right(undefined));
    expect(world.view()).toEqual(truthOf(events));
    expect(world.published.map(({ version }) => version)).toEqual([1, 2, 3, 4, 5]);
    expect(world.reported.folded).toBe(events.length);
  });

  it("is announced, too, where another projector has gone on from it", async () => {
    const world = worldWith(events);
    let answered = true;
    const gate: Gate = async (operation, _, moment) => {
      if (operation !== "commit" || moment !== "after" || !answered) return;
      answered = false;
      await deliver(world, events);
      throw new Error("no answer");
    };
    expect(await deliver(world, events.slice(0, 2), { gate })).toEqual(E.right(undefined));
    const versions = world.published.map(({ version }) => version);
    expect([...new Set(versions)].toSorted()).toEqual([1, 2, 3, 4, 5]);
  });

  it("has suspended the stream where that was written, and is reported", async () => {
    const world = worldWith(events);
    world.put("savings", 3, unreadable(events[2] as StoredEvent));
    const gate: Gate = async (operation, _, moment) => {
      if (operation === "commit" && moment === "after") throw new Error("no answer");
    };
    expect(await deliver(world, events, { gate })).toEqual(E.right(undefined));
    expect(world.reported.suspended).toBe(1);
  });

  it("fails the delivery where it has not succeeded: it is delivered again", async () => {
    const world = worldWith(events);
    const failing = failingOnce("commit");
    expect(await deliver(world, events, { gate: failing })).toMatchObject(
      E.left({ _tag: "Unavailable" }),
    );
    expect(world.published).toEqual([]);
  });
});

describe("publishing", () => {
  it("sends every change after it has been committed, in order", async () => {
    const world = worldWith(events);
    await deliver(world, events);
    expect(world.published).toEqual(folded(events).changes);
    expect(world.reported.folded).toBe(events.length);
    expect(world.operations.indexOf("commit savings")).toBeLessThan(
      world.operations.indexOf("publish savings"),
    );
  });

  it("does not fail the projection when it fails: the other changes are still published", async () => {
    const world = worldWith(events);
    expect(await deliver(world, events, { gate: failingOnce("publish", 2) })).toEqual(
      E.right(undefined),
    );
    expect(world.view()).toEqual(truthOf(events));
    expect(world.published.map(({ version }) => version)).toEqual([1, 3, 4, 5]);
  });
});
