import { isDeepStrictEqual } from "node:util";
import fc from "fast-check";
import * as O from "fp-ts/Option";
import type * as TE from "fp-ts/TaskEither";
import { describe, expect, it } from "vitest";
import type { Account } from "../../../core/ledger/account";
import type { Unavailable } from "../../../core/projection/ports";
import { rebuildStream } from "../../../core/projection/rebuild-stream";
import type { StoredRows } from "../../../core/verification/environment";
import {
  eventsDiffer,
  isUnsettled,
  type Verification,
} from "../../../core/verification/verification";
import {
  anyRequests,
  deposit,
  opening,
  type StoredEvent,
  savings,
  stored,
  unreadable,
} from "../ledger/requests";
import { deliver, workOffRequests } from "../projection/delivering";
import { failingOnce, folded, type World } from "../projection/memory";
import { expectedRows, firstVersion, look, lookIn, projected, storedIn } from "./looking";

/** Different ways to change an event so that a release can still read it. */
const tamperings: ReadonlyArray<(event: StoredEvent) => unknown> = [
  (event) => ({ ...event, actor: "mallory" }),
  (event) => ({ ...event, commandId: `${event.commandId}x` }),
  (event) => ({ ...event, recordedAt: "2020-01-01T00:00:00.000Z" }),
  (event) => ({ ...event, type: "DepositRequested", schemaVersion: 1, data: { amount: "77" } }),
];

const historyAndPlace = anyRequests(15).chain((requests) =>
  fc.tuple(fc.constant(stored(...requests)), fc.integer({ min: 0, max: requests.length - 1 })),
);

describe("verifyStream", () => {
  it("finds no difference in the projection of any history", async () => {
    await fc.assert(
      fc.asyncProperty(anyRequests(15), async (requests) => {
        expect(isUnsettled(await look(await projected(stored(...requests))))).toBe(false);
      }),
    );
  });

  it("names the first event that was changed", async () => {
    await fc.assert(
      fc.asyncProperty(historyAndPlace, fc.constantFrom(...tamperings), async (history, tamper) => {
        const [events, place] = history;
        const event = events[place] as StoredEvent;
        const tampered = tamper(event);
        // The event that was drawn may be the one that it would become.
        fc.pre(!isDeepStrictEqual(tampered, event));
        const world = await projected(events);
        world.put("savings", event.version, tampered);

        const seen = await look(world);

        expect(firstVersion(seen)).toEqual(["EVENT", event.version]);
        expect(eventsDiffer(seen)).toBe(true);
      }),
    );
  });

  it("names the event that was changed, and not the opening before it, after declined requests", async () => {
    const events = stored(deposit(1), opening(), deposit(2));
    const world = await projected(events);
    world.put("savings", 3, tamperings[0]?.(events[2] as StoredEvent));

    expect((await look(world)).findings).toMatchObject([
      { about: "EVENT", version: O.some(3), detail: expect.stringMatching(/^event 3 is not/) },
    ]);
  });

  it("names the first event that was removed", async () => {
    await fc.assert(
      fc.asyncProperty(historyAndPlace, async ([events, place]) => {
        const world = await projected(events);
        world.log.get("savings")?.delete(place + 1);

        expect(firstVersion(await look(world))).toEqual(["EVENT", place + 1]);
      }),
    );
  });

  it("names an event that no release can read any more", async () => {
    const events = stored(opening(), deposit(1), deposit(2));
    const world = await projected(events);
    world.put("savings", 2, unreadable(events[1] as StoredEvent));

    expect(firstVersion(await look(world))).toEqual(["EVENT", 2]);
  });

  it("finds a changed event even after the account was suspended before an earlier version", async () => {
    const events = stored(opening(), deposit(1), deposit(2));
    const world = await projected(events);
    world.put("savings", 2, unreadable(events[1] as StoredEvent));
    await rebuildStream<Account>(savings)(world.environment())();

    const seen = await look(world);
    expect(firstVersion(seen)).toEqual(["EVENT", 2]);
    expect(O.isSome(seen.suspension)).toBe(true);
  });

  it("compares the hash chain alone where another projection version has written the rows", async () => {
    const events = stored(opening(), deposit(1), deposit(2), deposit(3));
    const world = await projected(events);
    expect(
      (await look(world, { projectionVersion: 2 })).findings.map(({ about }) => about),
    ).toEqual(["SUMMARY"]);

    world.put("savings", 3, tamperings[0]?.(events[2] as StoredEvent));
    expect(firstVersion(await look(world, { projectionVersion: 2 }))).toEqual(["EVENT", 3]);
  });
});

