import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { verifyAll, verify as verifyOf } from "../../cli/commands/verify";
import { verifyOnce } from "../../cli/tables";
import { ledger } from "../../core/ledger";
import type { Account } from "../../core/ledger/account";
import type { StreamId } from "../../core/projection/identifiers";
import { rebuildStream } from "../../core/projection/rebuild-stream";
import { settle, type Verification } from "../../core/verification/verification";
import { deposit, opening, storedIn, unreadable, withdrawal } from "../core/ledger/requests";
import {
  alterRow,
  contextFor,
  entryOf,
  type Ledger,
  project,
  putEvent,
  putEvents,
  putRow,
  readRow,
  removeEvent,
  removeRow,
  seed,
  startWorld,
  summaryOf,
  type World,
} from "./world";

const verify = verifyOf(ledger);

let world: World;
let tables: Ledger;
let accounts = 0;
let id: StreamId;

const history = (streamId: string) =>
  storedIn(streamId, opening(), deposit(500), withdrawal(200), withdrawal(900), deposit(40));

beforeAll(async () => {
  world = await startWorld();
  tables = world.ledger();
  await seed(tables, storedIn("untouched", opening(), deposit(7), withdrawal(9)));
});
afterAll(() => world.stop());

beforeEach(() => {
  accounts += 1;
  id = `account-${accounts}` as StreamId;
});

const shown = ({ findings }: Verification) =>
  findings.map(({ about, detail, columns }) => ({ about, detail, columns }));

/** The findings about the test's own account. */
async function found() {
  return shown(settle(await verifyOnce(tables, id), await verifyOnce(tables, id)));
}

/** The same, from a verification of all accounts. */
async function foundAmongAll() {
  const { differing } = await verifyAll(contextFor(tables));
  return differing.filter(({ streamId }) => streamId === id).flatMap(shown);
}

