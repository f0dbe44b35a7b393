import * as t from "io-ts";

interface StreamIdBrand {
  readonly StreamId: unique symbol;
}
interface CommandIdBrand {
  readonly CommandId: unique symbol;
}
interface SubjectBrand {
  readonly Subject: unique symbol;
}
interface StreamVersionBrand {
  readonly StreamVersion: unique symbol;
}
interface VersionBrand {
  readonly Version: unique symbol;
}
interface GenerationBrand {
  readonly Generation: unique symbol;
}

/** The form of the ids that clients choose for streams and commands. A regular expression, to anchor at both ends. */
export const identifierPattern = "[A-Za-z0-9][A-Za-z0-9_-]{0,63}";

const wholeIdentifier = new RegExp(`^${identifierPattern}$`);

/** Whether a text may be the id of a stream or of a command. */
export const isIdentifier = (text: string): boolean => wholeIdentifier.test(text);

/** The API sends a version as GraphQL's `Int`, which has 32 bits. */
export const highestVersion = 2_147_483_647;

/** The key of a stream in the event table. Clients choose identifiers; an item written by hand may have any other text. */
export const StreamId = t.brand(
  t.string,
  (id): id is t.Branded<string, StreamIdBrand> => id.length > 0,
  "StreamId",
);
export type StreamId = t.TypeOf<typeof StreamId>;

/** The client's id for one command. A command that is sent again has the same id. */
export const CommandId = t.brand(
  t.string,
  (id): id is t.Branded<string, CommandIdBrand> => isIdentifier(id),
  "CommandId",
);
export type CommandId = t.TypeOf<typeof CommandId>;

/** Far more than an identity provider gives. A longer text would not fit the index by owner, or would fill its row. */
const longestSubject = 256;

/** A signed-in person, by the identity provider's immutable subject. */
export const Subject = t.brand(
  t.string,
  (sub): sub is t.Branded<string, SubjectBrand> => sub.length > 0 && sub.length <= longestSubject,
  "Subject",
);
export type Subject = t.TypeOf<typeof Subject>;

/** The version of a stream: that of its last event, 0 before the first. */
export const StreamVersion = t.brand(
  t.number,
  (n): n is t.Branded<number, StreamVersionBrand> =>
    Number.isInteger(n) && n >= 0 && n <= highestVersion,
  "StreamVersion",
);
export type StreamVersion = t.TypeOf<typeof StreamVersion>;

/** The version of an event: its place in its stream, 1 for the first, without gaps. */
export const Version = t.brand(
  StreamVersion,
  (n): n is t.Branded<StreamVersion, VersionBrand> => n >= 1,
  "Version",
);
export type Version = t.TypeOf<typeof Version>;

/** The version of a stream without events. */
export const noVersion = 0 as StreamVersion;

/** The version of the event that follows a stream at `version`. */
export const nextVersion = (version: StreamVersion): Version => (version + 1) as Version;

/**
 * The number of a complete set of a stream's rows: 1 for those of its first projection, the next for each rebuild's. Readers
 * see the rows of one generation at a time.
 */
export const Generation = t.brand(
  t.number,
  (n): n is t.Branded<number, GenerationBrand> => Number.isSafeInteger(n) && n >= 1,
  "Generation",
);
export type Generation = t.TypeOf<typeof Generation>;

/** The generation of a stream's first projection. */
export const firstGeneration = 1 as Generation;
