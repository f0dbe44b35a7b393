import * as E from "fp-ts/Either";
import * as O from "fp-ts/Option";
import { describe, expect, it } from "vitest";
import type { Account } from "../../../core/ledger/account";
import { answerRequest } from "../../../core/projection/answer-request";
import { bringUpToDate } from "../../../core/projection/bring-up-to-date";
import { noVersion, type StreamVersion } from "../../../core/projection/identifiers";
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
import { deliver, workOffRequests, workOnRequests, worldWith } from "./delivering";
import { failingOnce, type Gate, type ProjectorOptions, truthOf, type World } from "./memory";

const events = stored(opening(), deposit(1), deposit(2), deposit(3), deposit(4), deposit(5));

const answer = (world: World, options: ProjectorOptions = {}, known: StreamVersion = noVersion) =>
  answerRequest<Account>({ streamId: savings, known, again: false })(world.environment(options))();

const rebuild = (world: World, options: ProjectorOptions = {}) =>
  rebuildStream<Account>(savings)(world.environment(options))();

/** A world whose first release has begun to rebuild the stream, and has died at it. */
const half = async (projectionVersion: number): Promise<World> => {
  const world = worldWith(events);
  await deliver(world, events);
  await rebuild(world, { projectionVersion, gate: failingOnce("saveRebuild", 3) });
  expect(world.rebuilds.get("savings")?.folded.version).toBe(3);
  return world;
};

describe("a request for a stream", () => {
  it("without a summary folds it from its first event", async () => {
    const world = worldWith(events);
    expect(await answer(world)).toBe("DONE");
    expect(world.view()).toEqual(truthOf(events));
    expect(world.reported.rebuildsBegun).toBe(0);
  });

  it("without a summary suspends it where an event that is known of is missing", async () => {
    const world = worldWith(events.slice(0, 2));
    await answer(world, {}, 5 as StreamVersion);
    expect(world.view().summary).toMatchObject({
      version: 2,
      suspension: O.some({ version: 3, reason: "MISSING_EVENT" }),
    });
  });

  it("whose summary cannot be read rebuilds it", async () => {
    const world = worldWith(events);
    await deliver(world, events);
    world.unreadable.add("savings");
    await answer(world);
    expect(world.view()).toEqual(truthOf(events, "savings", 1, 2));
  });

  it("that is suspended reports it, and leaves it as it is", async () => {
    const world = worldWith(events);
    world.put("savings", 3, unreadable(events[2] as StoredEvent));
    await deliver(world, events);
    const before = world.view();
    expect(await answer(world, { projectionVersion: 2 })).toBe("DONE");
    expect(world.view()).toEqual(before);
    expect(world.reported.suspended).toBe(2);
  });

  it("of a later release leaves it alone, says so, and comes again until that release takes it", async () => {
    const world = worldWith(events);
    await deliver(world, events.slice(0, 4), { projectionVersion: 2 });
    expect(await deliver(world, events.slice(4))).toEqual(E.left({ _tag: "Outdated" }));
    const again = await workOnRequests(world);
    expect(again).toHaveLength(1);
    expect(world.view()).toEqual(truthOf(events.slice(0, 4), "savings", 2));
    expect(world.reported.ofLaterRelease).toBe(1);
    world.requests.push(...again);
    await workOffRequests(world, { projectionVersion: 2 });
    expect(world.view()).toEqual(truthOf(events, "savings", 2));
  });

  it("goes on with a rebuild of its own release", async () => {
    const world = await half(2);
    const before = world.count("saveEntry");
    await answer(world, { projectionVersion: 2 });
    expect(world.count("saveEntry") - before).toBe(3);
    expect(world.view()).toEqual(truthOf(events, "savings", 2, 2));
    expect(world.reported.rebuildsBegun).toBe(1);
  });

  it("begins anew where the rebuild under way is an earlier release's", async () => {
    const world = await half(2);
    await answer(world, { projectionVersion: 3 });
    expect(world.view()).toEqual(truthOf(events, "savings", 3, 3));
  });

  it("leaves a rebuild of a later release alone, and says so", async () => {
    const world = await half(2);
    expect(await answer(world)).toBe("AGAIN");
    expect(world.rebuilds.get("savings")?.folded.version).toBe(3);
    expect(world.reported.ofLaterRelease).toBe(1);
  });

  it("that fails comes again, and is reported", async () => {
    const world = worldWith(events);
    expect(await answer(world, { gate: failingOnce("readAfter") })).toBe("AGAIN");
    expect(world.reported.streamsFailed).toEqual(["savings"]);
  });
});

describe("a rebuild of the same projection version", () => {
  it("is not shown to readers, whose summary goes on beside it", async () => {
    const world = worldWith(events);
    await deliver(world, events);
    const seen = new Set<unknown>();
    const gate: Gate = async () => void seen.add(world.view().summary?.rebuilding);
    await rebuild(world, { gate });
    expect([...seen]).toEqual([false]);
  });
});

