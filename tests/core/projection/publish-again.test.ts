import fc from "fast-check";
import * as E from "fp-ts/Either";
import { describe, expect, it } from "vitest";
import { noVersion } from "../../../core/projection/identifiers";
import {
  anyRequests,
  closing,
  deposit,
  opening,
  type StoredEvent,
  savings,
  stored,
  unreadable,
  withdrawal,
} from "../ledger/requests";
import { deliver, workOffRequests, workOnRequests, worldWith } from "./delivering";
import { failingOnce, folded, type Gate, truthOf, World } from "./memory";

const events = stored(
  opening(),
  deposit(100),
  withdrawal(30),
  withdrawal(80),
  deposit(5),
  withdrawal(75),
  closing(),
);

/** Dies after the summary was moved, before anything is published. */
const dying: Gate = async (operation) => {
  if (operation === "publish") throw new Error("killed");
};

describe("a batch whose projector died before it published", () => {
  it("is published as it would have been when it comes again", async () => {
    const world = worldWith(events);
    await deliver(world, events, { gate: dying });
    expect(world.view()).toEqual(truthOf(events));
    expect(world.published).toEqual([]);
    await deliver(world, events);
    expect(world.published.map(({ hash: _, ...change }) => change)).toEqual(
      folded(events).changes.map(({ hash: _, ...change }) => change),
    );
  });

  it("is published with each change's own state, although other events have been folded since", async () => {
    await fc.assert(
      fc.asyncProperty(
        anyRequests(12),
        fc.nat({ max: 12 }),
        fc.nat({ max: 12 }),
        async (requests, start, length) => {
          const all = stored(...requests);
          const lost = all.slice(start, start + length);
          const world = worldWith(all);
          await deliver(world, all.slice(0, start));
          await deliver(world, all.slice(0, start + length), { gate: dying });
          await deliver(world, all, { gate: dying });
          await workOffRequests(world);
          world.published.length = 0;
          await deliver(world, lost);
          const due = folded(all).changes.slice(start, start + length);
          expect(world.published.map(({ hash: _, ...change }) => change)).toEqual(
            due.map(({ hash: _, ...change }) => change),
          );
        },
      ),
    );
  });

  it("is published where the stream was suspended after it", async () => {
    const world = worldWith(events);
    world.put("savings", 4, unreadable(events[3] as StoredEvent));
    await deliver(world, events, { gate: dying });
    await deliver(world, events);
    expect(world.published.map(({ version }) => version)).toEqual([1, 2, 3]);
  });

  it("is published, too, where it comes again in another order, with a gap", async () => {
    const world = worldWith(events);
    await deliver(world, events, { gate: dying });
    await deliver(world, [events[4], events[2]] as StoredEvent[]);
    expect(world.published.map(({ version }) => version)).toEqual([3, 5]);
  });

  it("is left unpublished where very many events have followed it", async () => {
    const many = stored(opening(), ...Array.from({ length: 29 }, () => deposit(1)));
    const world = new World();
    for (const [index, event] of many.entries()) {
      world.append([event]);
      if (index < 29) await deliver(world, [event]);
    }
    await deliver(world, many.slice(29));
    world.published.length = 0;
    expect(await deliver(world, many.slice(0, 1))).toEqual(E.right(undefined));
    expect(world.published).toEqual([]);
  });

  it("comes again once more where it could not be read what to publish", async () => {
    const world = worldWith(events);
    await deliver(world, events, { gate: dying });
    const gate = failingOnce("undosFrom");
    expect(await deliver(world, events, { gate })).toMatchObject(E.left({ _tag: "Unavailable" }));
  });
});

describe("a rebuilder that died before it published what it had folded", () => {
  const many = stored(opening(), ...Array.from({ length: 11 }, () => deposit(1)));

  it("publishes it at its next attempt", async () => {
    const world = worldWith(many);
    await deliver(world, many.slice(-1));
    let died = false;
    const gate: Gate = async (operation) => {
      if (operation !== "publish" || died) return;
      died = true;
      throw new Error("killed");
    };
    const again = await workOnRequests(world, { gate, hasTime: () => false });
    expect(again).toEqual([]);
    world.requests.splice(0, 1, { streamId: savings, known: noVersion, again: true });
    await workOffRequests(world);
    const versions = new Set(world.published.map(({ version }) => version));
    expect([...versions].toSorted((a, b) => a - b)).toEqual(many.map(({ version }) => version));
  });

  it("publishes nothing twice while it only waits to remove what a rebuild has replaced", async () => {
    const world = worldWith(many);
    await deliver(world, many.slice(0, 11));
    await deliver(world, many.slice(11), { projectionVersion: 2 });
    await workOffRequests(world, { projectionVersion: 2 });
    expect(world.published.map(({ version }) => version)).toEqual(
      many.map(({ version }) => version),
    );
  });
});
