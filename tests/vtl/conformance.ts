import fc from "fast-check";
import { filledText } from "../../infra/templates";
import type { Fields, Pipeline, Unit, Values, Wiring } from "../../infra/wiring";
import { wiring } from "../../vtl/wiring";
import { callers, readModelTable, throttled } from "./templates";

// The templates for `npm run conformance`, which renders them here and with Apache Velocity in the contexts below.

/** Strings that break out of places, are valid input, or nearly so. */
const text = fc.oneof(
  fc.constantFrom(
    "savings",
    "c-1",
    "EUR",
    "alice",
    "100",
    "entry:1.1:0000000001",
    "",
    "a".repeat(141),
  ),
  fc.constantFrom(
    '"',
    "\\",
    "\n",
    "\0",
    "$ctx",
    "#end",
    "#stop",
    "\u0085",
    "\u2028",
    "\ud800",
    "😀",
    "EUR\n",
  ),
  fc.string({ unit: "binary", maxLength: 6 }),
);
const version = fc.oneof(
  fc.integer({ min: -1, max: 3 }),
  fc.constantFrom(2_147_483_646, 2_147_483_647),
);
const perhaps = <T>(value: fc.Arbitrary<T>) => fc.option(value, { freq: 5 });

const data = fc.record(
  { amount: text, memo: perhaps(text), currency: text, name: text, label: text, quantity: version },
  { requiredKeys: [] },
);
const event = fc.record({
  streamId: text,
  version,
  type: fc.constantFrom("DepositRequested", "AccountOpeningRequested"),
  schemaVersion: fc.constantFrom(1, 2),
  commandId: text,
  owner: fc.constantFrom("alice", "mallory"),
  actor: fc.constantFrom("alice", "olga"),
  actorReason: perhaps(text),
  recordedAt: fc.constant("2026-01-01T00:00:00.000Z"),
  data,
});
const row = fc.record({
  pk: text,
  sk: text,
  owner: fc.constantFrom("alice", "mallory"),
  balance: text,
});
const list = fc.record({
  items: fc.array(fc.oneof(event, row), { maxLength: 3 }),
  nextToken: perhaps(text),
});
const batch = fc.record({
  data: fc.record({ [readModelTable]: fc.array(row, { maxLength: 2 }) }),
  unprocessedKeys: fc.oneof(
    fc.constant({}),
    fc.record({ [readModelTable]: fc.array(fc.record({ pk: text }), { maxLength: 1 }) }),
  ),
});
const page = fc.record({
  pk: text,
  firstEntry: text,
  lastEntry: text,
  items: fc.array(row, { maxLength: 2 }),
});
const result = perhaps(fc.oneof(event, row, list, batch, page));

const input = fc.record(
  {
    accountId: text,
    articleId: text,
    commandId: text,
    expectedVersion: version,
    amount: perhaps(text),
    memo: perhaps(text),
    reason: perhaps(text),
    currency: text,
    name: perhaps(text),
    label: text,
    quantity: version,
  },
  { requiredKeys: ["accountId", "articleId", "commandId", "expectedVersion", "label", "quantity"] },
);
const args = fc.record(
  {
    input,
    accountId: text,
    articleId: text,
    owner: perhaps(text),
    limit: perhaps(fc.integer({ min: -1, max: 101 })),
    nextToken: perhaps(text),
    change: data,
  },
  { requiredKeys: ["input", "accountId", "articleId", "change"] },
);
const error = fc.oneof(
  { weight: 4, arbitrary: fc.constant(null) },
  { weight: 1, arbitrary: fc.record({ type: text, message: text }) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      throttled,
      {
        type: "DynamoDB:ConditionalCheckFailedException",
        message: "The conditional request failed",
      },
      { type: "UserIllegalArgumentException", message: "Invalid pagination token given." },
    ),
  },
);
const stash = fc.record(
  {
    event,
    owner: text,
    actorReason: text,
    limit: fc.integer({ min: 1, max: 100 }),
    nextToken: perhaps(text),
    rejected: fc.boolean(),
    placeTaken: fc.boolean(),
    hasCommandId: fc.boolean(),
    opens: fc.boolean(),
  },
  { requiredKeys: ["event", "limit"] },
);

/** What a template may meet, more than AppSync would ever bring together. */
const contexts = fc.record({
  arguments: args,
  identity: fc.constantFrom(...Object.values(callers)),
  result,
  prev: fc.record({ result: fc.oneof(event, page, list, fc.constant(null)) }),
  error,
  stash,
  info: fc.constant({ fieldName: "deposit", parentTypeName: "Mutation" }),
});

/** All templates of a wiring, each with the values that its resolver gives it. */
export function templatesOf(wiring: Wiring) {
  const found = new Map<
    string,
    { readonly name: string; readonly text: string; readonly contexts: typeof contexts }
  >();
  const add = (name: string, values: Values = {}) => {
    const all = { readModelTable, ...wiring.values, ...(values as Record<string, string>) };
    const text = filledText(`${name}.vtl`, wiring.folders, all);
    found.set(text, { name, text, contexts });
  };
  const { Mutation, Query, Subscription } = wiring.resolvers;
  for (const resolver of [Mutation, Query, Subscription].flatMap(resolversOf)) {
    if ("functions" in resolver) {
      add(`${resolver.before}.before`, resolver.values);
      add(`${resolver.after}.after`, resolver.values);
    }
    const steps = "functions" in resolver ? resolver.functions : [resolver];
    for (const { templates } of steps) {
      const values = "functions" in resolver ? {} : resolver.values;
      add(`${templates}.request`, values);
      add(`${templates}.response`, values);
    }
  }
  return [...found.values()];
}

const resolversOf = (fields: Fields): readonly (Pipeline | Unit)[] => Object.values(fields);

export const templates = templatesOf(wiring);