describe("a rebuild of a later projection version", () => {
  it("is shown to readers by one write, however often it is gone on with", async () => {
    const world = await half(2);
    const marks = world.count("commit");
    await rebuild(world, { projectionVersion: 2, gate: failingOnce("saveRebuild", 2) });
    expect(world.count("commit")).toBe(marks);
    expect(world.view().summary).toMatchObject({ version: 6, rebuilding: true });
  });

  it("does not hide that the stream is suspended", async () => {
    const world = worldWith(events);
    world.put("savings", 6, unreadable(events[5] as StoredEvent));
    await deliver(world, events);
    await rebuild(world, { projectionVersion: 2, gate: failingOnce("saveRebuild", 2) });
    expect(world.view().summary).toMatchObject({
      rebuilding: false,
      suspension: O.some({ version: 6 }),
    });
  });
});

describe("a rebuild of a stream without a summary", () => {
  it("suspends it before an event that cannot be folded", async () => {
    const world = worldWith(events);
    world.put("savings", 3, unreadable(events[2] as StoredEvent));
    await rebuild(world);
    expect(world.view().summary).toMatchObject({ version: 2, suspension: O.some({ version: 3 }) });
    expect(world.suspendedStreams.get("savings")).toMatchObject({ version: 3 });
  });
});

describe("a rebuild that resumes a stream", () => {
  it("publishes what it folds after the repaired event, up to the next that cannot be folded", async () => {
    const world = worldWith(events);
    world.put("savings", 3, unreadable(events[2] as StoredEvent));
    world.put("savings", 5, unreadable(events[4] as StoredEvent));
    await deliver(world, events);
    world.put("savings", 3, events[2]);
    await rebuild(world);
    expect(world.view().summary).toMatchObject({ version: 4, suspension: O.some({ version: 5 }) });
    expect(world.published.map(({ version }) => version)).toEqual([1, 2, 3, 4]);
  });

  it("looks again where the summary has moved when it would suspend the stream", async () => {
    const world = worldWith(events);
    await deliver(world, events.slice(0, 5));
    world.put("savings", 3, unreadable(events[2] as StoredEvent));
    let moved = false;
    const gate: Gate = async (operation, _, moment) => {
      if (moved || operation !== "commit" || moment !== "before") return;
      moved = true;
      await deliver(world, events.slice(5));
    };
    await rebuild(world, { gate });
    expect(world.view().summary).toMatchObject({ version: 6, suspension: O.some({ version: 3 }) });
  });
});

describe("a resume", () => {
  it("of a short stream asks nobody else for anything", async () => {
    const world = worldWith(events);
    world.put("savings", 3, unreadable(events[2] as StoredEvent));
    await deliver(world, events);
    world.put("savings", 3, events[2]);
    await resumeStream<Account>(savings)(world.environment())();
    expect(world.requests).toEqual([]);
  });

  it("goes on with the rebuild of its own release alone", async () => {
    const world = await half(2);
    world.put("savings", 5, unreadable(events[4] as StoredEvent));
    await answer(world, { projectionVersion: 2 });
    expect(world.view().summary).toMatchObject({ version: 6, suspension: O.some({ version: 5 }) });
    world.put("savings", 5, events[4]);
    await resumeStream<Account>(savings)(world.environment({ projectionVersion: 3 }))();
    expect(world.view()).toEqual(truthOf(events, "savings", 3, 3));
    await workOffRequests(world, { projectionVersion: 3 });
    expect(world.entries.get("savings")?.size).toBe(5);
  });
});

describe("a commit that is not answered, and has not succeeded", () => {
  /** Loses the first commit, and does something else instead. */
  const instead =
    (act: () => Promise<unknown>): Gate =>
    async (operation, _, moment) => {
      if (operation !== "commit" || moment !== "before") return;
      await act();
      throw new Error("no answer");
    };

  it("is not taken for done where a rebuild has come to the same version", async () => {
    const world = worldWith(events);
    await deliver(world, events.slice(0, 5));
    const gate = instead(async () => {
      await rebuild(world);
      await bringUpToDate<Account>(savings, noVersion)(world.environment())();
    });
    expect(await deliver(world, events, { gate })).toMatchObject(E.left({ _tag: "Unavailable" }));
  });

  it("is not taken for done where a later release has come to the same version", async () => {
    const world = worldWith(events);
    const gate = instead(() => deliver(world, events, { projectionVersion: 2 }));
    expect(await deliver(world, events, { gate })).toMatchObject(E.left({ _tag: "Unavailable" }));
  });

  it("is not taken for done where the stream was suspended at that version", async () => {
    const world = worldWith(events.slice(0, 5));
    await deliver(world, events.slice(0, 4));
    const gate = instead(async () => {
      world.put("savings", 6, unreadable(events[5] as StoredEvent));
      await deliver(world, events);
    });
    expect(await deliver(world, events.slice(0, 5), { gate })).toMatchObject(
      E.left({ _tag: "Unavailable" }),
    );
  });

  it("is not taken for done where other events were folded", async () => {
    const world = worldWith(events);
    const [, second] = stored(opening(), deposit(77)) as [StoredEvent, StoredEvent];
    const gate = instead(async () => {
      world.put("savings", 2, second);
      await deliver(world, events.slice(0, 2));
    });
    expect(await deliver(world, events.slice(0, 2), { gate })).toMatchObject(
      E.left({ _tag: "Unavailable" }),
    );
  });
});
