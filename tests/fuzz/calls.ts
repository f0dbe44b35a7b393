import fc from "fast-check";
import { currencyCodes } from "../../core/ledger/money";

// Requests to the ledger's API as a hostile client may send them: any operation, with arguments that are valid, nearly
// valid, somebody else's, or no value at all.

/** The callers. Each signs in once. */
export const callerNames = ["alice", "bob", "operator"] as const;
export type CallerName = (typeof callerNames)[number];

/** The accounts that commands aim at: few, so that their events are many. Clients share the ids, not the accounts. */
export const accountIds = Array.from({ length: 12 }, (_, n) => `fuzz-${n}`);

/** The place of a value that only a run knows: the version that an account is at, or a token that a list has given. */
export type Value =
  | { readonly given: unknown }
  | { readonly versionOf: string; readonly more: number }
  | { readonly token: number };

/** What is left out has no key. */
export type Values = Readonly<Record<string, Value | undefined>>;

export interface Call {
  readonly caller: CallerName;
  readonly operation: Operation;
  readonly args: Values;
  readonly input?: Values;
}

export interface Operation {
  readonly type: "query" | "mutation" | "subscription";
  readonly field: string;
  /** The arguments' GraphQL types. */
  readonly args: Readonly<Record<string, string>>;
  readonly selection: string;
}

const event =
  "{ accountId owner actor actorReason version type commandId recordedAt amount memo currency name }";
const command = (field: string, input: string): Operation => ({
  ...{ type: "mutation", field, args: { input: `${input}!` }, selection: event },
});
const page = { limit: "Int", nextToken: "String" };

/** Every operation of the schema, by its field: a test compares. */
export const operations = {
  openAccount: command("openAccount", "OpenAccountInput"),
  deposit: command("deposit", "MoveMoneyInput"),
  withdraw: command("withdraw", "MoveMoneyInput"),
  closeAccount: command("closeAccount", "CloseAccountInput"),
  resumeStream: {
    ...{ type: "mutation", field: "resumeStream", args: { accountId: "ID!" } },
    selection: "{ accountId version processing reason detail }",
  },
  publishAccountChange: {
    ...{ type: "mutation", field: "publishAccountChange", args: { change: "AccountChangeInput!" } },
    selection: "{ accountId owner }",
  },
  account: {
    ...{ type: "query", field: "account", args: { accountId: "ID!" } },
    selection: "{ accountId owner version name currency balance status processing }",
  },
  accounts: {
    ...{ type: "query", field: "accounts", args: { owner: "ID", ...page } },
    selection: "{ items { accountId owner name balance } nextToken }",
  },
  statement: {
    ...{ type: "query", field: "statement", args: { accountId: "ID!", ...page } },
    selection:
      "{ items { version type actor actorReason outcome reason amount memo balance } nextToken }",
  },
  suspendedStreams: {
    ...{ type: "query", field: "suspendedStreams", args: page },
    selection: "{ items { accountId version reason detail } nextToken }",
  },
  onAccountChange: {
    ...{ type: "subscription", field: "onAccountChange", args: { owner: "ID!", accountId: "ID" } },
    selection: "{ accountId owner }",
  },
} as const satisfies Readonly<Record<string, Operation>>;

/** What breaks out of places, is longer than a key, or is no text. */
const nasty = fc.oneof(
  fc.constantFrom(
    ...[
      "",
      " ",
      "\0",
      "\n",
      '"',
      "\\",
      "'",
      "$ctx",
      "$util.error('x')",
      "#end",
      "#set($x = 1)",
      "{{idName}}",
    ],
    ...[
      "../..",
      "account:fuzz-1",
      "suspended",
      "summary",
      "entry:1.1:0000000001",
      "=1+1",
      "\x1b[2J",
      "\x9b",
    ],
    ...[
      "\ud800",
      "\udc00",
      "😀",
      "e\u0301",
      "\u202e",
      "\u2028",
      "İ",
      "１",
      "null",
      "__proto__",
      "constructor",
    ],
    ...[
      "a".repeat(64),
      "a".repeat(65),
      "a".repeat(2_049),
      "é".repeat(1_024),
      "😀".repeat(141),
      "😀".repeat(201),
    ],
  ),
  fc.string({ unit: "binary", maxLength: 40 }),
  fc.string({ unit: "grapheme", maxLength: 40 }),
);
const number = fc.oneof(
  fc.integer(),
  fc.constantFrom(
    -1,
    0,
    1,
    100,
    101,
    2_147_483_646,
    2_147_483_647,
    2_147_483_648,
    2 ** 53,
    1.5,
    1e308,
  ),
);
/** Values of a wrong type: GraphQL refuses most of them. */
const anyValue = fc.oneof(
  nasty,
  number,
  fc.boolean(),
  fc.constant(null),
  fc.jsonValue({ maxDepth: 2 }),
);

