/** Contexts for snippets: what their paths lead to, and texts that might break out of their places. */
import fc from "fast-check";
import { word } from "./pieces";

const hostile = fc.oneof(
  word,
  fc.constantFrom("$ctx", "#if(true)", "#end", "a\nb", "\u0085", "\ud800", '"', "\\", "'", "\0"),
  fc.string({ unit: "binary", maxLength: 4 }),
);
const scalar = fc.oneof(hostile, fc.integer({ min: -5, max: 5 }), fc.boolean(), fc.constant(null));

export const args = fc.record({
  s: hostile,
  // Small, because Velocity builds the ranges that end at it.
  n: fc.oneof(
    { weight: 4, arbitrary: fc.integer({ min: 0, max: 6 }) },
    { weight: 1, arbitrary: fc.integer({ min: -2000, max: 2000 }) },
  ),
  big: fc.constantFrom(5_000_000_000, -3_000_000_000, Number.MAX_SAFE_INTEGER),
  d: fc.constantFrom(2.5, -0.5, 1e-7, 12345678.25, 0.1),
  b: fc.boolean(),
  words: fc.array(hostile, { minLength: 1, maxLength: 3 }),
  numbers: fc.constantFrom([1, 2.5, -3], [0, 0.5]),
  m: fc.record({ a: hostile, b: scalar, key: fc.array(scalar, { maxLength: 2 }) }),
  nested: fc.record({ m: fc.record({ x: scalar }) }),
  none: fc.constant(null),
});
