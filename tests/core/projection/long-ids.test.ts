import { describe, expect, it } from "vitest";
import { ledger } from "../../../core/ledger";
import type { StreamId } from "../../../core/projection/identifiers";
import { rowsOf } from "../../../lambda/adapters/rows";

describe("the partition key of a stream's rows", () => {
  it.each([700, 1_024, 1_500, 2_048])(
    "fits the sort key of the index by owner where the stream's id has %i bytes",
    (length) => {
      const key = rowsOf(ledger).partition("x".repeat(length) as StreamId);
      expect(Buffer.byteLength(key)).toBeLessThanOrEqual(1_024);
    },
  );
});
