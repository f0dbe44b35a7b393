import fc from "fast-check";
import * as E from "fp-ts/Either";
import type * as t from "io-ts";
import { describe, expect, it } from "vitest";
import { accountCommands } from "../../core/ledger/commands";
import { type AccountEventType, decodeAccountEvent } from "../../core/ledger/events";
import { Currency, currencyCodes } from "../../core/ledger/money";
import { recorders } from "../../vtl/wiring";
import { eventTypes, type Input, renderBefore, sendCommand } from "./commands";

// Every rule about the input is checked twice: by a codec in the core, and by a template that keeps out of the event table
// what the core could not read. These laws compare the two.

/** What gets past patterns that are not anchored well, or counts differently than it looks. */
const oddPieces = [
  ..."\n\r\t \0\"'\\$#{}/.+-_0",
  ...["\r\n", "\u0085", "\u2028", "\u2029", "\u00a0", "\ufeff", "\u200b"],
  ...["ä", "ß", "İ", "٣", "１", "e\u0301", "😀", "\ud800", "\udc00", "$ctx", "#set"],
];

const oddly = (text: fc.Arbitrary<string>) =>
  fc.tuple(text, fc.constantFrom(...oddPieces), fc.nat()).map(([valid, odd, at]) => {
    const index = at % (valid.length + 1);
    return valid.slice(0, index) + odd + valid.slice(index);
  });

/** Trailing line breaks are what Java's $ lets pass, so they are tried at their own place. */
const withBreak = (text: fc.Arbitrary<string>) =>
  fc
    .tuple(text, fc.constantFrom("\n", "\r", "\r\n", "\u0085", "\u2028", "\u2029"))
    .map(([valid, lineBreak]) => valid + lineBreak);

/** Valid text mostly, and around it what is nearly valid or not at all. */
const around = (valid: fc.Arbitrary<string>, ...edges: string[]) =>
  fc.oneof(
    { arbitrary: valid, weight: 12 },
    { arbitrary: fc.constantFrom(...edges, "", "x".repeat(100_000)), weight: 2 },
    { arbitrary: oddly(valid), weight: 2 },
    { arbitrary: withBreak(valid), weight: 1 },
    { arbitrary: fc.string({ unit: "binary" }), weight: 1 },
  );

const id = around(
  fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/),
  ...["a", "_", "-a", "a".repeat(64), "a".repeat(65)],
);

const amount = around(
  fc.stringMatching(/^[1-9][0-9]{0,17}$/),
  ...["0", "1", "-1", "+1", "01", "1.0", "1e3", "0x1", "9".repeat(18), "1".repeat(19)],
);

const currency = around(
  fc.constantFrom(...currencyCodes),
  ...["eur", "EU", "EURO", "XXX", "XTS", "XAU", "DEM", "(EUR)", "EUR|USD"],
);

/** Text of a length around a limit, of characters of one and of two UTF-16 units, and of unpaired surrogates. */
const textAround = (limit: number) =>
  fc.option(
    around(
      fc.string({ unit: "binary", maxLength: limit }),
      ...["a", "😀", "\ud800"].flatMap((character) =>
        [-1, 0, 1].map((more) => character.repeat(limit + more)),
      ),
    ),
  );

const highest = 2_147_483_647;
/** Any Int of GraphQL: another number never gets to a template. */
const expectedVersion = fc.oneof(
  { arbitrary: fc.integer({ min: 1, max: highest - 1 }), weight: 4 },
  { arbitrary: fc.constantFrom(-1, 0, 1, 2, highest - 2, highest - 1, highest), weight: 4 },
  { arbitrary: fc.integer({ min: -highest - 1, max: highest }), weight: 1 },
);

/** 0 mostly, which alone an opening may expect. */
const openingVersion = fc.oneof(
  { arbitrary: fc.constant(0), weight: 4 },
  { arbitrary: expectedVersion, weight: 1 },
);

const anything = { accountId: id, commandId: id, expectedVersion };
/** A command to an account that exists already. */
const later = { ...anything, reason: textAround(200) };

/** What clients may send for each type of event. A new type does not compile until it is drawn here. */
const inputs: Readonly<Record<AccountEventType, fc.Arbitrary<Input>>> = {
  AccountOpeningRequested: fc.record(
    { ...anything, expectedVersion: openingVersion, currency, name: textAround(64) },
    { requiredKeys: ["accountId", "commandId", "expectedVersion", "currency"] },
  ),
  DepositRequested: fc.record(
    { ...later, amount, memo: textAround(140) },
    { requiredKeys: ["accountId", "commandId", "expectedVersion", "amount"] },
  ),
  WithdrawalRequested: fc.record({ ...later, amount }),
  AccountClosingRequested: fc.record(later, {
    requiredKeys: ["accountId", "commandId", "expectedVersion"],
  }),
};

