/** Resources of @pulumi/random. Their values are derived: see Seed. Other inputs give other values, as with Pulumi. */
import * as t from "io-ts";
import { decodeInputs, inputsOf, type KnownInputs, wholeNumber } from "../inputs";
import { adjectives, adverbs, petNames } from "./pet-names";
import { knowing, type Provisioned, type Provisioner } from "./resource";

const keepers = { keepers: t.UnknownRecord };

/** Draws whole numbers from 0 up to below a limit. */
type Draw = (limit: number) => number;

/** @param kind the type's last part, such as RandomString */
function random<A>(
  kind: string,
  codec: t.Type<A, unknown, unknown> & { readonly inputs: KnownInputs },
  make: (inputs: A, draw: Draw) => Provisioned,
): Provisioner {
  return knowing(codec, (name, inputs, { seed }) => {
    const wanted = decodeInputs(codec, inputs, `${kind} ${name}`);
    return make(wanted, seed.numbers(JSON.stringify([kind, name, sorted(inputs)])));
  });
}

function sorted(inputs: object): readonly unknown[] {
  return Object.entries(inputs).sort(([a], [b]) => (a < b ? -1 : 1));
}

const count = wholeNumber(0, 1_000);

const textInputs = inputsOf(
  { length: wholeNumber(1, 10_000) },
  {
    ...keepers,
    lower: t.boolean,
    upper: t.boolean,
    numeric: t.boolean,
    /** The older name of numeric. */
    number: t.boolean,
    special: t.boolean,
    overrideSpecial: t.string,
    minLower: count,
    minUpper: count,
    minNumeric: count,
    minSpecial: count,
  },
);

const lowerLetters = "abcdefghijklmnopqrstuvwxyz";
const digits = "0123456789";
const specials = "!@#$%&*()-_=+[]{}<>:?";

/** The least of each kind of characters, the rest of all kinds, in no order. */
function textOf(inputs: t.TypeOf<typeof textInputs>, draw: Draw): string {
  const { length, overrideSpecial } = inputs;
  const numeric = inputs.numeric ?? inputs.number ?? true;
  const kinds: readonly (readonly [string, boolean, number])[] = [
    [overrideSpecial || specials, inputs.special ?? true, inputs.minSpecial ?? 0],
    [digits, numeric, inputs.minNumeric ?? 0],
    [lowerLetters, inputs.lower ?? true, inputs.minLower ?? 0],
    [lowerLetters.toUpperCase(), inputs.upper ?? true, inputs.minUpper ?? 0],
  ];
  const all = kinds.flatMap(([characters, used]) => (used ? [characters] : [])).join("");
  if (all === "") {
    throw new Error("a random text needs at least one kind of characters");
  }
  const least = kinds.flatMap(([characters, , min]) => pick(characters, min, draw));
  if (least.length > length) {
    throw new Error(
      `a random text of ${length} characters has no room for ${least.length} of them`,
    );
  }
  return shuffled([...least, ...pick(all, length - least.length, draw)], draw).join("");
}

function pick(characters: string, length: number, draw: Draw): string[] {
  return Array.from({ length }, () => characters.charAt(draw(characters.length)));
}

function shuffled<A>(list: readonly A[], draw: Draw): A[] {
  const rest = [...list];
  return list.map(() => rest.splice(draw(rest.length), 1)[0] as A);
}

function oneOfWords(words: readonly string[], draw: Draw): string {
  return words[draw(words.length)] ?? "";
}

function bytesOf(length: number, draw: Draw): Buffer {
  return Buffer.from(Array.from({ length }, () => draw(256)));
}

const randomString = random("RandomString", textInputs, (inputs, draw) => {
  const result = textOf(inputs, draw);
  return { id: result, state: { result } };
});

const randomPassword = random("RandomPassword", textInputs, (inputs, draw) => ({
  id: "none",
  state: { result: textOf(inputs, draw) },
}));

const randomId = random(
  "RandomId",
  inputsOf({ byteLength: wholeNumber(1, 1_024) }, { ...keepers, prefix: t.string }),
  ({ byteLength, prefix = "" }, draw) => {
    const bytes = bytesOf(byteLength, draw);
    const hex = bytes.toString("hex");
    const state = {
      b64Std: prefix + bytes.toString("base64"),
      b64Url: prefix + bytes.toString("base64url"),
      dec: prefix + BigInt(`0x${hex}`).toString(),
      hex: prefix + hex,
    };
    return { id: bytes.toString("base64url"), state };
  },
);

const randomPet = random(
  "RandomPet",
  inputsOf({}, { ...keepers, length: wholeNumber(1, 20), prefix: t.string, separator: t.string }),
  ({ length = 2, prefix, separator = "-" }, draw) => {
    const words = [
      ...Array.from({ length: Math.max(0, length - 2) }, () => oneOfWords(adverbs, draw)),
      ...(length > 1 ? [oneOfWords(adjectives, draw)] : []),
      oneOfWords(petNames, draw),
    ];
    const id = [...(prefix ? [prefix] : []), ...words].join(separator);
    return { id, state: { length, separator } };
  },
);

const randomUuid = random("RandomUuid", inputsOf({}, keepers), (_, draw) => {
  const bytes = bytesOf(16, draw);
  // Version 4, and the variant of RFC 9562.
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const result = bytes.toString("hex").replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
  return { id: result, state: { result } };
});

const randomInteger = random(
  "RandomInteger",
  inputsOf({ min: t.Int, max: t.Int }, { ...keepers, seed: t.string }),
  ({ min, max }, draw) => {
    if (max < min) {
      throw new Error(`a random number from ${min} to ${max}: the first must not be the greater`);
    }
    const result = min + draw(max - min + 1);
    return { id: String(result), state: { result } };
  },
);

const randomBytes = random(
  "RandomBytes",
  inputsOf({ length: wholeNumber(1, 1_024) }, keepers),
  ({ length }, draw) => {
    const bytes = bytesOf(length, draw);
    return { id: "", state: { base64: bytes.toString("base64"), hex: bytes.toString("hex") } };
  },
);

const randomShuffle = random(
  "RandomShuffle",
  inputsOf({ inputs: t.array(t.string) }, { ...keepers, resultCount: count, seed: t.string }),
  ({ inputs, resultCount = inputs.length }, draw) => {
    const results: string[] = [];
    while (inputs.length > 0 && results.length < resultCount) {
      results.push(...shuffled(inputs, draw));
    }
    return { id: "-", state: { results: results.slice(0, resultCount) } };
  },
);

export const randomResources: Readonly<Record<string, Provisioner>> = {
  "random:index/randomBytes:RandomBytes": randomBytes,
  "random:index/randomId:RandomId": randomId,
  "random:index/randomInteger:RandomInteger": randomInteger,
  "random:index/randomPassword:RandomPassword": randomPassword,
  "random:index/randomPet:RandomPet": randomPet,
  "random:index/randomShuffle:RandomShuffle": randomShuffle,
  "random:index/randomString:RandomString": randomString,
  "random:index/randomUuid:RandomUuid": randomUuid,
};
