import * as O from "fp-ts/Option";
import { describe, expect, it } from "vitest";
import type { Account } from "../../../core/ledger/account";
import { rebuildStream } from "../../../core/projection/rebuild-stream";
import {
  deposit,
  opening,
  type StoredEvent,
  savings,
  stored,
  unreadable,
} from "../ledger/requests";
import { failingOnce, folded } from "../projection/memory";
import {
  all,
  changed,
  entry,
  events,
  found,
  noSummary,
  remove,
  set,
  withoutTail,
  withUnreadable,
} from "./altering";
import { type Alter, firstVersion, look, projected } from "./looking";

describe("verifyStream, where an event was altered as well", () => {
  it("shows the columns of that event's entry as evidence", async () => {
    expect(await found(() => undefined, await changed(3))).toEqual([
      {
        about: "EVENT",
        version: 3,
        detail: expect.stringMatching(/^event 3 is not the one that was folded/),
        columns: expect.arrayContaining(['actor: stored "alice", expected "mallory"']),
      },
    ]);
  });

  it("names the events that it may be where the entry of one is missing", async () => {
    expect(await found(remove(entry(2)), await changed(3))).toMatchObject([
      {
        about: "EVENT",
        version: 2,
        detail: expect.stringMatching(/^one of the events 2 to 3 is not the one/),
        columns: expect.arrayContaining(['actor: stored "alice", expected "mallory"']),
      },
    ]);
  });

  it("shows no evidence where there is none", async () => {
    const world = await changed(1);
    expect(await found(() => undefined, world)).toMatchObject([{ version: 1, columns: [] }]);
  });

  it("still shows what is wrong before that event, and with the stream as a whole", async () => {
    const alter = all(set(entry(2), { balance: "99" }), set("aside", {}));
    expect(
      (await found(alter, await changed(3))).map(({ about, version }) => [about, version]),
    ).toEqual(
      expect.arrayContaining([
        ["ENTRY", 2],
        ["ENTRY", null],
        ["EVENT", 3],
      ]),
    );
  });
});

describe("verifyStream, where there is no summary", () => {
  it("is behind, with the entries of the stream beyond it", async () => {
    const world = await projected(
      stored(opening(), ...Array.from({ length: 5 }, () => deposit(1))),
    );
    const before: Alter = set("aside", {});

    expect(await look(world, { alter: noSummary })).toMatchObject({
      ...{ version: 0, behind: 6, ahead: O.some(6), leftovers: 0, findings: [] },
    });
    expect(await look(world, { alter: all(noSummary, before) })).toMatchObject({
      ...{ ahead: O.some(6), leftovers: 0 },
      findings: [{ detail: "the row aside is not of any event" }],
    });
  });

  it("is behind by the event that cannot be folded, too", async () => {
    const world = await projected([]);
    world.put(savings, 1, unreadable(events[0] as StoredEvent));

    expect(await look(world)).toMatchObject({ version: 0, behind: 1, findings: [] });
  });

  it("finds that there are rows, but no events", async () => {
    const world = await projected(events);
    world.log.clear();

    expect(await found(noSummary, world)).toContainEqual({
      about: "EVENT",
      version: 1,
      detail: "event 1 is missing: there are rows, but no events",
      columns: [],
    });
  });

  it("finds an event that was changed", async () => {
    expect(await found(noSummary, await changed(3))).toMatchObject([
      { about: "EVENT", version: 3 },
    ]);
  });

  it("finds a removed tail of events whose entries are still there", async () => {
    expect(await found(noSummary, await withoutTail())).toMatchObject([
      { about: "EVENT", detail: "event 3 is missing, and its entry is still there" },
    ]);
  });

  it("finds an entry of another generation beyond the last event", async () => {
    const alter = all(noSummary, set(entry(6, "1.7"), {}));
    expect(await found(alter)).toMatchObject([{ about: "EVENT", version: 5 }]);
  });

  it("finds the stream in the list of suspended ones", async () => {
    const alter: Alter = all(noSummary, (table) => {
      table.listed = { accountId: savings };
    });
    expect(await found(alter)).toMatchObject([{ about: "SUSPENSION" }]);
  });
});

describe("verifyStream, where events are missing or cannot be folded", () => {
  it("says that the last event is missing, or one between others", async () => {
    for (const version of [2, 4]) {
      const world = await projected(events);
      world.log.get(savings)?.delete(version);
      expect(await found(() => undefined, world)).toEqual([
        { about: "EVENT", version, detail: `event ${version} is missing`, columns: [] },
      ]);
    }
  });

  it("says why an event cannot be folded any more, and nothing of the entries after it", async () => {
    const seen = await look(await withUnreadable());

    expect(seen.findings).toMatchObject([
      {
        version: O.some(3),
        detail: expect.stringMatching(
          /^event 3 was folded once and cannot be any more: UNREADABLE_EVENT, /,
        ),
      },
    ]);
    expect(seen).toMatchObject({ ahead: O.none, leftovers: 0 });
  });

  it("sees an event that was put before the first", async () => {
    const world = await projected(events);
    world.put(savings, 0, { ...events[0], version: 0 });
    expect((await look(world)).findings).toMatchObject([{ about: "EVENT", version: O.some(1) }]);
  });

  it("finds a removed tail whose summary was set back while its entries are there", async () => {
    expect(await found(() => undefined, await withoutTail())).toEqual([
      {
        about: "EVENT",
        version: 3,
        detail: "event 3 is missing, and its entry is still there",
        columns: [],
      },
    ]);
  });

  it("takes entries beyond an event that cannot be folded for those of a summary that was set back", async () => {
    const world = await withUnreadable();
    world.summaries.set(savings, folded(events.slice(0, 2)).summary);

    expect(await look(world)).toMatchObject({
      ...{ version: 2, behind: 1, ahead: O.some(4), leftovers: 0, findings: [] },
    });
  });

  it("is behind by what has not been folded, wherever its pages end", async () => {
    const world = await projected(stored(opening(), deposit(1), deposit(2), deposit(3)));
    world.append(stored(opening(), ...Array.from({ length: 6 }, (_, index) => deposit(index + 1))));

    expect(await look(world)).toMatchObject({ version: 4, behind: 3, ahead: O.none, findings: [] });
  });
});

describe("verifyStream beside an entry that a rebuild has left", () => {
  it("says which event is missing, and how far the entries go", async () => {
    const world = await projected(events);
    const failing = failingOnce("commit");
    await rebuildStream<Account>(savings)(world.environment({ gate: failing }))();
    for (const version of [3, 4]) world.log.get(savings)?.delete(version);
    for (const version of [3, 4]) world.entries.get(savings)?.delete(`1.1:${version}`);
    world.summaries.set(savings, folded(events.slice(0, 2)).summary);

    const seen = await look(world);
    expect(firstVersion(seen)).toEqual(["EVENT", 3]);
    expect(seen.findings[0]?.detail).toBe(
      "event 3 is missing: an entry that a rebuild has left, or is writing, is of event 4",
    );
  });
});
