import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { canonicalForm, genesis, link } from "../../../core/projection/hash-chain";
import { anyRequests, type StoredEvent, sha256, storedIn } from "../ledger/requests";

/** A value with the keys of all its objects in another order. */
const turned = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(turned);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, member]) => [key, turned(member)]),
  );
};

const headOf = (events: readonly unknown[]): string => events.reduce<string>(link(sha256), genesis);

describe("the canonical form", () => {
  it("sorts keys by code units, at every depth", () => {
    expect(canonicalForm({ b: [{ z: 1, a: "x" }], a: null, B: true })).toBe(
      '{"B":true,"a":null,"b":[{"a":"x","z":1}]}',
    );
  });

  it("writes a bigint as the digits of its number", () => {
    expect(canonicalForm({ n: 10n ** 20n })).toBe(`{"n":1${"0".repeat(20)}}`);
  });

  it("does not depend on the order of keys", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(canonicalForm(turned(value))).toBe(canonicalForm(value));
      }),
    );
  });

  it("is JSON of the same value", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        // JSON itself does not distinguish -0 from 0.
        expect(JSON.parse(canonicalForm(value))).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });
});

describe("the head of the chain", () => {
  const events = anyRequests(8).map((requests) => storedIn("savings", ...requests));
  const place = fc.nat();

  it("is the same for the same events, whatever the order of their keys", () => {
    fc.assert(
      fc.property(events, (all) => {
        expect(headOf(all.map(turned))).toBe(headOf(all));
      }),
    );
  });

  it("changes with any field of any event", () => {
    fc.assert(
      fc.property(events, place, place, fc.jsonValue(), (all, which, field, value) => {
        const at = which % all.length;
        const event = all[at] as StoredEvent;
        const key = Object.keys(event)[field % Object.keys(event).length] as keyof StoredEvent;
        fc.pre(canonicalForm(event[key]) !== canonicalForm(value));
        expect(headOf(all.with(at, { ...event, [key]: value } as StoredEvent))).not.toBe(
          headOf(all),
        );
      }),
    );
  });

  it("changes when an event is removed, inserted or added", () => {
    fc.assert(
      fc.property(events, place, (all, which) => {
        const at = which % all.length;
        const event = all[at] as StoredEvent;
        const others = [
          all.toSpliced(at, 1),
          all.toSpliced(at, 0, event),
          [...all, { ...event, version: all.length + 1 }],
        ];
        for (const other of others) expect(headOf(other)).not.toBe(headOf(all));
      }),
    );
  });

  it("changes when two events change places", () => {
    fc.assert(
      fc.property(events, place, (all, which) => {
        const at = which % all.length;
        const [first, second] = [all[at], all[at + 1]];
        fc.pre(first !== undefined && second !== undefined);
        const swapped = all.toSpliced(at, 2, second as StoredEvent, first as StoredEvent);
        expect(headOf(swapped)).not.toBe(headOf(all));
      }),
    );
  });
});
