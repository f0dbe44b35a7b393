import fc from "fast-check";
import * as E from "fp-ts/Either";
import * as O from "fp-ts/Option";
import { describe, expect, it } from "vitest";
import {
  Amount,
  add,
  Balance,
  Currency,
  currencyCodes,
  subtract,
} from "../../../core/ledger/money";

const accepts =
  (codec: { decode: (value: unknown) => E.Either<unknown, unknown> }) => (value: unknown) =>
    E.isRight(codec.decode(value));

describe("the codec Amount", () => {
  const accepted = accepts(Amount);

  it("accepts up to 18 digits", () => {
    expect(accepted("9".repeat(18))).toBe(true);
    expect(accepted("9".repeat(19))).toBe(false);
  });

  it.each([
    "0",
    "00",
    "01",
    "-1",
    "+1",
    "1.0",
    "1e3",
    "",
    " 1",
    "1 ",
    "1\n",
    "١",
    "0x1",
    1,
    1n,
    null,
  ])("rejects %o", (value) => {
    expect(accepted(value)).toBe(false);
  });

  it("survives encoding and decoding", () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 1n, max: 10n ** 18n - 1n }), (units) => {
        expect(Amount.decode(units.toString())).toEqual(E.right(units));
        expect(Amount.decode(Amount.encode(units as Amount))).toEqual(E.right(units));
      }),
    );
  });

  it("recognises a bigint only within its bounds", () => {
    expect([1n, 10n ** 18n - 1n].map(Amount.is)).toEqual([true, true]);
    expect([0n, -1n, 10n ** 18n, 1, "1"].map(Amount.is)).toEqual([
      false,
      false,
      false,
      false,
      false,
    ]);
  });
});

describe("the codec Balance", () => {
  const accepted = accepts(Balance);

  it("accepts zero, and any size", () => {
    expect(["0", "9".repeat(40)].map(accepted)).toEqual([true, true]);
  });

  it.each(["-1", "00", "01", "", "1.5", 0, 0n])("rejects %o", (value) => {
    expect(accepted(value)).toBe(false);
  });

  it("survives encoding and decoding", () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n }), (units) => {
        expect(Balance.decode(Balance.encode(units as Balance))).toEqual(E.right(units));
      }),
    );
  });

  it("recognises a bigint only where it is not below zero", () => {
    expect([0n, 1n, 10n ** 30n].map(Balance.is)).toEqual([true, true, true]);
    expect([-1n, 0, 1, "1", null].map(Balance.is)).toEqual([false, false, false, false, false]);
  });
});

describe("subtract", () => {
  const anyUnits = fc.bigInt({ min: 0n, max: 10n ** 20n });
  const anyAmount = fc.bigInt({ min: 1n, max: 10n ** 18n - 1n });

  it("never goes below zero: there is no result where the amount is higher than the balance", () => {
    fc.assert(
      fc.property(anyUnits, anyAmount, (units, amount) => {
        const difference = subtract(amount as Amount)(units as Balance);
        expect(difference).toEqual(amount > units ? O.none : O.some(units - amount));
      }),
    );
  });

  it("reverses add", () => {
    fc.assert(
      fc.property(anyUnits, anyAmount, (units, amount) => {
        const sum = add(amount as Amount)(units as Balance);
        expect(subtract(amount as Amount)(sum)).toEqual(O.some(units));
      }),
    );
  });
});

describe("the codec Currency", () => {
  const accepted = accepts(Currency);

  it("accepts ISO 4217's currencies in circulation alone", () => {
    expect(currencyCodes.every(accepted)).toBe(true);
    // Metals, funds, the test code and former currencies.
    expect(["XAU", "CHE", "XTS", "XXX", "DEM", "HRK", "BGN"].filter(accepted)).toEqual([]);
  });

  it.each(["eur", "EURO", "EU", "", "EUR\n", 978, null])("rejects %o", (value) => {
    expect(accepted(value)).toBe(false);
  });

  it("lists each currency once, by a code of three capitals", () => {
    expect(new Set(currencyCodes).size).toBe(currencyCodes.length);
    expect(currencyCodes.filter((code) => !/^[A-Z]{3}$/.test(code))).toEqual([]);
  });
});
