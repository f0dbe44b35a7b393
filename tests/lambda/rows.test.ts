import { marshall, unmarshall } from "@aws-sdk/util-dynamodb";
import fc from "fast-check";
import * as E from "fp-ts/Either";
import * as O from "fp-ts/Option";
import { describe, expect, it } from "vitest";
import { ledger } from "../../core/ledger";
import type { Account } from "../../core/ledger/account";
import { currencyCodes } from "../../core/ledger/money";
import type { Row } from "../../core/projection/columns";
import type { Timestamp } from "../../core/projection/envelope";
import type { Generation, StreamVersion, Version } from "../../core/projection/identifiers";
import type { Rebuild } from "../../core/projection/ports";
import { type Change, emptySummary, type RowSet, Suspension } from "../../core/projection/summary";
import { numbers } from "../../lambda/adapters/marshalling";
import {
  afterEntriesOf,
  entriesOf,
  entryKey,
  entryKeyFrom,
  processingOf,
  rowsOf,
  suspensionKey,
} from "../../lambda/adapters/rows";
import { deposit, opening, savings, stored, withdrawal } from "../core/ledger/requests";
import { folded, type Summary } from "../core/projection/memory";

const rows = rowsOf(ledger);

const option = <A>(arbitrary: fc.Arbitrary<A>): fc.Arbitrary<O.Option<A>> =>
  fc.option(arbitrary, { nil: undefined }).map((value) => O.fromNullable(value));

const anyText = fc.string({ minLength: 1, maxLength: 64, unit: "grapheme" });

const anyTimestamp = fc
  .date({ min: new Date(0), max: new Date("9999-12-31T23:59:59Z"), noInvalidDate: true })
  .map((date) => date.toISOString());

const anySuspension = fc.record({
  version: fc.integer({ min: 1, max: 2 ** 31 - 1 }),
  reason: fc.constantFrom(
    ...(Object.keys(Suspension.props.reason.keys) as (keyof typeof Suspension.props.reason.keys)[]),
  ),
  detail: anyText,
  since: anyTimestamp,
});

const anyAccount = fc.record({
  name: anyText,
  currency: fc.constantFrom(...currencyCodes),
  balance: fc.bigInt({ min: 0n, max: 10n ** 30n }),
  status: fc.constantFrom("OPEN", "CLOSED"),
});

const anyVersion = fc.integer({ min: 1, max: 2 ** 31 - 1 });

const anySet = fc.record({
  projectionVersion: fc.integer({ min: 1, max: 1000 }),
  generation: fc.integer({ min: 1, max: 1000 }),
}) as fc.Arbitrary<unknown> as fc.Arbitrary<RowSet>;

const anySummary = fc
  .record({
    streamId: anyText,
    version: fc.integer({ min: 0, max: 2 ** 31 - 1 }),
    set: anySet,
    chainHead: fc.stringMatching(/^([0-9a-f]{64})?$/),
    opened: option(
      fc.record({ owner: anyText, at: anyTimestamp, hash: anyText, state: anyAccount }),
    ),
    changedAt: option(anyTimestamp),
    suspension: option(anySuspension),
    rebuilding: fc.boolean(),
  })
  .map(({ set, rebuilding, ...summary }) => ({
    ...summary,
    ...set,
    // A suspended stream is shown as suspended: it is not rebuilt until it is resumed.
    rebuilding: rebuilding && O.isNone(summary.suspension),
  })) as fc.Arbitrary<unknown> as fc.Arbitrary<Summary>;

const anyRebuild = fc.record({
  folded: anySummary,
  replacedAt: option(anyTimestamp),
}) as fc.Arbitrary<unknown> as fc.Arbitrary<Rebuild<Account>>;

/** A row as it comes back from the table. */
const throughTheTable = (row: Record<string, unknown>) =>
  unmarshall(marshall(row, { removeUndefinedValues: true }), numbers);

const events = stored(opening(), deposit(100, "rent"), withdrawal(101));
const { summary, changes } = folded(events);
const suspendedSummary: Summary = {
  ...summary,
  suspension: O.some({
    version: 4 as Version,
    reason: "MISSING_EVENT",
    detail: "lost",
    since: "2026-01-01T00:00:00Z" as Timestamp,
  }),
};

