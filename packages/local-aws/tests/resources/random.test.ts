import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Cloud } from "../../src/cloud";
import { provision } from "../../src/resources";
import { Seed } from "../../src/seed";

const make = (kind: string, inputs: object, seed = new Seed(), name = "mine") => {
  const type = `random:index/${kind.charAt(0).toLowerCase()}${kind.slice(1)}:${kind}`;
  const cloud = { seed, progress: () => {} } as unknown as Cloud;
  return provision({ type, name, inputs: { ...inputs }, custom: true }, cloud);
};

const kinds: readonly (readonly [string, object])[] = [
  ["RandomString", { length: 20 }],
  ["RandomPassword", { length: 20 }],
  ["RandomId", { byteLength: 8 }],
  ["RandomPet", { length: 6 }],
  ["RandomUuid", {}],
  ["RandomInteger", { min: -1_000_000_000, max: 1_000_000_000 }],
  ["RandomBytes", { length: 16 }],
  ["RandomShuffle", { inputs: Array.from({ length: 30 }, (_, index) => String(index)) }],
];

describe("a random resource", () => {
  it.each(kinds)(
    "is another one in another run, under another name and with other inputs: %s",
    async (kind, inputs) => {
      const seed = new Seed();
      const first = await make(kind, inputs, seed);
      expect(await make(kind, inputs, seed)).toEqual(first);
      const value = ({ id, state }: typeof first) => {
        const { keepers: _, ...others } = state;
        return { id, ...others };
      };
      const others = [
        await make(kind, inputs),
        await make(kind, inputs, seed, "other"),
        await make(kind, { ...inputs, keepers: { version: "2" } }, seed),
      ];
      for (const other of others) {
        expect(value(other)).not.toEqual(value(first));
      }
    },
  );

  it("stays the same from run to run where data is kept", async () => {
    const folder = mkdtempSync(join(tmpdir(), "seed-test-"));
    const kept = join(folder, "data");
    const first = await make("RandomUuid", {}, new Seed(kept));
    expect(await make("RandomUuid", {}, new Seed(kept))).toEqual(first);
    writeFileSync(join(kept, "seed"), "ab");
    expect(() => new Seed(kept)).toThrow("seed is damaged");
    rmSync(folder, { recursive: true });
  });

  it("that is a text has the characters that it is asked for", async () => {
    const kindsOf = {
      lower: /[a-z]/g,
      upper: /[A-Z]/g,
      numeric: /[0-9]/g,
      special: /[.,]/g,
    };
    const wanted = fc.record({
      lower: fc.nat(4),
      upper: fc.nat(4),
      numeric: fc.nat(4),
      special: fc.nat(4),
      more: fc.integer({ min: 1, max: 9 }),
    });
    await fc.assert(
      fc.asyncProperty(wanted, async ({ more, ...least }) => {
        const length = more + least.lower + least.upper + least.numeric + least.special;
        const { state } = await make("RandomString", {
          length,
          overrideSpecial: ".,",
          minLower: least.lower,
          minUpper: least.upper,
          minNumeric: least.numeric,
          minSpecial: least.special,
        });
        const result = String(state.result);
        expect(result).toMatch(/^[a-zA-Z0-9.,]*$/);
        expect(result).toHaveLength(length);
        for (const [kind, pattern] of Object.entries(kindsOf)) {
          const count = result.match(pattern)?.length ?? 0;
          expect(count).toBeGreaterThanOrEqual(least[kind as keyof typeof kindsOf]);
        }
      }),
      { numRuns: 50 },
    );
    const only = { length: 40, special: false, number: false, upper: false };
    expect((await make("RandomString", only)).id).toMatch(/^[a-z]{40}$/);
  });

  it("has its other shapes", async () => {
    const { id, state } = await make("RandomId", { byteLength: 3, prefix: "p-" });
    const bytes = Buffer.from(id, "base64url");
    expect(state).toMatchObject({
      hex: `p-${bytes.toString("hex")}`,
      dec: `p-${bytes.readUIntBE(0, 3)}`,
      b64Std: `p-${bytes.toString("base64")}`,
      b64Url: `p-${id}`,
    });
    expect((await make("RandomPet", {})).id).toMatch(/^[a-z]+-[a-z]+$/);
    const pet = { length: 3, prefix: "my", separator: "_" };
    expect((await make("RandomPet", pet)).id).toMatch(/^my_[a-z]+ly_[a-z]+_[a-z]+$/);
    expect((await make("RandomUuid", {})).id).toMatch(
      /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
    );
    const shuffled = await make("RandomShuffle", { inputs: ["a", "b"], resultCount: 3 });
    expect(shuffled.state.results).toHaveLength(3);
    expect(new Set(shuffled.state.results as string[])).toEqual(new Set(["a", "b"]));
  });

  it("that is a number lies within its bounds, and reaches both", async () => {
    const seed = new Seed();
    const drawn = new Set<unknown>();
    for (let index = 0; index < 60; index++) {
      drawn.add((await make("RandomInteger", { min: 5, max: 7 }, seed, `n${index}`)).state.result);
    }
    expect(drawn).toEqual(new Set([5, 6, 7]));
  });

  it.each([
    ["RandomString", { length: 3, minLower: 4 }, "no room for 4"],
    [
      "RandomString",
      { length: 3, lower: false, upper: false, numeric: false, special: false },
      "at least one kind",
    ],
    ["RandomInteger", { min: 2, max: 1 }, "the first must not be the greater"],
    ["RandomId", { byteLength: 0 }, 'RandomId mine: the input "byteLength" must be'],
    ["RandomPet", { words: 2 }, '"words" is not supported locally'],
  ])("is refused: %s of %j", async (kind, inputs, message) => {
    await expect(make(kind, inputs)).rejects.toThrow(message);
  });
});
