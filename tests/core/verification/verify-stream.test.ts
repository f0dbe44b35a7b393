import { isDeepStrictEqual } from "node:util";
import fc from "fast-check";
import * as E from "fp-ts/Either";
import * as O from "fp-ts/Option";
import * as TE from "fp-ts/TaskEither";
import { describe, expect, it } from "vitest";
import { ledger } from "../../../core/ledger";
import type { Account } from "../../../core/ledger/account";
import type { StreamVersion } from "../../../core/projection/identifiers";
import type { Unavailable } from "../../../core/projection/ports";
import { rebuildStream } from "../../../core/projection/rebuild-stream";
import type { StoredRows } from "../../../core/verification/environment";
import {
  type ExpectedRows,
  eventsDiffer,
  finding,
  isUnsettled,
  type PartitionRow,
  settle,
  type Verification,
} from "../../../core/verification/verification";
import { verifyStream } from "../../../core/verification/verify-stream";
import { rowsOf } from "../../../lambda/adapters/rows";
import {
  anyRequests,
  deposit,
  opening,
  type StoredEvent,
  savings,
  stored,
  unreadable,
} from "../ledger/requests";
import { workOffRequests } from "../projection/delivering";
import { failingOnce, folded, World } from "../projection/memory";

const rows = rowsOf(ledger);

const expectedRows: ExpectedRows<Account> = {
  summary: rows.summary,
  entry: (change) => {
    const row = rows.entry(change);
    return { key: String(row.sk), hash: row.hash, row };
  },
  suspension: rows.suspension,
};

const storedIn = (world: World): StoredRows<Account> => ({
  summary: (streamId) => {
    const { summary } = world.view(streamId);
    const stored = summary && { row: expectedRows.summary(summary), summary: E.right(summary) };
    return TE.right(O.fromNullable(stored));
  },
  suspension: (streamId) => {
    const { listedAsSuspended } = world.view(streamId);
    return TE.right(
      O.fromNullable(listedAsSuspended && expectedRows.suspension(streamId, listedAsSuspended)),
    );
  },
  rowsAfter: (streamId, key) => {
    const entries = [...(world.entries.get(streamId)?.values() ?? [])].map(
      (change): PartitionRow => {
        const { projectionVersion, generation, version } = change;
        const set = { projectionVersion, generation };
        return { ...expectedRows.entry(change), kind: "ENTRY", version, set };
      },
    );
    const inOrder = entries.toSorted((a, b) => (a.key < b.key ? -1 : 1));
    const after = inOrder.filter((row) => O.isNone(key) || row.key > key.value);
    // Few, so that short streams have several pages, which end elsewhere than those of the events.
    return TE.right(after.slice(0, 2));
  },
});

async function projected(events: readonly StoredEvent[]): Promise<World> {
  const world = new World();
  world.append(events);
  await rebuildStream<Account>(savings)(world.environment())();
  return world;
}

async function look(world: World, projectionVersion = 1): Promise<Verification> {
  const environment = {
    ...world.environment({ projectionVersion }),
    storedRows: storedIn(world),
    expectedRows,
  };
  const seen = await verifyStream<Account>(savings)(environment)();
  if (E.isLeft(seen)) throw new Error("unavailable");
  return seen.right;
}

const firstVersion = ({ findings }: Verification) =>
  findings.map(({ about, version }) => [about, O.toNullable(version)])[0];

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
    expect((await look(world, 2)).findings.map(({ about }) => about)).toEqual(["SUMMARY"]);

    world.put("savings", 3, tamperings[0]?.(events[2] as StoredEvent));
    expect(firstVersion(await look(world, 2))).toEqual(["EVENT", 3]);
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
    const environment = { ...world.environment(), storedRows, expectedRows };
    const seen = await verifyStream<Account>(savings)(environment)();
    expect(seen).toMatchObject(E.right({ findings: [], leftovers: 0, ahead: O.none }));
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

describe("settle", () => {
  const first: Verification = {
    streamId: savings,
    version: 3 as StreamVersion,
    behind: 2,
    suspension: O.none,
    ahead: O.some(5),
    leftovers: 0,
    findings: [],
    omitted: 0,
  };

  it("clear a projector that was at work", () => {
    const second = { ...first, version: 5 as StreamVersion, behind: 4, ahead: O.some(9) };

    expect(settle(first, second)).toMatchObject({ behind: 0, findings: [] });
  });

  it("report one that has not caught up with the first look", () => {
    const second = { ...first, version: 4 as StreamVersion, behind: 1, ahead: O.none };

    expect(settle(first, second)).toMatchObject({ behind: 1, findings: [] });
  });

  it("reports entries beyond a summary that does not move", () => {
    expect(settle(first, first).findings).toMatchObject([{ about: "SUMMARY" }]);
  });

  it("find nothing that the first look alone has seen, or the second alone", () => {
    const found = (version: number) => [finding("EVENT", version, "is not the one")];
    const at = (version: number): Verification => ({
      ...first,
      ahead: O.none,
      findings: found(version),
    });

    expect(settle(at(5), at(6)).findings).toEqual([]);
    expect(settle(at(5), at(5)).findings).toEqual(found(5));
  });

  it("find an altered balance although the projector has moved it on in between", () => {
    const at = (version: number, balance: number): Verification => ({
      ...first,
      version: version as StreamVersion,
      ahead: O.none,
      findings: [
        finding("SUMMARY", version, "the summary differs", [
          `balance: stored "${balance}", expected "${balance - 1}"`,
        ]),
      ],
    });

    expect(settle(at(5, 100), at(6, 150)).findings).toEqual(at(6, 150).findings);
  });

  it("do not take two suspensions of a stream, one after the other, for a wrong list", () => {
    const listed = (since: string): Verification => ({
      ...first,
      ahead: O.none,
      findings: [
        finding("SUSPENSION", undefined, "listed as suspended, but is not", [
          `since: stored "${since}", expected nothing`,
        ]),
      ],
    });

    expect(settle(listed("10:00"), listed("10:01")).findings).toEqual([]);
    expect(settle(listed("10:00"), listed("10:00")).findings).toHaveLength(1);
  });

  it("do not accuse a projector between its two writes, which the second look alone has met", () => {
    expect(settle({ ...first, ahead: O.none }, first).findings).toEqual([]);
  });

  it("do not accuse a projector that writes one entry after the other", () => {
    expect(settle({ ...first, ahead: O.some(4) }, first).findings).toEqual([]);
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
    const answer = await verifyStream<Account>(savings)({
      ...environment,
      events: { readAfter: beside(environment.events.readAfter, "events") },
      storedRows: {
        ...storedRows,
        summary: beside(storedRows.summary, "summary"),
        rowsAfter: beside(storedRows.rowsAfter, "rows"),
      },
      expectedRows,
    })();
    if (E.isLeft(answer)) throw new Error("unavailable");
    return answer.right;
  }

  const events = stored(opening(), deposit(1), deposit(2), deposit(3));

  it.each(["events", "summary", "rows"] as const)(
    "finds nothing while more is appended and folded after any of its reads of %s",
    async (place) => {
      for (const times of [1, 2, 3, 4]) {
        const world = await projected(events.slice(0, 2));
        const seen = await lookWhile(world, place, times, async () => {
          world.append(events.slice(2));
          await rebuildStream<Account>(savings)(world.environment())();
        });
        expect(seen.findings).toEqual([]);
        expect(seen.ahead).toEqual(O.none);
      }
    },
  );
});
