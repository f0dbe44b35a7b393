import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type Batch,
  decideBatch,
  type Outcome,
  type RetryPolicy,
  readResponse,
} from "../../src/lambda/batch";

const batchOf = (count: number, failures = 0): Batch<{ sequenceNumber: string }> => ({
  // As in real streams the numbers differ in length, so their order is not that of their text.
  records: Array.from({ length: count }, (_, index) => ({ sequenceNumber: String(98 + index) })),
  failures,
});
const numbers = (batch: Batch<{ sequenceNumber: string }> | undefined): readonly number[] =>
  (batch?.records ?? []).map((record) => Number(record.sequenceNumber));
const failuresOf = (...identifiers: unknown[]): unknown => ({
  batchItemFailures: identifiers.map((itemIdentifier) => ({ itemIdentifier })),
});

describe("a response under ReportBatchItemFailures", () => {
  it.each([[undefined], [null], [{}], [{ batchItemFailures: null }], [{ batchItemFailures: [] }]])(
    "counts as success: %j",
    (response) => {
      expect(readResponse(response, batchOf(3))).toEqual({ kind: "succeeded" });
    },
  );

  it.each([
    [failuresOf("")],
    [failuresOf(null)],
    [failuresOf(undefined)],
    [failuresOf("97")],
    [failuresOf("99", "unknown")],
    [{ batchItemFailures: [{ wrongKey: "99" }] }],
    [{ batchItemFailures: [null] }],
    [{ batchItemFailures: "99" }],
    ["99"],
  ])("fails the whole batch: %j", (response) => {
    expect(readResponse(response, batchOf(3))).toEqual({ kind: "failed" });
  });

  it("sets the checkpoint at the lowest reported sequence number", () => {
    expect(readResponse(failuresOf("100", "99"), batchOf(4))).toEqual({
      kind: "partial",
      checkpoint: 1,
    });
  });
});

describe("the decision after an invocation", () => {
  const once: RetryPolicy = { bisect: false, maximumRetryAttempts: 1 };
  const bisecting: RetryPolicy = { bisect: true, maximumRetryAttempts: 1 };

  it("sends nothing of a successful batch again", () => {
    expect(decideBatch(batchOf(3), { kind: "succeeded" }, once)).toEqual({ retry: [] });
  });

  it("retries a failed batch as often as allowed, then discards it", () => {
    const first = decideBatch(batchOf(3), { kind: "failed" }, once);
    expect(first).toEqual({ retry: [batchOf(3, 1)] });
    const second = decideBatch(batchOf(3, 1), { kind: "failed" }, once);
    expect(second).toEqual({ retry: [], discarded: batchOf(3, 2) });
    const forever = { bisect: false, maximumRetryAttempts: undefined };
    expect(decideBatch(batchOf(1, 1_000), { kind: "failed" }, forever).retry).toHaveLength(1);
  });

  it("retries every record from the checkpoint on", () => {
    const { retry } = decideBatch(batchOf(4), { kind: "partial", checkpoint: 2 }, once);
    expect(retry.map(numbers)).toEqual([[100, 101]]);
    expect(retry[0]?.failures).toBe(1);
  });

  it("splits a failed batch in two without using up the retry quota", () => {
    const { retry } = decideBatch(batchOf(5, 1), { kind: "failed" }, bisecting);
    expect(retry.map(numbers)).toEqual([
      [98, 99, 100],
      [101, 102],
    ]);
    expect(retry.map((batch) => batch.failures)).toEqual([1, 1]);
  });

  it("splits a partly failed batch at the checkpoint", () => {
    const { retry } = decideBatch(batchOf(4, 1), { kind: "partial", checkpoint: 3 }, bisecting);
    expect(retry.map(numbers)).toEqual([[101]]);
    expect(retry[0]?.failures).toBe(1);
  });
});

/** Processes a batch completely, with a function that fails on the `poisoned` records. */
function run(
  size: number,
  poisoned: ReadonlySet<number>,
  reports: boolean,
  policy: RetryPolicy,
): { handled: number[]; discarded: number[]; invocations: number } {
  const handled: number[] = [];
  const discarded: number[] = [];
  const waiting = [batchOf(size)];
  let invocations = 0;
  for (let batch = waiting.shift(); batch !== undefined; batch = waiting.shift()) {
    invocations += 1;
    const records = numbers(batch);
    const index = records.findIndex((record) => poisoned.has(record));
    const outcome: Outcome =
      index === -1
        ? { kind: "succeeded" }
        : reports
          ? { kind: "partial", checkpoint: index }
          : { kind: "failed" };
    const verdict = decideBatch(batch, outcome, policy);
    const again = [...verdict.retry, ...(verdict.discarded ? [verdict.discarded] : [])];
    const left = new Set(again.flatMap(numbers));
    handled.push(...records.filter((record) => !left.has(record)));
    discarded.push(...numbers(verdict.discarded));
    waiting.unshift(...verdict.retry);
  }
  return { handled, discarded, invocations };
}

describe("a batch, processed completely", () => {
  const scenario = fc.record({
    size: fc.integer({ min: 1, max: 40 }),
    poison: fc.uniqueArray(fc.integer({ min: 98, max: 140 }), { maxLength: 6 }),
    reports: fc.boolean(),
    maximumRetryAttempts: fc.integer({ min: 0, max: 4 }),
    bisect: fc.boolean(),
  });

  it("has every record either handled or discarded, once and in order", () => {
    fc.assert(
      fc.property(scenario, ({ size, poison, reports, ...policy }) => {
        const { handled, discarded } = run(size, new Set(poison), reports, policy);
        expect([...handled, ...discarded].sort((a, b) => a - b)).toEqual(numbers(batchOf(size)));
        expect(handled).toEqual([...handled].sort((a, b) => a - b));
      }),
    );
  });

  it("has only the poisoned records discarded if it is bisected", () => {
    fc.assert(
      fc.property(scenario, ({ size, poison, reports, maximumRetryAttempts }) => {
        const policy = { bisect: true, maximumRetryAttempts };
        const { discarded } = run(size, new Set(poison), reports, policy);
        const present = poison.filter((record) => record < 98 + size);
        expect(discarded).toEqual(present.sort((a, b) => a - b));
      }),
    );
  });

  it("is sent once more than the number of retries if it always fails", () => {
    const policy = { bisect: false, maximumRetryAttempts: 3 };
    expect(run(5, new Set([98]), false, policy).invocations).toBe(4);
  });
});
