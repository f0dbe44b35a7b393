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
import { deliver } from "../projection/delivering";
import { someTime, type World } from "../projection/memory";
import { all, entry, events, found, remove, set } from "./altering";
import { type Alter, look, projected } from "./looking";

describe("verifyStream, where an entry was altered", () => {
  it("names each column that differs, that is lost, or that is too much", async () => {
    const alter = set(entry(2), { balance: "99", memo: "forged", actor: undefined });

    expect(await found(alter)).toEqual([
      {
        about: "ENTRY",
        version: 2,
        detail: "the entry differs",
        columns: expect.arrayContaining([
          'balance: stored "99", expected "10"',
          'memo: stored "forged", expected nothing',
          'actor: stored nothing, expected "alice"',
        ]),
      },
    ]);
  });

  it("finds an entry that is missing, and one of the opening, which has none", async () => {
    expect(await found(all(remove(entry(2)), set(entry(1), {})))).toEqual([
      { about: "ENTRY", version: 2, detail: "the entry is missing", columns: [] },
      {
        about: "ENTRY",
        version: 1,
        detail: `the row ${entry(1)} is not of any event`,
        columns: [],
      },
    ]);
  });

  it("shows ten findings, and says how many more there are", async () => {
    const world = await projected(
      stored(opening(), ...Array.from({ length: 14 }, () => deposit(1))),
    );
    const altered = Array.from({ length: 14 }, (_, index) =>
      set(entry(index + 2), { actor: "eve" }),
    );
    const { findings, omitted } = await look(world, { alter: all(...altered) });

    expect(findings.map(({ version }) => O.toNullable(version))).toEqual(
      Array.from({ length: 10 }, (_, index) => index + 2),
    );
    expect(omitted).toBe(4);
  });

  it("says nothing of the contents that another projection version has written", async () => {
    const alter = set(entry(2), { balance: "99" });
    const { findings } = await look(await projected(events), { alter, projectionVersion: 2 });

    expect(findings.map(({ about }) => about)).toEqual(["SUMMARY"]);
  });
});

describe("verifyStream, where a row is of no event", () => {
  it.each(["aside", "zzz", `${entry(3)}x`])("finds the row %s", async (key) => {
    expect(await found(set(key, {}))).toEqual([
      { about: "ENTRY", version: null, detail: `the row ${key} is not of any event`, columns: [] },
    ]);
  });

  it("finds such a row also where the stream is suspended before it", async () => {
    const world = await projected([]);
    world.append(events);
    world.put(savings, 3, unreadable(events[2] as StoredEvent));
    await deliver(world, events);

    expect(await found(set("zzz", {}), world)).toMatchObject([
      { detail: "the row zzz is not of any event" },
    ]);
  });

  it("finds an entry of another generation that shows in the index of an owner, and says whose", async () => {
    expect(await found(set(entry(3, "1.7"), { owner: "mallory" }))).toEqual([
      {
        about: "ENTRY",
        version: 3,
        detail: `the row ${entry(3, "1.7")} is not of any event`,
        columns: ['owner: stored "mallory", expected nothing'],
      },
    ]);
  });

  it.each(["1.7", "0.1"])("counts the entries of the set %s, and no other rows", async (other) => {
    const alter = all(set(entry(2, other), {}), set(entry(4, other), {}));

    expect(await look(await projected(events), { alter })).toMatchObject({
      leftovers: 2,
      findings: [],
    });
  });

  it("finds an entry far beyond the last event", async () => {
    expect(await found(set(entry(9), {}))).toEqual([
      {
        about: "ENTRY",
        version: 9,
        detail: `the row ${entry(9)} is not of any event`,
        columns: [],
      },
    ]);
  });
});

describe("verifyStream, where the summary was altered", () => {
  it.each([
    ["balance", "61", 'balance: stored "61", expected "60"'],
    ["chainHead", "0", expect.stringMatching(/^chainHead: stored "0"/)],
  ])("names its %s", async (column, value, shown) => {
    expect(await found(set("summary", { [column]: value }))).toEqual([
      { about: "SUMMARY", version: 4, detail: "the summary differs", columns: [shown] },
    ]);
  });

  it("says nothing of the summary where the fold does not come to it", async () => {
    const world = await projected(events);
    world.log.get(savings)?.delete(4);
    expect(await found(set("summary", { balance: "61" }), world)).toMatchObject([
      { about: "EVENT", detail: "event 4 is missing" },
    ]);
  });

  it("says what cannot be read in it, and still follows the entries that it refers to", async () => {
    const world = await projected(events);
    await rebuildStream<Account>(savings)(world.environment())();
    const alter = all(set("summary", { balance: "much" }), set(entry(2), { hash: "forged" }));
    const cannotBeRead = {
      about: "SUMMARY",
      detail: expect.stringMatching(/^the summary cannot be read: balance/),
    };

    expect(await found(alter, world)).toMatchObject([cannotBeRead]);
    world.put(savings, 3, { ...events[2], actor: "mallory" });
    expect(await found(alter, world)).toMatchObject([{ about: "EVENT", version: 3 }, cannotBeRead]);
  });
});

describe("verifyStream of a suspended stream", () => {
  const suspended = async (): Promise<World> => {
    const world = await projected([]);
    world.append(events);
    world.put(savings, 3, unreadable(events[2] as StoredEvent));
    await deliver(world, events);
    return world;
  };

  it("tells since when, and whether the event can be folded by now", async () => {
    const world = await suspended();
    const suspension = { version: 3, reason: "UNREADABLE_EVENT", since: someTime };

    expect(await look(world)).toMatchObject({
      ...{ behind: 0, findings: [], suspension: O.some({ ...suspension, ready: false }) },
    });
    world.append(events);
    expect(await look(world)).toMatchObject({
      ...{ behind: 0, findings: [], suspension: O.some({ ...suspension, ready: true }) },
    });
  });

  it.each<[string, Alter, string, RegExp]>([
    [
      "has lost its place in the list",
      (table) => {
        table.listed = undefined;
      },
      "suspended, but not in the list of suspended streams",
      /^since: stored nothing, expected 2026/,
    ],
    [
      "is listed for another reason",
      (table) => {
        table.listed = { ...table.listed, reason: "MISSING_EVENT" };
      },
      "the list of suspended streams differs",
      /^reason: stored "MISSING_EVENT", expected "UNREADABLE_EVENT"$/,
    ],
  ])("finds that it %s", async (_, alter, detail, column) => {
    expect(await found(alter, await suspended())).toEqual([
      { about: "SUSPENSION", version: null, detail, columns: [expect.stringMatching(column)] },
    ]);
  });

  it("finds a stream in the list that is not suspended", async () => {
    const alter: Alter = (table) => {
      table.listed = { accountId: savings };
    };
    expect(await found(alter)).toEqual([
      {
        about: "SUSPENSION",
        version: null,
        detail: "listed as suspended, but is not",
        columns: ['accountId: stored "savings", expected nothing'],
      },
    ]);
  });
});
