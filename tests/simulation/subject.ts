import type fc from "fast-check";
import type { Domain } from "../../core/projection/domain";
import type { Envelope } from "../../core/projection/envelope";
import type { StreamId, Version } from "../../core/projection/identifiers";
import type { Item } from "./conditions";

// A subject: a domain with its draws and its rules, for the simulation and the laws to check it against.

/** A request before it has its place in a stream: its type, in which schema version, and its data. */
export interface Asked {
  readonly type: string;
  readonly schemaVersion: number;
  readonly data: Item;
}

/** An event as the event table holds it. */
export interface StoredEvent extends Asked {
  readonly streamId: StreamId;
  readonly version: Version;
  readonly commandId: string;
  readonly owner: string;
  readonly actor: string;
  readonly recordedAt: string;
}

type DataOf<Request, Type> =
  Extract<Request, { readonly type: Type }> extends {
    readonly data: infer Data;
  }
    ? Data
    : never;

/** How the data of one type of event is drawn. */
export interface Drawn<Data> {
  /** How often this type is drawn, compared with the others. */
  readonly weight: number;
  /** Whether clients send it as the first request of a stream. */
  readonly mayOpen: boolean;
  /**
   * The data as it is stored, by schema version, from version 1 on. The current version names every field of the event,
   * so that a new field does not compile until it is drawn. A field without a value is undefined.
   */
  readonly data: readonly [
    ...older: ReadonlyArray<fc.Arbitrary<object>>,
    current: fc.Arbitrary<{ readonly [Field in keyof Data]-?: unknown }>,
  ];
}

/** Draws every type of event of a domain: a new type does not compile until it is drawn. */
export type Requests<Request extends Envelope> = {
  readonly [Type in Request["type"]]: Drawn<DataOf<Request, Type>>;
};

/** The outcome of one event of a log, by the rules. */
export interface Truth {
  /** Why it is declined; undefined when it is posted. */
  readonly reason: string | undefined;
  /** The state's columns after it; undefined as long as there is no state. */
  readonly state: Item | undefined;
  /** The columns of its entry. A column without a value is absent. */
  readonly entry: Item;
}

/** A quantity that is conserved: the streams hold as much of it as their posted requests have moved. */
export interface Conserved<Type extends string> {
  /** Its name in messages, e.g. `balance`. */
  readonly what: string;
  /** How much of it a stream holds, by the state's columns. */
  readonly held: (state: Item) => bigint;
  /** How much of it a posted request adds, by the columns of its entry: negative where it takes. */
  readonly moved: Readonly<Record<Type, (entry: Item) => bigint>>;
}

/** A domain with what is needed to test it. */
export interface Subject<Request extends Envelope, State, Movement> {
  readonly domain: Domain<Request, State, Movement>;
  readonly requests: Requests<Request>;
  /**
   * The domain's rules a second time, naively, with nothing from the domain's own code: one truth for each event of a
   * log. The log holds events of every schema version.
   */
  readonly oracle: (log: ReadonlyArray<StoredEvent>) => ReadonlyArray<Truth>;
  readonly conserved: ReadonlyArray<Conserved<Request["type"]>>;
}