describe("verify", () => {
  it("finds nothing in a read model that is the fold of its events", async () => {
    await seed(tables, history(id));

    expect(await foundAmongAll()).toEqual([]);
  });

  it("names an event of which one amount was altered", async () => {
    await seed(tables, history(id));
    await putEvent(tables, { ...history(id)[2], data: { amount: "201" } });

    const [first, ...others] = await foundAmongAll();
    expect(first).toMatchObject({
      about: "EVENT",
      detail: expect.stringContaining("event 3 is not the one that was folded"),
    });
    expect(first?.columns).toContain('amount: stored "200", expected "201"');
    expect(others).toEqual([]);
  });

  it("names the opening that was altered: the summary keeps what no entry does", async () => {
    await seed(tables, history(id));
    await putEvent(tables, { ...history(id)[0], data: { currency: "EUR", name: "Mine" } });

    expect(await found()).toMatchObject([
      { detail: expect.stringContaining("event 1 is not the one that was folded") },
    ]);
  });

  it("names the place where an event was inserted and the later ones moved up", async () => {
    const later = history(id).slice(2);
    await seed(tables, history(id));
    await putEvents(tables, [
      { ...later[0], ...deposit(1), commandId: "forged" },
      ...later.map((event) => ({ ...event, version: event.version + 1 })),
    ]);

    const [finding] = await found();
    expect(finding?.detail).toContain("event 3 is not the one that was folded");
    expect(finding?.columns).toContain('commandId: stored "command-3", expected "forged"');
  });

  it("names an event that was inserted before the first", async () => {
    await seed(tables, history(id));
    await putEvent(tables, { ...history(id)[1], version: 0 });

    expect(await found()).toMatchObject([
      { about: "EVENT", detail: expect.stringContaining("event 1 was folded once") },
    ]);
  });

  it.each([1, 3, 5])("names event %i when it was removed", async (version) => {
    await seed(tables, history(id));
    await removeEvent(tables, id, version);

    expect(await found()).toMatchObject([
      { about: "EVENT", detail: `event ${version} is missing` },
    ]);
  });

  it("finds an altered entry, and which column", async () => {
    await seed(tables, history(id));
    await alterRow(tables, entryOf(id, 4), "balance", "1000");

    expect(await found()).toEqual([
      {
        about: "ENTRY",
        detail: "the entry differs",
        columns: ['balance: stored "1000", expected "300"'],
      },
    ]);
  });

  it("does not take an altered hash of an entry for an altered event", async () => {
    await seed(tables, history(id));
    await alterRow(tables, entryOf(id, 3), "hash", "0".repeat(64));
    await alterRow(tables, entryOf(id, 5), "hash", "0".repeat(64));

    const findings = await found();
    expect(findings.map(({ about }) => about)).toEqual(["ENTRY", "ENTRY"]);
  });

  it("finds a lost entry and an entry of no event", async () => {
    await seed(tables, history(id));
    await removeRow(tables, entryOf(id, 2));
    await putRow(tables, { ...entryOf(id, 1), amount: "1000000" });

    const details = (await found()).map(({ detail }) => detail);
    expect(details).toHaveLength(2);
    expect(details).toContain("the entry is missing");
    expect(details).toContain("the row entry:1.1:0000000001 is not of any event");
  });

  it("finds an altered balance", async () => {
    await seed(tables, history(id));
    await alterRow(tables, summaryOf(id), "balance", "341");

    expect(await found()).toEqual([
      {
        about: "SUMMARY",
        detail: "the summary differs",
        columns: ['balance: stored "341", expected "340"'],
      },
    ]);
  });

  it("finds a summary that cannot be read", async () => {
    await seed(tables, history(id));
    await alterRow(tables, summaryOf(id), "balance", "much");

    expect(await found()).toMatchObject([
      { about: "SUMMARY", detail: expect.stringContaining("balance: expected") },
    ]);
    await removeRow(tables, summaryOf(id));
  });

  it("finds a summary without any event", async () => {
    await putRow(tables, {
      ...summaryOf(id),
      accountId: id,
      version: 2,
      projectionVersion: 1,
      generation: 1,
      chainHead: "",
      processing: "CURRENT",
    });

    expect(await foundAmongAll()).toMatchObject([{ about: "EVENT", detail: "event 1 is missing" }]);
  });

  it("finds entries whose account has neither events nor a summary", async () => {
    await putRow(tables, { ...entryOf(id, 2), version: 2 });

    expect(await foundAmongAll()).toMatchObject([
      { detail: "event 1 is missing: there are rows, but no events" },
    ]);
  });

  it("finds a lost summary, and does not take it for a projector that is behind", async () => {
    await seed(tables, history(id));
    await removeRow(tables, summaryOf(id));

    expect(await foundAmongAll()).toMatchObject([
      { about: "SUMMARY", detail: expect.stringContaining("it was lost or set back") },
    ]);
  });

  it("finds rows of another projection version", async () => {
    await seed(tables, history(id));
    await alterRow(tables, summaryOf(id), "projectionVersion", 0);

    expect(await found()).toMatchObject([
      { detail: expect.stringContaining("written by projection version 0") },
    ]);
  });

  it("finds a row that lists an account as suspended that is not", async () => {
    await seed(tables, history(id));
    await putRow(tables, { pk: "suspended", sk: id, accountId: id });

    expect(await foundAmongAll()).toMatchObject([
      { about: "SUSPENSION", detail: "listed as suspended, but is not" },
    ]);
  });

  it("reports an account that is behind, which is no fault, and not one that has caught up", async () => {
    const all = history(id);
    await seed(tables, all.slice(0, 2));
    await putEvents(tables, all.slice(2));

    const still = await verifyAll(contextFor(tables));
    const caughtUp = await verifyAll({
      ...contextFor(tables),
      pause: () => project(tables, id),
    });

    const behind = { streamId: id, version: 2, behind: 3 };
    expect(still.behind).toContainEqual(expect.objectContaining(behind));
    expect(await found()).toEqual([]);
    expect(caughtUp.behind.map(({ streamId }) => streamId)).not.toContain(id);
  });

  it("lists suspended accounts, and which of them can be resumed", async () => {
    const all = history(id);
    await putEvents(tables, [...all.slice(0, 2), unreadable(all[2] as never) as object]);
    await project(tables, id);
    const stuck = await verifyAll(contextFor(tables));
    await putEvents(tables, all.slice(2));
    const repaired = await verifyAll(contextFor(tables));

    expect(stuck.suspended).toMatchObject([
      { streamId: id, version: 3, reason: "UNREADABLE_EVENT", ready: false },
    ]);
    expect(repaired.suspended).toMatchObject([{ streamId: id, ready: true }]);
    expect(await found()).toEqual([]);
  });

  it("names an altered event on a later page of one account", async () => {
    const amounts = Array.from({ length: 249 }, (_, n) => deposit(n + 1));
    const all = storedIn(id, opening(), ...amounts);
    await seed(tables, all);
    expect(await found()).toEqual([]);
    await putEvent(tables, { ...all[220], data: { amount: "1" } });

    expect(await found()).toMatchObject([
      { about: "EVENT", detail: expect.stringContaining("event 221 is not") },
    ]);
  });

  it.each([
    "entry:",
    "entry:0000000002",
    "entry:01.1:0000000002",
    "entry:1.1:0000000000",
    "entry:1.1:0000000002x",
    "entry:1.1:2",
    "aside",
    "zzz",
  ])("finds a row under the key %s, which nobody expects", async (sk) => {
    await seed(tables, history(id));
    await putRow(tables, { ...entryOf(id, 2), sk, version: 2 });

    expect(await found()).toEqual([
      { about: "ENTRY", detail: `the row ${sk} is not of any event`, columns: [] },
    ]);
  });

  it("finds a row that shows in the index of an owner, and says whose", async () => {
    await seed(tables, history(id));
    await putRow(tables, { ...summaryOf(id), sk: "summary2", owner: "mallory" });

    expect(await found()).toMatchObject([
      { columns: ['owner: stored "mallory", expected nothing'] },
    ]);
  });

  it("finds a removed tail of events whose old summary was put back while its entries are still there", async () => {
    const all = history(id);
    await seed(tables, all.slice(0, 3));
    const old = await readRow(tables, summaryOf(id));
    await seed(tables, all);
    await removeEvent(tables, id, 4);
    await removeEvent(tables, id, 5);
    await putRow(tables, old as Record<string, unknown>);

    expect(await found()).toMatchObject([
      { about: "EVENT", detail: "event 4 is missing, and its entry is still there" },
    ]);
  });

  it("finds rows among those of an account of several pages", async () => {
    const amounts = Array.from({ length: 620 }, (_, n) => deposit(n + 1));
    await seed(tables, storedIn(id, opening(), ...amounts));
    for (const sk of ["entry:1.1:0000000100x", "entry:1.1:0000000555.5", "t"]) {
      await putRow(tables, { ...entryOf(id, 2), sk });
    }
    await removeRow(tables, entryOf(id, 601));

    expect((await found()).map(({ detail }) => detail).sort()).toEqual([
      "the entry is missing",
      "the row entry:1.1:0000000100x is not of any event",
      "the row entry:1.1:0000000555.5 is not of any event",
      "the row t is not of any event",
    ]);
  });

  it("answers with exit code 1 where an account stays behind for good, and 0 where it moves on", async () => {
    const other = await startWorld();
    const own = other.ledger();
    const all = history("left");
    await seed(own, all.slice(0, 2));
    await putEvents(own, all.slice(2));
    const left = contextFor(own, true);
    let looks = 1;
    const pause = async () => {
      looks += 1;
      await putEvent(own, { ...all[4], version: 5 + looks });
      await project(own, "left");
    };

    expect(await verify.run(left, {})).toBe(1);
    expect(JSON.parse(left.written()).behind).toMatchObject([{ behind: 3, standsStill: true }]);
    expect(await verify.run({ ...contextFor(own), pause }, {})).toBe(0);
    await other.stop();
  });

  it("counts the entries of no statement, which are no fault, and says why they are there", async () => {
    const other = await startWorld();
    const own = other.ledger();
    await seed(own, history("rebuilt"));
    const before = contextFor(own);
    expect(await verify.run(before, {})).toBe(0);
    await rebuildStream<Account>("rebuilt" as StreamId)(own.environment)();
    const after = contextFor(own);
    const json = contextFor(own, true);

    expect(await verify.run(after, {})).toBe(0);
    expect(before.written()).not.toContain("of no statement");
    expect(after.written()).toContain(
      "4 entries of the read model are of no statement: a rebuild is writing them",
    );
    expect(await verify.run(json, {})).toBe(0);
    expect(JSON.parse(json.written())).toMatchObject({ differing: [], leftovers: 4 });
    await other.stop();
  });

  it("answers with exit code 1 and in JSON when anything differs", async () => {
    await seed(tables, history(id));
    await alterRow(tables, summaryOf(id), "balance", "1");
    const context = contextFor(tables, true);

    expect(await verify.run(context, {})).toBe(1);
    const report = JSON.parse(context.written());
    expect(report.accounts).toBeGreaterThan(1);
    expect(report.differing).toContainEqual({
      accountId: id,
      version: 5,
      omitted: 0,
      findings: [
        {
          about: "SUMMARY",
          version: 5,
          detail: "the summary differs",
          columns: ['balance: stored "1", expected "340"'],
        },
      ],
    });
  });
});
