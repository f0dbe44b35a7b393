import * as t from "io-ts";

interface AccountIdBrand {
  readonly AccountId: unique symbol;
}
interface CommandIdBrand {
  readonly CommandId: unique symbol;
}
interface SubjectBrand {
  readonly Subject: unique symbol;
}
interface VersionBrand {
  readonly Version: unique symbol;
}

/** What clients may choose as the id of a stream or of a command. A regular expression, to be anchored at both ends. */
export const identifierPattern = "[A-Za-z0-9][A-Za-z0-9_-]{0,63}";

const identifier = new RegExp(`^${identifierPattern}$`);

/** GraphQL's `Int` has 32 bits, and a version travels as one. */
export const highestVersion = 2_147_483_647;

/** The client's name for an account, which is also the id of the account's stream of events. */
export const AccountId = t.brand(
  t.string,
  (id): id is t.Branded<string, AccountIdBrand> => identifier.test(id),
  "AccountId",
);
export type AccountId = t.TypeOf<typeof AccountId>;

/** The client's name for one command: sent again, it is the same command. */
export const CommandId = t.brand(
  t.string,
  (id): id is t.Branded<string, CommandIdBrand> => identifier.test(id),
  "CommandId",
);
export type CommandId = t.TypeOf<typeof CommandId>;

/** A signed-in person, by the identity provider's immutable subject. */
export const Subject = t.brand(
  t.string,
  (sub): sub is t.Branded<string, SubjectBrand> => sub.length > 0,
  "Subject",
);
export type Subject = t.TypeOf<typeof Subject>;

/** An event's place in its stream: 1 for the first, without gaps. */
export const Version = t.brand(
  t.number,
  (n): n is t.Branded<number, VersionBrand> => Number.isInteger(n) && n >= 1 && n <= highestVersion,
  "Version",
);
export type Version = t.TypeOf<typeof Version>;
