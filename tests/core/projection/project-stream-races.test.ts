import fc from "fast-check";
import * as E from "fp-ts/Either";
import { describe, expect, it } from "vitest";
import { anyRequests, deposit, opening, stored, withdrawal } from "../ledger/requests";
import { deliver, worldWith } from "./delivering";
import { folded, type Gate, truthOf, type World } from "./memory";

const summary = (world: World) => world.view().summary;

const events = stored(opening(), deposit(100), withdrawal(30), withdrawal(80), deposit(5));

describe("projectStream beside another projector", () => {
  it("loads again after the other was faster, and folds the remaining events", async () => {
    const world = worldWith(events);
    let overtaken = false;
    const overtake: Gate = async (operation, _, moment) => {
      if (operation !== "commit" || moment !== "before" || overtaken) return;
      overtaken = true;
      await deliver(world, events.slice(0, 3));
    };
    expect(await deliver(world, events, { gate: overtake })).toEqual(E.right(undefined));
    expect(world.view()).toEqual(truthOf(events));
    // Once more to see whether it was its own commit that came first.
    expect(world.count("load")).toBe(4);
    // The other may have died before it published what it has folded: that is published again.
    expect(world.published.map(({ version }) => version)).toEqual([1, 2, 3, 1, 2, 3, 4, 5]);
  });

  it("leaves the stream to the other if that is always faster", async () => {
    const many = stored(opening(), ...Array.from({ length: 30 }, () => deposit(1)));
    const world = worldWith(many);
    let next = 0;
    const overtake: Gate = async (operation, _, moment) => {
      if (operation !== "commit" || moment !== "before") return;
      next += 1;
      await deliver(world, many.slice(0, next));
    };
    expect(await deliver(world, many, { gate: overtake })).toEqual(E.left({ _tag: "Contended" }));
    expect(next).toBe(5);
    expect(summary(world)).toEqual(folded(many.slice(0, 5)).summary);
  });

  it("writes nothing where a later release has written the rows", async () => {
    const world = worldWith(events);
    await deliver(world, events.slice(0, 2), { projectionVersion: 2 });
    const before = summary(world);
    expect(await deliver(world, events)).toEqual(E.left({ _tag: "Outdated" }));
    expect(summary(world)).toBe(before);
    expect(world.view().entries.map(({ version }) => version)).toEqual([2]);
  });
});

describe("a failure of any operation", () => {
  const failure = fc.record({
    operation: fc.nat({ max: 40 }),
    moment: fc.constantFrom("before" as const, "after" as const),
  });

  it("is repaired by delivering again: the read model ends as the fold of the log", async () => {
    await fc.assert(
      fc.asyncProperty(
        anyRequests(12),
        fc.uniqueArray(failure, { maxLength: 6, selector: ({ operation }) => operation }),
        fc.integer({ min: 1, max: 12 }),
        async (requests, failures, batchSize) => {
          const all = stored(...requests);
          const world = worldWith(all);
          let operations = 0;
          const gate: Gate = async (operation, _, moment) => {
            if (operation === "publish") return;
            if (moment === "before") operations += 1;
            if (failures.some((f) => f.operation === operations && f.moment === moment)) {
              throw new Error("no answer");
            }
          };
          for (let first = 0; first < all.length; first += batchSize) {
            const batch = all.slice(first, first + batchSize);
            // Each failure strikes once, so that one attempt more than there are failures succeeds.
            for (let left = failures.length + 1; left > 0; left -= 1) {
              if (E.isRight(await deliver(world, batch, { gate }))) break;
            }
          }
          expect(world.view()).toEqual(truthOf(all));
        },
      ),
    );
  });
});
