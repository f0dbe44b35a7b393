import fc from "fast-check";
import * as E from "fp-ts/Either";
import { describe, expect, it } from "vitest";
import { accountEvents, decodeAccountEvent } from "../../../core/ledger/events";
import { schemaVersionOf, type UnreadableEvent } from "../../../core/projection/upcasting";
import {
  anyRequest,
  closing,
  deposit,
  opening,
  type Request,
  type StoredEvent,
  stored,
  withdrawal,
} from "./requests";

const only = (request: Request): StoredEvent => stored(request)[0] as StoredEvent;

/** Why a stored event cannot be read. */
const fault = (event: unknown): UnreadableEvent => {
  const read = decodeAccountEvent(event);
  if (E.isRight(read)) throw new Error("the event can be read");
  return read.left;
};

const unreadable = (detail: string) => ({ reason: "UNREADABLE_EVENT", detail });

describe("decodeAccountEvent", () => {
  it.each([opening(), deposit(100, "rent"), withdrawal(100), closing()])(
    "decodes a stored $type",
    (request) => {
      expect(decodeAccountEvent(only(request))).toMatchObject(
        E.right({ type: request.type, version: 1 }),
      );
    },
  );

  it("decodes an amount as a whole number of minor units", () => {
    expect(decodeAccountEvent(only(deposit(10n ** 18n - 1n)))).toMatchObject(
      E.right({ data: { amount: 10n ** 18n - 1n } }),
    );
  });

  it("encodes decoded data as it was stored", () => {
    fc.assert(
      fc.property(anyRequest, (request) => {
        fc.pre(request.schemaVersion === schemaVersionOf(accountEvents[request.type]));
        const read = E.getOrElseW(() => undefined)(decodeAccountEvent(only(request)));
        expect(read?.type).toBe(request.type);
        expect(accountEvents[request.type].data.encode(read?.data as never)).toEqual(request.data);
      }),
    );
  });
});

describe("decodeAccountEvent on an unreadable event", () => {
  it.each([
    ["streamId", { streamId: "a b" }, 'streamId: expected StreamId, found "a b"'],
    ["version", { version: 0 }, "version: expected Version, found 0"],
    ["version beyond 32 bits", { version: 2 ** 31 }, "version: expected Version, found 2147483648"],
    ["commandId", { commandId: "" }, 'commandId: expected CommandId, found ""'],
    ["owner", { owner: "" }, 'owner: expected Subject, found ""'],
    ["actor", { actor: undefined }, "actor: expected Subject, found nothing"],
    [
      "recordedAt",
      { recordedAt: "yesterday" },
      'recordedAt: expected Timestamp, found "yesterday"',
    ],
    ["type", { type: "Misspelt" }, 'type: expected EventType, found "Misspelt"'],
    ["schemaVersion", { schemaVersion: 0 }, "schemaVersion: expected SchemaVersion, found 0"],
    ["amount", { data: { amount: "0100" } }, 'data.amount: expected Amount, found "0100"'],
    ["amount as a number", { data: { amount: 100 } }, "data.amount: expected Amount, found 100"],
    ["memo", { data: { amount: "1", memo: 5 } }, "data.memo: expected Memo, found 5"],
  ])("names the event's %s, what was expected and what was found", (_, wrong, detail) => {
    expect(fault({ ...only(deposit(100)), ...wrong })).toEqual(unreadable(detail));
  });

  it("names all faults of the event at once", () => {
    expect(fault({ ...only(deposit(100)), version: 0, data: { amount: "x" } })).toEqual(
      unreadable('version: expected Version, found 0; data.amount: expected Amount, found "x"'),
    );
  });

  it("shortens a long value", () => {
    const { detail } = fault({ ...only(deposit(100)), owner: 7, actor: ["x".repeat(1000)] });
    expect(detail.length).toBeLessThan(250);
    expect(detail).toContain("xxx…");
  });

  it("shows a bigint, which JSON.stringify rejects", () => {
    expect(fault({ ...only(deposit(100)), data: { amount: 10n ** 30n } })).toEqual(
      unreadable(`data.amount: expected Amount, found 1${"0".repeat(30)}`),
    );
  });

  it("shortens a value without splitting a surrogate pair", () => {
    for (const odd of ["", "x"]) {
      const { detail } = fault({ ...only(deposit(100)), actor: [`${odd}${"😀".repeat(100)}`] });
      expect(encodeURIComponent(detail)).toContain(encodeURIComponent("😀…"));
    }
  });

  it.each([undefined, null, 7, "text", [], new Set([1])])(
    "reports a value that is no event at all: %o",
    (value) => {
      expect(fault(value)).toMatchObject({ reason: "UNREADABLE_EVENT" });
    },
  );

  it("never throws, whatever is stored", () => {
    const anything = fc.anything({
      withBigInt: true,
      withSet: true,
      withTypedArray: true,
      withNullPrototype: true,
    });
    fc.assert(
      fc.property(fc.record({ envelope: anything, data: anything }), ({ envelope, data }) => {
        decodeAccountEvent(envelope);
        decodeAccountEvent({ ...only(opening()), data });
        decodeAccountEvent({ ...only(deposit(1)), recordedAt: envelope, data });
      }),
    );
  });
});

describe("decodeAccountEvent on an event of another release", () => {
  const openingOfVersion1 = { ...only(opening()), schemaVersion: 1, data: { currency: "EUR" } };

  it("upcasts an older schema version: an opening without a name gets its id as name", () => {
    expect(decodeAccountEvent(openingOfVersion1)).toMatchObject(
      E.right({ schemaVersion: 2, data: { currency: "EUR", name: "savings" } }),
    );
  });

  it("checks the data after upcasting it", () => {
    expect(fault({ ...openingOfVersion1, data: null })).toMatchObject(
      unreadable("data.currency: expected Currency, found nothing"),
    );
  });

  it("reports a schema version that is newer than this release's", () => {
    const schemaVersion = schemaVersionOf(accountEvents.DepositRequested) + 1;
    expect(fault({ ...only(deposit(1)), schemaVersion })).toEqual({
      reason: "NEWER_SCHEMA_VERSION",
      detail: `schemaVersion ${schemaVersion} of DepositRequested; this release knows up to ${schemaVersion - 1}`,
    });
  });
});
