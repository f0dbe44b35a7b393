import * as E from "fp-ts/Either";
import { pipe } from "fp-ts/function";
import * as t from "io-ts";
import { decodeWith } from "./decoding";

// Events are kept as they were recorded, for ever. What an earlier release recorded is upcast to what this one reads,
// one schema version at a time, before it is decoded.

type Stored = Readonly<Record<string, unknown>>;

/** Upcasts a stored event from one schema version to the next. */
type Upcaster = (event: Stored) => Stored;

/** Version 1 knew no names: such an account goes by its id. */
const nameAfterId: Upcaster = (event) => ({
  ...event,
  data: { ...Object(event.data), name: event.streamId },
});

/** For each event type the upcasters from version 1, from version 2, and so on, up to the current one. */
const upcasters = {
  AccountOpeningRequested: [nameAfterId],
  DepositRequested: [],
  WithdrawalRequested: [],
  AccountClosingRequested: [],
} satisfies Record<string, ReadonlyArray<Upcaster>>;

export type EventType = keyof typeof upcasters;

/** The schema version in which events of a type are recorded today. */
export const currentSchemaVersion = (type: EventType): number => upcasters[type].length + 1;

const Header = t.type({
  type: t.keyof(upcasters, "EventType"),
  schemaVersion: t.refinement(t.number, (n) => Number.isInteger(n) && n >= 1, "SchemaVersion"),
});

/** Why an event cannot be read; a newer one than this release knows waits for the next release instead of a guess. */
export interface UnreadableEvent {
  readonly reason: "UNREADABLE_EVENT" | "NEWER_SCHEMA_VERSION";
  readonly detail: string;
}

export const unreadable = (detail: string): UnreadableEvent => ({
  reason: "UNREADABLE_EVENT",
  detail,
});

/** A stored event in the current schema version of its type. */
export const upcast = (stored: unknown): E.Either<UnreadableEvent, Stored> =>
  pipe(
    E.Do,
    E.apS("event", decodeWith(t.UnknownRecord)(stored)),
    E.apS("header", decodeWith(Header)(stored)),
    E.mapLeft(unreadable),
    E.chain(({ event, header: { type, schemaVersion } }) => {
      const current = currentSchemaVersion(type);
      return schemaVersion > current
        ? E.left({
            reason: "NEWER_SCHEMA_VERSION",
            detail: `schemaVersion ${schemaVersion} of ${type}; this release knows up to ${current}`,
          })
        : E.right({
            ...upcasters[type]
              .slice(schemaVersion - 1)
              .reduce<Stored>((older, upcast) => upcast(older), event),
            schemaVersion: current,
          });
    }),
  );