/** The fields that a codec finds fault with. */
const faultsOf = (codec: t.Decoder<unknown, unknown>, { accountId, ...input }: Input): string[] => {
  const command = { ...input, streamId: accountId };
  const decoded = codec.decode(command);
  if (E.isRight(decoded)) return [];
  const keys = decoded.left.map(({ context }) =>
    context.map(({ key }) => key).find((key) => key in command),
  );
  return [...new Set(keys.map((key) => (key === "streamId" ? "accountId" : String(key))))];
};

describe.each(eventTypes)("the command that is recorded as %s", (type) => {
  const command = recorders[type].field;

  it("is rejected for a field that the codec rejects, and appended where it finds no fault", () => {
    fc.assert(
      fc.property(inputs[type], (input) => {
        const faults = faultsOf(accountCommands[type], input);
        const outcome = sendCommand(command, input);
        if ("appended" in outcome) {
          expect(faults).toEqual([]);
        } else {
          expect(outcome.rejected.errorType).toBe("InvalidInput");
          expect(faults).toContain(outcome.rejected.field);
        }
      }),
      { numRuns: 1_000 },
    );
  });

  it("is rejected for a reason that an operator does not give for acting on another's account", () => {
    const opens = recorders[type].opens === true;
    fc.assert(
      fc.property(inputs[type], (input) => {
        const outcome = sendCommand(command, input, "operator");
        const faults = faultsOf(accountCommands[type], input);
        if (!opens && input.reason == null) faults.push("reason");
        if ("rejected" in outcome) {
          expect(faults).toContain(outcome.rejected.field);
          return;
        }
        expect(faults).toEqual([]);
        const event = decodeAccountEvent(outcome.appended);
        expect(event).toEqual(E.right(expect.objectContaining({ type, actor: "olga" })));
        expect(E.isRight(event) && event.right.actorReason).toBe(opens ? undefined : input.reason);
      }),
      { numRuns: 1_000 },
    );
  });

  it("leaves an event that the core reads, with what was asked for in it", () => {
    fc.assert(
      fc.property(inputs[type], (input) => {
        const outcome = sendCommand(command, input);
        fc.pre("appended" in outcome);
        expect(decodeAccountEvent(outcome.appended)).toEqual(
          E.right(
            expect.objectContaining({
              type,
              streamId: input.accountId,
              version: input.expectedVersion + 1,
              commandId: input.commandId,
              owner: "alice",
              actor: "alice",
            }),
          ),
        );
        expect(outcome.appended).toMatchObject({ data: dataOf(type, input) });
        expect(outcome.appended).not.toHaveProperty("actorReason");
      }),
      { numRuns: 300 },
    );
  });
});

const withoutNulls = (data: object) =>
  Object.fromEntries(Object.entries(data).filter(([, value]) => value != null));

const dataOf = (type: AccountEventType, input: Input): object =>
  ({
    AccountOpeningRequested: { currency: input.currency, name: input.name ?? input.accountId },
    DepositRequested: withoutNulls({ amount: input.amount, memo: input.memo }),
    WithdrawalRequested: { amount: input.amount },
    AccountClosingRequested: {},
  })[type];

describe("openAccount", () => {
  const isAccepted = (currency: string) => {
    const context = { arguments: { input: { accountId: "savings", currency } } };
    return "json" in renderBefore("openAccount", context);
  };

  it("accepts each of the core's currencies", () => {
    expect(currencyCodes.filter((code) => !isAccepted(code))).toEqual([]);
  });

  it("accepts no funds, metals, test codes or former currencies", () => {
    const others =
      "BOV CHE CHW CLF COU MXV USN UYI UYW XAG XAU XBA XBB XBC XBD XDR XPD XPT XSU XTS XUA XXX DEM FRF HRK ZWL";
    expect(others.split(" ").filter((code) => isAccepted(code) || Currency.is(code))).toEqual([]);
  });

  it("accepts no other three letters than the core's currencies", () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[A-Z]{3}$/), (code) => {
        expect(isAccepted(code)).toBe(Currency.is(code));
      }),
      { numRuns: 1_000 },
    );
  });
});
