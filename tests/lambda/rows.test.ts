import { marshall, unmarshall } from "@aws-sdk/util-dynamodb";
import fc from "fast-check";
import * as E from "fp-ts/Either";
import * as O from "fp-ts/Option";
import { describe, expect, it } from "vitest";
import type { Account } from "../../core/ledger/account";
import { currencyCodes } from "../../core/ledger/money";
import { type Summary, Suspension } from "../../core/projection/fold";
import { numbers } from "../../lambda/adapters/marshalling";
import {
  entryRow,
  summaryFrom,
  summaryRow,
  suspensionKey,
  suspensionRow,
} from "../../lambda/adapters/rows";
import { deposit, opening, stored, withdrawal } from "../core/ledger/requests";
import { foldOf } from "../core/projection/memory";

const option = <A>(arbitrary: fc.Arbitrary<A>): fc.Arbitrary<O.Option<A>> =>
  fc.option(arbitrary, { nil: undefined }).map((value) => O.fromNullable(value));

const anyText = fc.string({ minLength: 1, maxLength: 64, unit: "grapheme" });

const anyHold: fc.Arbitrary<Suspension> = fc.record({
  version: fc.integer({ min: 1 }),
  reason: fc.constantFrom(
    ...(Object.keys(Suspension.props.reason.keys) as (keyof typeof Suspension.props.reason.keys)[]),
  ),
  detail: anyText,
  since: anyText,
});

const anyAccount = fc.record({
  owner: anyText,
  name: anyText,
  currency: fc.constantFrom(...currencyCodes),
  balance: fc.bigInt({ min: 0n, max: 10n ** 30n }),
  status: fc.constantFrom("OPEN", "CLOSED"),
}) as fc.Arbitrary<unknown> as fc.Arbitrary<Account>;

const anySummary: fc.Arbitrary<Summary> = fc.record({
  streamId: fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/),
  version: fc.integer({ min: 0, max: 2 ** 31 - 1 }),
  projection: fc.integer({ min: 1, max: 1000 }),
  chainHead: fc.stringMatching(/^([0-9a-f]{64})?$/),
  account: option(anyAccount),
  openedAt: option(anyText),
  openingHash: option(anyText),
  changedAt: option(anyText),
  suspended: option(anyHold),
});

/** A row as it comes back from the table. */
const throughTheTable = (row: Record<string, unknown>) =>
  unmarshall(marshall(row, { removeUndefinedValues: true }), numbers);

const events = stored(opening(), deposit(100, "rent"), withdrawal(101));
const { summary, changes } = foldOf(events);
const heldSummary: Summary = {
  ...summary,
  suspended: O.some({ version: 4, reason: "MISSING_EVENT", detail: "lost", since: "now" }),
};

describe("a summary's row", () => {
  it("gives back exactly the summary that was written", () => {
    fc.assert(
      fc.property(anySummary, (written) => {
        expect(summaryFrom(throughTheTable(summaryRow(written)))).toEqual(E.right(written));
      }),
    );
  });

  it("does not carry what an earlier row said into the next one", () => {
    const [earlier, later] = [foldOf(events.slice(0, 2)).summary, summary];
    const loaded = summaryFrom(throughTheTable(summaryRow(earlier)));
    const moved = E.map(({ account }: Summary) => summaryRow({ ...later, account }))(loaded);
    expect(moved).toEqual(E.right(summaryRow(later)));
  });

  it("has the columns that the queries read", () => {
    expect(throughTheTable(summaryRow(summary))).toEqual({
      pk: "account:savings",
      sk: "summary",
      accountId: "savings",
      version: 3,
      projection: 1,
      chainHead: summary.chainHead,
      lastEntry: "entry:0000000003",
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
    expect(summaryRow(heldSummary)).toMatchObject({
      processing: "SUSPENDED",
      suspended: { version: 4 },
    });
  });

  it("has no owner before an account is opened: the index by owner leaves it out", () => {
    const { summary: unopened } = foldOf(stored(deposit(1)));
    expect(throughTheTable(summaryRow(unopened))).not.toHaveProperty("owner");
  });

  it.each([
    ["a version", { version: "3" }, 'version: expected number, found "3"'],
    ["a balance", { balance: "-1" }, 'balance: expected Balance, found "-1"'],
    ["a reason to be suspended", { suspended: { reason: "WHIM" } }, "suspended.reason: expected"],
  ])("is refused with %s that cannot be, by name", (_, wrong, fault) => {
    const read = summaryFrom({ ...throughTheTable(summaryRow(summary)), ...wrong });
    expect(E.isLeft(read) && read.left).toContain(fault);
  });
});

describe("an entry's row", () => {
  const rows = changes.map((change) => throughTheTable(entryRow(change)));

  it("says what was posted and what it left", () => {
    expect(rows[1]).toEqual({
      pk: "account:savings",
      sk: "entry:0000000002",
      version: 2,
      projection: 1,
      type: "DepositRequested",
      commandId: "command-2",
      actor: "alice",
      recordedAt: events[1]?.recordedAt,
      amount: "100",
      memo: "rent",
      outcome: "POSTED",
      balance: "100",
      hash: changes[1]?.hash,
    });
  });

  it("says what was declined, why, and the balance that stayed", () => {
    expect(rows[2]).toMatchObject({
      outcome: "DECLINED",
      reason: "INSUFFICIENT_FUNDS",
      amount: "101",
      balance: "100",
    });
  });

  it("has no owner, so that it costs no place in the index by owner", () => {
    for (const row of rows) expect(row).not.toHaveProperty("owner");
  });

  it("has a key that sorts as its version does", () => {
    const keyOf = (version: number) =>
      String(entryRow({ ...(changes[0] as (typeof changes)[0]), version }).sk);
    const version = fc.integer({ min: 1, max: 2 ** 31 - 1 });
    fc.assert(
      fc.property(version, version, (a, b) => {
        expect(keyOf(a) < keyOf(b)).toBe(a < b);
      }),
    );
  });
});

it("a suspended stream's row lists which event it waits for, and why", () => {
  expect(suspensionRow("savings", O.toNullable(heldSummary.suspended) as Suspension)).toEqual({
    ...suspensionKey("savings"),
    accountId: "savings",
    version: 4,
    reason: "MISSING_EVENT",
    detail: "lost",
    since: "now",
  });
});