describe("verifyStream beside a rebuild", () => {
  const events = stored(opening(), deposit(1), deposit(2), deposit(3));

  it("counts the rows that it has replaced, or is writing, and finds nothing wrong with them", async () => {
    const world = await projected(events);
    await rebuildStream<Account>(savings)(world.environment())();
    expect(await look(world)).toMatchObject({ leftovers: 3, findings: [], ahead: O.none });
    const failing = failingOnce("saveRebuild", 2);
    await rebuildStream<Account>(savings)(world.environment({ gate: failing }))();
    expect(await look(world)).toMatchObject({ leftovers: 5, findings: [], ahead: O.none });
  });

  it("looks again where the summary is replaced meanwhile, and the rows before it are removed", async () => {
    const world = await projected(events);
    const stored = storedIn(world);
    let pages = 0;
    const storedRows: StoredRows<Account> = {
      ...stored,
      rowsAfter: (streamId, key) => async () => {
        pages += 1;
        if (pages === 2) {
          await rebuildStream<Account>(savings)(world.environment())();
          await workOffRequests(world);
        }
        return stored.rowsAfter(streamId, key)();
      },
    };
    const seen = await lookIn({ ...world.environment(), storedRows, expectedRows });
    expect(seen).toMatchObject({ findings: [], leftovers: 0, ahead: O.none });
  });

  it("misses an event that only an entry of another generation still tells of", async () => {
    const world = await projected(events);
    await rebuildStream<Account>(savings)(world.environment())();
    // The last event is taken out, and the summary set back, in the generation that readers see.
    world.log.get("savings")?.delete(4);
    const truth = folded(events.slice(0, 3), "savings", 1, 2).summary;
    world.summaries.set("savings", truth);
    world.entries.get("savings")?.delete("1.2:4");
    expect(firstVersion(await look(world))).toEqual(["EVENT", 4]);
  });
});

describe("a look beside a projector", () => {
  /** A world in which a projector works on the stream at a certain read of the look. */
  async function lookWhile(
    world: World,
    place: "events" | "summary" | "rows",
    times: number,
    work: () => Promise<unknown>,
  ): Promise<Verification> {
    const environment = world.environment();
    const storedRows = storedIn(world);
    let seen = 0;
    const beside =
      <Args extends unknown[], A>(
        read: (...args: Args) => TE.TaskEither<Unavailable, A>,
        where: typeof place,
      ) =>
      (...args: Args): TE.TaskEither<Unavailable, A> =>
      async () => {
        const answer = await read(...args)();
        if (where === place) {
          seen += 1;
          if (seen === times) await work();
        }
        return answer;
      };
    return lookIn({
      ...environment,
      events: { readAfter: beside(environment.events.readAfter, "events") },
      storedRows: {
        ...storedRows,
        summary: beside(storedRows.summary, "summary"),
        rowsAfter: beside(storedRows.rowsAfter, "rows"),
      },
      expectedRows,
    });
  }

  const events = stored(opening(), deposit(1), deposit(2), deposit(3));

  const ways = {
    "a projector": (world: World) => deliver(world, events.slice(2)),
    "a rebuild": (world: World) => rebuildStream<Account>(savings)(world.environment())(),
  };

  const places = ["events", "summary", "rows"] as const;
  const cases = places.flatMap((place) =>
    (Object.keys(ways) as (keyof typeof ways)[]).map((way) => ({ place, way })),
  );

  it.each(cases)(
    "finds nothing while more is appended, and folded by $way, after any of its reads of $place",
    async ({ place, way }) => {
      for (const times of [1, 2, 3, 4]) {
        const world = await projected(events.slice(0, 2));
        const seen = await lookWhile(world, place, times, async () => {
          world.append(events.slice(2));
          await ways[way](world);
        });
        expect(seen.findings).toEqual([]);
        expect(seen.ahead).toEqual(O.none);
      }
    },
  );

  it("sees the entries of a projector that is between its two writes", async () => {
    const world = await projected(events.slice(0, 2));
    world.append(events.slice(2));
    await deliver(world, events.slice(2), { gate: failingOnce("commit") });
    expect(await look(world)).toMatchObject({
      version: 2,
      behind: 2,
      ahead: O.some(4),
      findings: [],
    });
  });
});
