import fc from "fast-check";
import * as E from "fp-ts/Either";
import { pipe } from "fp-ts/function";
import * as TE from "fp-ts/TaskEither";
import { describe, expect, it } from "vitest";
import type { Account } from "../../../core/ledger/account";
import { answerRequest } from "../../../core/projection/answer-request";
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

describe("a batch whose projector died before it published, and which a later release gets", () => {
  const published = (world: World) => world.published.map(({ hash: _, ...change }) => change);
  const due = folded(events, savings, 2, 2).changes.map(({ hash: _, ...change }) => change);

  it("is published once the later release has rebuilt the stream", async () => {
    const world = worldWith(events);
    await deliver(world, events, { gate: dying });
    await deliver(world, events, { projectionVersion: 2 });
    await workOffRequests(world, { projectionVersion: 2 });
    expect(published(world)).toEqual(due);
  });

  it("is published, too, where the rebuilder has no time for more than a page", async () => {
    const world = worldWith(events);
    await deliver(world, events, { gate: dying });
    await deliver(world, events, { projectionVersion: 2 });
    await workOffRequests(world, { projectionVersion: 2, hasTime: () => false });
    expect(published(world)).toEqual(due);
  });

  it("is published in the order of the events with what has followed it", async () => {
    const world = worldWith(events);
    await deliver(world, events.slice(0, 3), { gate: dying });
    await deliver(world, events.slice(1), { projectionVersion: 2 });
    await workOffRequests(world, { projectionVersion: 2 });
    const versions = world.published.map(({ version }) => version);
    expect(new Set(versions)).toEqual(new Set([2, 3, 4, 5, 6, 7]));
  });

  it("is published by the later release, too, where an earlier one gets what that has committed", async () => {
    const world = worldWith(events);
    await deliver(world, events, { projectionVersion: 2, gate: dying });
    await deliver(world, events, { projectionVersion: 1 });
    await workOffRequests(world, { projectionVersion: 2 });
    expect(world.published.map(({ version }) => version)).toEqual([1, 2, 3, 4, 5, 6, 7]);
  });

  it("is published, too, where the later release cannot read the summary", async () => {
    const world = worldWith(events);
    await deliver(world, events, { gate: dying });
    world.unreadable.add(savings);
    await deliver(world, events, { projectionVersion: 2 });
    await workOffRequests(world, { projectionVersion: 2 });
    expect(published(world)).toEqual(due);
  });

  it("is published although the earlier release folded it only after it was left to the rebuilder", async () => {
    const world = worldWith(events);
    await deliver(world, events.slice(0, 3));
    await deliver(world, events.slice(3), { projectionVersion: 2 });
    await deliver(world, events.slice(3), { gate: dying });
    await workOffRequests(world, { projectionVersion: 2 });
    expect(world.published.map(({ version }) => version)).toEqual([1, 2, 3, 4, 5, 6, 7]);
  });

  it("is published once where nobody died", async () => {
    const world = worldWith(events);
    await deliver(world, events.slice(0, 3));
    await deliver(world, events.slice(3), { projectionVersion: 2 });
    await workOffRequests(world, { projectionVersion: 2 });
    expect(world.published.map(({ version }) => version)).toEqual([1, 2, 3, 4, 5, 6, 7]);
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

  it("publishes what it has committed although its client has sent each commit twice", async () => {
    const world = worldWith(events);
    const environment = world.environment();
    const { readModel } = environment;
    const commit: typeof readModel.commit = (loaded, next) =>
      pipe(
        readModel.commit(loaded, next),
        TE.flatMap(() => readModel.commit(loaded, next)),
      );
    const request = { streamId: savings, known: noVersion, again: false };
    const answer = answerRequest<Account>(request);
    expect(await answer({ ...environment, readModel: { ...readModel, commit } })()).toBe("DONE");
    expect(world.published.map(({ version }) => version)).toEqual([1, 2, 3, 4, 5, 6, 7]);
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
