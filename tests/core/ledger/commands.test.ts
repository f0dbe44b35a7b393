import * as E from "fp-ts/Either";
import type * as t from "io-ts";
import { describe, expect, it } from "vitest";
import { accountCommands } from "../../../core/ledger/commands";
import { decodeWith } from "../../../core/projection/decoding";

const OpenAccount = accountCommands.AccountOpeningRequested;
const MoveMoney = accountCommands.WithdrawalRequested;
const CloseAccount = accountCommands.AccountClosingRequested;

const identified = { streamId: "savings", commandId: "c-1" };
const openAccount = { ...identified, expectedVersion: 0, currency: "EUR" };
const moveMoney = { ...identified, expectedVersion: 1, amount: "100" };
const closeAccount = { ...identified, expectedVersion: 1 };

const isAccepted = (codec: t.Mixed, input: unknown): boolean => E.isRight(codec.decode(input));

/** The fields that the fault names, in order. */
const wrongFields = (codec: t.Mixed, input: unknown): string[] => {
  const faults = E.match(
    (text: string) => text,
    () => "",
  )(decodeWith(codec)(input));
  return [...new Set(faults.split("; ").map((fault) => fault.split(":")[0] ?? ""))];
};

describe.each([
  ["openAccount", OpenAccount, openAccount],
  ["deposit", accountCommands.DepositRequested, moveMoney],
  ["withdraw", MoveMoney, moveMoney],
  ["closeAccount", CloseAccount, closeAccount],
] as const)("the codec of %s", (_, codec, input) => {
  it("accepts complete input", () => {
    expect(isAccepted(codec, input)).toBe(true);
  });

  it("names every missing field", () => {
    expect(wrongFields(codec, {})).toEqual(Object.keys(input));
  });

  it.each(Object.keys(input))("names %s if it alone is wrong", (field) => {
    expect(wrongFields(codec, { ...input, [field]: { odd: true } })).toEqual([field]);
  });

  it("accepts no version that another event cannot follow", () => {
    for (const expectedVersion of [2 ** 31 - 1, 2 ** 31, -1, 0.5, "1", null]) {
      expect(wrongFields(codec, { ...input, expectedVersion })).toEqual(["expectedVersion"]);
    }
  });
});

describe("expectedVersion", () => {
  it("is 0 for an opening, and nothing else", () => {
    for (const expectedVersion of [1, 2, 2 ** 31 - 2]) {
      expect(wrongFields(OpenAccount, { ...openAccount, expectedVersion })).toEqual([
        "expectedVersion",
      ]);
    }
  });

  it.each([
    ["a movement", MoveMoney, moveMoney],
    ["a closing", CloseAccount, closeAccount],
  ] as const)("is at least 1 for %s, which cannot be the first event", (_, codec, input) => {
    expect(isAccepted(codec, { ...input, expectedVersion: 2 ** 31 - 2 })).toBe(true);
    expect(wrongFields(codec, { ...input, expectedVersion: 0 })).toEqual(["expectedVersion"]);
  });
});

describe.each([
  ["memo", MoveMoney, moveMoney, 0, 140],
  ["name", OpenAccount, openAccount, 1, 64],
] as const)("a %s", (field, codec, input, fewest, most) => {
  it("may be left out, or null, which is the same", () => {
    expect(isAccepted(codec, { ...input, [field]: null })).toBe(true);
    expect(isAccepted(codec, input)).toBe(true);
  });

  it.each(["m", "€", "😀"])(`has ${fewest} to ${most} characters, such as %s`, (character) => {
    const accepts = (text: string) => isAccepted(codec, { ...input, [field]: text });
    expect(accepts(character.repeat(fewest))).toBe(true);
    expect(accepts(character.repeat(most))).toBe(true);
    expect(wrongFields(codec, { ...input, [field]: character.repeat(most + 1) })).toEqual([field]);
  });

  it.each(["\ud800", "\udc00", "a\ud83d", "\ude00\ud83d"])(
    "has no unpaired surrogate: %j",
    (text) => {
      expect(wrongFields(codec, { ...input, [field]: text })).toEqual([field]);
    },
  );
});

it("an account's name is not empty", () => {
  expect(wrongFields(OpenAccount, { ...openAccount, name: "" })).toEqual(["name"]);
});