const given = <A>(values: fc.Arbitrary<A>): fc.Arbitrary<Value> =>
  values.map((given) => ({ given }));
/** Mostly as it should be. */
const mostly = (value: fc.Arbitrary<Value>): fc.Arbitrary<Value> =>
  fc.oneof(
    { arbitrary: value, weight: 8 },
    { arbitrary: given(nasty), weight: 1 },
    { arbitrary: given(anyValue), weight: 1 },
  );

const accountId = mostly(given(fc.constantFrom(...accountIds)));
const expectedVersion = mostly(
  fc.record({
    versionOf: fc.constantFrom(...accountIds),
    more: fc.oneof(
      { arbitrary: fc.constant(0), weight: 6 },
      { arbitrary: fc.integer({ min: -3, max: 3 }), weight: 1 },
    ),
  }),
);
const envelope = { accountId, commandId: mostly(given(fc.uuid())), expectedVersion };
const amount = mostly(given(fc.stringMatching(/^[1-9][0-9]{0,5}$/)));
const text = mostly(given(fc.string({ unit: "grapheme", minLength: 1, maxLength: 20 })));
const later = { ...envelope, reason: text };
const money = { ...later, amount, memo: text };
const inputs = {
  openAccount: {
    ...{ ...envelope, expectedVersion: mostly(given(fc.constant(0))), name: text },
    currency: mostly(given(fc.constantFrom(...currencyCodes))),
  },
  deposit: money,
  withdraw: money,
  closeAccount: later,
} as const;

const subject = mostly(given(fc.constantFrom<CallerName>(...callerNames)));
const pages = {
  limit: mostly(given(fc.integer({ min: 1, max: 100 }))),
  nextToken: fc.oneof(
    given(fc.constant(null)),
    fc.nat().map((token) => ({ token })),
    given(anyValue),
  ),
};
const args = {
  resumeStream: { accountId },
  publishAccountChange: {
    change: given(fc.dictionary(fc.constantFrom("accountId", "owner", "version"), anyValue)),
  },
  account: { accountId },
  accounts: { owner: subject, ...pages },
  statement: { accountId, ...pages },
  suspendedStreams: pages,
  onAccountChange: { owner: subject, accountId },
} as const;

const caller = fc.constantFrom<CallerName>(...callerNames);

/** A command is for one account: its version, unless it is nasty, is that account's. */
const aimed = (input: Values): Values => {
  const { accountId: id, expectedVersion: expected } = input;
  if (id === undefined || !("given" in id) || expected === undefined || !("versionOf" in expected))
    return input;
  return { ...input, expectedVersion: { ...expected, versionOf: String(id.given) } };
};

const commandCall = (field: keyof typeof inputs): fc.Arbitrary<Call> =>
  fc
    .record({
      caller,
      input: fc.record(inputs[field] as Record<string, fc.Arbitrary<Value>>, {
        requiredKeys: ["accountId", "expectedVersion"],
      }),
    })
    .map(({ caller, input }) => ({
      caller,
      operation: operations[field],
      args: {},
      input: aimed(input),
    }));

const otherCall = (field: keyof typeof args): fc.Arbitrary<Call> =>
  fc
    .record({
      caller,
      args: fc.record(args[field] as Record<string, fc.Arbitrary<Value>>, { requiredKeys: [] }),
    })
    .map((drawn) => ({ ...drawn, operation: operations[field] }));

/** Any call: commands mostly, and the subscription seldom, because each takes a connection. */
export const call: fc.Arbitrary<Call> = fc.oneof(
  ...(Object.keys(inputs) as (keyof typeof inputs)[]).map((field) => ({
    arbitrary: commandCall(field),
    weight: field === "deposit" ? 24 : field === "closeAccount" ? 2 : 10,
  })),
  ...(Object.keys(args) as (keyof typeof args)[]).map((field) => ({
    arbitrary: otherCall(field),
    weight: field === "onAccountChange" ? 1 : 8,
  })),
);
