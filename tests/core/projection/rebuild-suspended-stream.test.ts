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
import { failingOnce, type Gate, truthOf, type World } from "./memory";

const events = stored(opening(), deposit(1), deposit(2), deposit(3));
const [first, second, third, last] = events as [StoredEvent, StoredEvent, StoredEvent, StoredEvent];

/** Does something once, before a summary is moved. */
const beforeCommit = (what: () => Promise<void>): Gate => {
  let done = false;
  return async (operation, _, moment) => {
    if (operation !== "commit" || moment !== "before" || done) return;
    done = true;
    await what();
  };
};

/** A world whose stream is suspended at its second event, which has been mended since. */
const mended = async (): Promise<World> => {
  const world = worldWith([first, second, third]);
  world.put("savings", 2, unreadable(second));
  await deliver(world, [first, second, third]);
  world.put("savings", 2, second);
  return world;
};

/** The last event comes, and is passed over because the stream is suspended, while a rebuild is about to let it go. */
const lastComes = (world: World) =>
  beforeCommit(async () => {
    world.append([last]);
    expect(await deliver(world, [last])).toEqual(E.right(undefined));
    expect(O.isSome(world.summaries.get("savings")?.suspension ?? O.none)).toBe(true);
  });

describe("a rebuild that lets a suspended stream go", () => {
  it("folds the event that was passed over just before", async () => {
    const world = await mended();
    const ports = world.environment({ gate: lastComes(world) });
    expect(await rebuildStream<Account>(savings)(ports)()).toEqual(E.right(undefined));
    expect(world.view()).toEqual(truthOf(events));
    expect(world.published.map(({ version }) => version)).toEqual([1, 2, 3, 4]);
  });

  it("folds it when it is repeated, if it failed just after letting the stream go", async () => {
    const world = await mended();
    const comes = lastComes(world);
    const fails = failingOnce("readAfter", 3);
    const gate: Gate = async (...moment) => {
      await comes(...moment);
      await fails(...moment);
    };
    const result = await rebuildStream<Account>(savings)(world.environment({ gate }))();
    expect(result).toMatchObject(E.left({ _tag: "Unavailable" }));
    expect(world.view().summary).toMatchObject({ version: 3, suspension: O.none });
    expect(await rebuildStream<Account>(savings)(world.environment())()).toEqual(
      E.right(undefined),
    );
    expect(world.view()).toEqual(truthOf(events));
  });
});

describe("a resume that failed just after letting its stream go", () => {
  it("brings the stream to its end when it is repeated", async () => {
    const world = await mended();
    const comes = lastComes(world);
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

describe("a projector that rebuilds a stream beside an older release", () => {
  it("leaves it suspended where the older release has suspended it meanwhile", async () => {
    const world = worldWith([first, second]);
    await deliver(world, [first]);
    const olderHolds = beforeCommit(async () => {
      const seen = unreadable(second) as StoredEvent;
      world.put("savings", 2, seen);
      await deliver(world, [seen]);
      world.put("savings", 2, second);
    });
    const result = await deliver(world, [second], { projectionVersion: 2, gate: olderHolds });
    expect(result).toEqual(E.right(undefined));
    expect(world.view().summary).toMatchObject({
      projectionVersion: 1,
      suspension: O.some({ version: 2 }),
    });
    expect(world.view().listedAsSuspended).toMatchObject({ version: 2 });
  });
});
