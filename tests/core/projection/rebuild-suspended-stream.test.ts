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
import { failingOnce, type Gate, onceBefore, truthOf, type World } from "./memory";

const events = stored(opening(), deposit(1), deposit(2), deposit(3));
const [first, second, third, last] = events as [StoredEvent, StoredEvent, StoredEvent, StoredEvent];

/** A world whose stream is suspended at its second event, which has been repaired since. */
const repaired = async (): Promise<World> => {
  const world = worldWith([first, second, third]);
  world.put("savings", 2, unreadable(second));
  await deliver(world, [first, second, third]);
  world.put("savings", 2, second);
  return world;
};

/** Delivers the last event just before a rebuild resumes the stream: it is skipped, as the stream is suspended. */
const deliverLast = (world: World) =>
  onceBefore("commit", async () => {
    world.append([last]);
    expect(await deliver(world, [last])).toEqual(E.right(undefined));
    expect(O.isSome(world.summaries.get("savings")?.suspension ?? O.none)).toBe(true);
  });

describe("a rebuild that resumes a suspended stream", () => {
  it("folds the event that was skipped just before", async () => {
    const world = await repaired();
    const ports = world.environment({ gate: deliverLast(world) });
    expect(await rebuildStream<Account>(savings)(ports)()).toEqual(E.right(undefined));
    expect(world.view()).toEqual(truthOf(events, "savings", 1, 2));
    expect(world.published.map(({ version }) => version)).toEqual([1, 2, 3, 4]);
  });

  it("folds the skipped event when it is repeated after a failure", async () => {
    const world = await repaired();
    const comes = deliverLast(world);
    const fails = failingOnce("readAfter", 3);
    const gate: Gate = async (...moment) => {
      await comes(...moment);
      await fails(...moment);
    };
    const result = await rebuildStream<Account>(savings)(world.environment({ gate }))();
    expect(result).toMatchObject(E.left({ _tag: "Unavailable" }));
    expect(world.view().summary).toMatchObject({ version: 1, suspension: O.none });
    expect(await rebuildStream<Account>(savings)(world.environment())()).toEqual(
      E.right(undefined),
    );
    expect(world.view()).toEqual(truthOf(events, "savings", 1, 3));
  });
});

describe("a rebuild that suspends a suspended stream at an earlier event", () => {
  it("is not done where its commit had no effect", async () => {
    const world = worldWith(events);
    world.put("savings", 4, unreadable(last));
    await deliver(world, [first, second, third, last]);
    world.put("savings", 2, unreadable(second));
    const ports = world.environment({ gate: failingOnce("commit") });
    expect(await rebuildStream<Account>(savings)(ports)()).toMatchObject(
      E.left({ _tag: "Unavailable" }),
    );
    await rebuildStream<Account>(savings)(world.environment())();
    expect(world.view().summary).toMatchObject({ suspension: O.some({ version: 2 }) });
  });
});

describe("a resume that failed just after it ended the suspension", () => {
  it("folds the stream to its end when it is repeated", async () => {
    const world = await repaired();
    const comes = deliverLast(world);
    const fails = failingOnce("readAfter", 2);
    const gate: Gate = async (...moment) => {
      await comes(...moment);
      await fails(...moment);
    };
    const result = await resumeStream<Account>(savings)(world.environment({ gate }))();
    expect(result).toMatchObject(E.left({ _tag: "Unavailable" }));
    expect(world.view().summary).toMatchObject({ version: 3, suspension: O.none });
    expect(await resumeStream<Account>(savings)(world.environment())()).toEqual(E.right(undefined));
    expect(world.view()).toEqual(truthOf(events));
  });
});

describe("a rebuild that a release begins while an older one suspends the stream", () => {
  it("ends the suspension where it can fold the event", async () => {
    const world = worldWith([first, second]);
    await deliver(world, [first]);
    const olderSuspends = onceBefore("commit", async () => {
      world.put("savings", 2, unreadable(second));
      await deliver(world, [second]);
      world.put("savings", 2, second);
    });
    await deliver(world, [second], { projectionVersion: 2 });
    await workOffRequests(world, { projectionVersion: 2, gate: olderSuspends });
    expect(world.view()).toEqual(truthOf([first, second], "savings", 2, 2));
    expect(world.published.map(({ version }) => version)).toEqual([1, 2]);
  });

  it("leaves the stream suspended where it cannot, without resuming it in between", async () => {
    const world = worldWith([first, second]);
    await deliver(world, [first]);
    const olderSuspends = onceBefore("commit", async () => {
      world.put("savings", 2, unreadable(second));
      await deliver(world, [second]);
    });
    const seen = new Set<boolean>();
    const look: Gate = async (...moment) => {
      await olderSuspends(...moment);
      seen.add(world.suspendedStreams.has("savings"));
    };
    await deliver(world, [second], { projectionVersion: 2 });
    await workOffRequests(world, { projectionVersion: 2, gate: look });
    expect(world.view().summary).toMatchObject({
      projectionVersion: 2,
      suspension: O.some({ version: 2 }),
    });
    expect([...seen]).toEqual([false, true]);
  });
});