describe("a summary's row", () => {
  it("gives back exactly the summary that was written", () => {
    fc.assert(
      fc.property(anySummary, (written) => {
        expect(rows.summaryFrom(throughTheTable(rows.summary(written)))).toEqual(E.right(written));
      }),
    );
  });

  it("reads a stream's own columns alone: what lies beside them does not get into the next row", () => {
    const loaded = rows.summaryFrom({ ...throughTheTable(rows.summary(summary)), stranger: 1 });
    expect(E.map(rows.summary)(loaded)).toEqual(E.right(rows.summary(summary)));
  });

  it("has the columns that the queries read", () => {
    expect(throughTheTable(rows.summary(summary))).toEqual({
      pk: "account:savings",
      sk: "summary",
      accountId: "savings",
      version: 3,
      projectionVersion: 1,
      generation: 1,
      chainHead: summary.chainHead,
      firstEntry: "entry:1.1:",
      lastEntry: "entry:1.1:0000000003",
      openedAt: events[0]?.recordedAt,
      openingHash: expect.stringMatching(/^[0-9a-f]{64}$/),
      changedAt: events[2]?.recordedAt,
      processing: "CURRENT",
      owner: "alice",
      name: "Savings",
      currency: "EUR",
      balance: "100",
      status: "OPEN",
    });
  });

  it("says that its stream is suspended, and why", () => {
    expect(rows.summary(suspendedSummary)).toMatchObject({
      processing: "SUSPENDED",
      suspension: { version: 4 },
    });
  });

  it("says that its stream is being rebuilt", () => {
    const marked = { ...summary, rebuilding: true };
    expect(rows.summary(marked)).toMatchObject({ processing: "REBUILDING" });
    expect(processingOf({ ...suspendedSummary, rebuilding: true })).toBe("SUSPENDED");
  });

  it.each(["CURRENT", "REBUILDING"])(
    "is rejected when it says %s and has a suspension: readers would see no fault",
    (processing) => {
      const damaged = { ...throughTheTable(rows.summary(suspendedSummary)), processing };
      expect(E.isLeft(rows.summaryFrom(damaged))).toBe(true);
    },
  );

  it("is rejected when it says SUSPENDED and not why", () => {
    const damaged = { ...throughTheTable(rows.summary(summary)), processing: "SUSPENDED" };
    expect(E.isLeft(rows.summaryFrom(damaged))).toBe(true);
  });

  it("has no owner before an account is opened: the index by owner leaves it out", () => {
    const { summary: unopened } = folded(stored(deposit(1)));
    expect(throughTheTable(rows.summary(unopened))).not.toHaveProperty("owner");
  });

  it.each(["owner", "openedAt", "openingHash", ...ledger.state.names])(
    "is rejected when it has lost %s alone: it must not read as that of an account never opened",
    (column) => {
      const { [column]: _, ...damaged } = throughTheTable(rows.summary(summary));
      const read = rows.summaryFrom(damaged);
      expect(E.isLeft(read) && read.left).toContain(`${column}: expected`);
    },
  );

  it.each([
    ["a version", { version: "3" }, 'version: expected StreamVersion, found "3"'],
    ["a balance", { balance: "-1" }, 'balance: expected Balance, found "-1"'],
    ["a reason to be suspended", { suspension: { reason: "WHIM" } }, "suspension.reason: expected"],
  ])("is not decoded with %s that cannot be; the fault names the column", (_, wrong, fault) => {
    const read = rows.summaryFrom({ ...throughTheTable(rows.summary(summary)), ...wrong });
    expect(E.isLeft(read) && read.left).toContain(fault);
  });
});

