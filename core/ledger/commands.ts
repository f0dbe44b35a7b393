import * as t from "io-ts";
import { AccountId, CommandId, Version } from "../projection/identifiers";
import { AccountName, Memo } from "./events";
import { Amount, Currency } from "./money";

// What a client may ask. The templates in vtl/command check the same before they append; a test holds the two equal.

interface ExpectedVersionBrand {
  readonly ExpectedVersion: unique symbol;
}

/** The version of the last event that the client knows of, 0 before the first: the command becomes the event after it. */
export const ExpectedVersion = t.brand(
  t.number,
  (n): n is t.Branded<number, ExpectedVersionBrand> => n === 0 || Version.is(n + 1),
  "ExpectedVersion",
);
export type ExpectedVersion = t.TypeOf<typeof ExpectedVersion>;

/** Of a stream that exists already: only an opening can be the first event. */
const ExpectedLaterVersion = t.refinement(
  ExpectedVersion,
  (n) => n >= 1,
  "ExpectedVersion of at least 1",
);

/** An account without a name goes by its id. */
export const OpenAccount = t.intersection([
  t.type({
    accountId: AccountId,
    commandId: CommandId,
    expectedVersion: ExpectedVersion,
    currency: Currency,
  }),
  t.partial({ name: t.union([AccountName, t.null]) }),
]);
export type OpenAccount = t.TypeOf<typeof OpenAccount>;

/** A deposit or a withdrawal. What is left out and what is null are the same. */
export const MoveMoney = t.intersection([
  t.type({
    accountId: AccountId,
    commandId: CommandId,
    expectedVersion: ExpectedLaterVersion,
    amount: Amount,
  }),
  t.partial({ memo: t.union([Memo, t.null]) }),
]);
export type MoveMoney = t.TypeOf<typeof MoveMoney>;

export const CloseAccount = t.type({
  accountId: AccountId,
  commandId: CommandId,
  expectedVersion: ExpectedLaterVersion,
});
export type CloseAccount = t.TypeOf<typeof CloseAccount>;
