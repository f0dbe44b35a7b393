import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Checkpoint } from "../../src/lambda/positions";

describe("a shard's checkpoint", () => {
  it("is the last record before which nothing is unhandled, in whatever order records are handled", () => {
    const orders = fc
      .integer({ min: 1, max: 12 })
      .chain((n) => fc.shuffledSubarray([...Array(n).keys()], { minLength: n, maxLength: n }));
    fc.assert(
      fc.property(orders, (order) => {
        const checkpoint = new Checkpoint();
        for (const n of order.keys()) {
          checkpoint.add(String(n));
        }
        let position = -1;
        const handled = new Set<number>();
        for (const n of order) {
          handled.add(n);
          position = Number(checkpoint.complete(new Set([String(n)])) ?? position);
          const firstOpen = [...order.keys()].find((each) => !handled.has(each)) ?? order.length;
          expect(position).toBe(firstOpen - 1);
        }
      }),
    );
  });
});