describe("an entry's row", () => {
  const entries = changes.map((change) => throughTheTable(rows.entry(change)));

  it("says what was posted and what it left", () => {
    expect(entries[1]).toEqual({
      pk: "account:savings",
      sk: "entry:1.1:0000000002",
      version: 2,
      type: "DepositRequested",
      commandId: "command-2",
      actor: "alice",
      recordedAt: events[1]?.recordedAt,
      amount: "100",
      memo: "rent",
      outcome: "POSTED",
      balance: "100",
      hash: changes[1]?.hash,
      undo: { balance: "0" },
    });
  });

  it("says what was declined, why, and the balance that stayed", () => {
    expect(entries[2]).toMatchObject({
      outcome: "DECLINED",
      reason: "INSUFFICIENT_FUNDS",
      amount: "101",
      balance: "100",
    });
  });

  it("says why an operator has acted on another's account, and is as it was where nobody has", () => {
    const actorReason = "Branch deposit 😀";
    const byOperator = { ...events[1], actor: "olga", actorReason };
    const [, change] = folded([events[0], byOperator]).changes;
    const { hash, ...row } = throughTheTable(rows.entry(change as Change));
    const { hash: ownersHash, ...ownersRow } = entries[1] as Row;
    expect(row).toEqual({ ...ownersRow, actor: "olga", actorReason });
    expect(hash).not.toBe(ownersHash);
    expect(hash).not.toBe(
      folded([events[0], { ...byOperator, actorReason: "another" }]).summary.chainHead,
    );
  });

  it("has nothing to undo where it has changed nothing", () => {
    expect(entries[2]).not.toHaveProperty("undo");
  });

  it("has no owner, so that it costs no place in the index by owner", () => {
    for (const row of entries) expect(row).not.toHaveProperty("owner");
  });

  const keyOf = (set: RowSet, version: number) => entryKey(set, version as StreamVersion);

  it("has a key that sorts as its version does", () => {
    fc.assert(
      fc.property(anySet, anyVersion, anyVersion, (set, a, b) => {
        expect(keyOf(set, a) < keyOf(set, b)).toBe(a < b);
      }),
    );
  });

  it("has a key between the bounds of its own set, and of no other", () => {
    fc.assert(
      fc.property(anySet, anySet, anyVersion, (set, other, version) => {
        const key = keyOf(set, version);
        const isSame =
          set.projectionVersion === other.projectionVersion && set.generation === other.generation;
        expect(entriesOf(set) < key && key < afterEntriesOf(set)).toBe(true);
        expect(entriesOf(other) < key && key < afterEntriesOf(other)).toBe(isSame);
      }),
    );
  });

  it("has a key that its set and its version can be read from", () => {
    fc.assert(
      fc.property(anySet, anyVersion, (set, version) => {
        expect(entryKeyFrom(keyOf(set, version))).toEqual(O.some({ ...set, version }));
      }),
    );
  });

  it.each([
    "summary",
    "entry:",
    "entry:0000000002",
    "entry:1.1:",
    "entry:1.1:2",
    "entry:1.1:0000000000",
    "entry:1.1:9999999999",
    "entry:1.1:0000000002x",
    "xentry:1.1:0000000002",
    "entry:01.1:0000000002",
    "entry:1.01:0000000002",
    "entry:1.0:0000000002",
    "entry:1:0000000002",
    "entry:1.1.1:0000000002",
  ])("is never under the key %s, which is read as none of an entry", (key) => {
    expect(entryKeyFrom(key)).toEqual(O.none);
  });
});

describe("the row of a rebuild", () => {
  const written = (rebuild: Rebuild<Account>) => throughTheTable(rows.rebuild(rebuild));

  it("gives back exactly the rebuild that was written", () => {
    fc.assert(
      fc.property(anyRebuild, (rebuild) => {
        expect(rows.rebuildFrom(written(rebuild))).toEqual(E.right(rebuild));
      }),
    );
  });

  it("has no owner of its own: the index by owner would show the account twice", () => {
    const row = written({ folded: summary, replacedAt: O.none });
    expect(row).not.toHaveProperty("owner");
    expect(row.folded).toMatchObject({ owner: "alice" });
  });

  it("lies beside the rows of its stream", () => {
    const folded = emptySummary("savings" as Summary["streamId"], 2, 3 as Generation);
    expect(written({ folded, replacedAt: O.none })).toMatchObject({
      pk: "account:savings",
      sk: "rebuild",
      accountId: "savings",
      version: 0,
      projectionVersion: 2,
      generation: 3,
    });
  });

  it.each([
    ["without its fold", { folded: undefined }, "folded: expected"],
    ["with a fold that is none", { folded: { accountId: "savings" } }, "version: expected"],
    ["with a time that is none", { replacedAt: "soon" }, "replacedAt: expected"],
  ])("is not decoded %s; the fault names the column", (_, wrong, fault) => {
    const row = { ...written({ folded: summary, replacedAt: O.none }), ...wrong };
    const read = rows.rebuildFrom(row);
    expect(E.isLeft(read) && read.left).toContain(fault);
  });
});

it("a suspended stream's row lists which event it waits for, and why", () => {
  expect(rows.suspension(savings, O.toNullable(suspendedSummary.suspension) as Suspension)).toEqual(
    {
      ...suspensionKey(savings),
      accountId: "savings",
      version: 4,
      reason: "MISSING_EVENT",
      detail: "lost",
      since: "2026-01-01T00:00:00Z",
    },
  );
});
