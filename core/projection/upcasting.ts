import * as E from "fp-ts/Either";
import { pipe } from "fp-ts/function";
import * as t from "io-ts";
import { decodeWith, excerpt } from "./decoding";
import { Envelope } from "./envelope";

// Events are stored as they were recorded, for ever. An event of an earlier release is upcast to the current schema
// version, one version at a time, before it is decoded.

type Stored = Readonly<Record<string, unknown>>;

/** Upcasts a stored event from one schema version to the next. */
export type Upcaster = (event: Stored) => Stored;

/** One type of event: the codec of its current data, and the upcasters of its earlier schema versions. */
export interface EventDefinition {
  readonly data: t.Mixed;
  /** From schema version 1 to 2, from 2 to 3, and so on, up to the current one. */
  readonly upcasters: ReadonlyArray<Upcaster>;
}

/** Every type of event of a domain, by name. */
export type EventDefinitions = Readonly<Record<string, EventDefinition>>;

/** The events that definitions describe: a union with one member for each type. */
export type EventOf<Definitions extends EventDefinitions> = {
  readonly [Type in keyof Definitions & string]: Envelope & {
    readonly type: Type;
    readonly data: t.TypeOf<Definitions[Type]["data"]>;
  };
}[keyof Definitions & string];

/** The schema version in which events of a type are recorded today. */
export const schemaVersionOf = ({ upcasters }: EventDefinition): number => upcasters.length + 1;

/** Why an event cannot be read. This release does not guess at a newer schema version: the event waits for the next. */
export interface UnreadableEvent {
  readonly reason: "UNREADABLE_EVENT" | "NEWER_SCHEMA_VERSION";
  readonly detail: string;
}

const unreadable = (detail: string): UnreadableEvent => ({ reason: "UNREADABLE_EVENT", detail });

const Header = t.type({
  type: t.string,
  schemaVersion: t.refinement(t.number, (n) => Number.isInteger(n) && n >= 1, "SchemaVersion"),
});

/** Applies the upcasters that lie between a stored event's schema version and the current one. */
const upcast = (
  event: Stored,
  schemaVersion: number,
  definition: EventDefinition,
): E.Either<UnreadableEvent, Stored> => {
  const current = schemaVersionOf(definition);
  return schemaVersion > current
    ? E.left({
        reason: "NEWER_SCHEMA_VERSION",
        detail: `schemaVersion ${schemaVersion} of ${event.type}; this release knows up to ${current}`,
      })
    : E.right({
        ...definition.upcasters
          .slice(schemaVersion - 1)
          .reduce<Stored>((older, upcaster) => upcaster(older), event),
        schemaVersion: current,
      });
};

/** Upcasts and decodes stored events of any schema version up to the current one. Left has the reason in one line. */
export const decodeEvents = <Definitions extends EventDefinitions>(
  definitions: Definitions,
): ((stored: unknown) => E.Either<UnreadableEvent, EventOf<Definitions>>) => {
  const known = new Map(
    Object.entries(definitions).map(([type, definition]) => [
      type,
      { definition, codec: t.intersection([Envelope, t.type({ data: definition.data })]) },
    ]),
  );
  return (stored) =>
    pipe(
      E.Do,
      E.apS("event", decodeWith(t.UnknownRecord)(stored)),
      E.apS("header", decodeWith(Header)(stored)),
      E.bind("ofType", ({ header: { type } }) =>
        E.fromNullable(`type: expected EventType, found ${excerpt(type)}`)(known.get(type)),
      ),
      E.mapLeft(unreadable),
      E.flatMap(({ event, header, ofType: { definition, codec } }) =>
        pipe(
          upcast(event, header.schemaVersion, definition),
          E.flatMap((upcasted) => pipe(upcasted, decodeWith(codec), E.mapLeft(unreadable))),
        ),
      ),
      // The event's type chose the codec, which TypeScript cannot infer.
      E.map((event) => event as EventOf<Definitions>),
    );
};
