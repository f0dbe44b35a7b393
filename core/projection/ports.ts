import type { IO } from "fp-ts/IO";
import type { Option } from "fp-ts/Option";
import type { TaskEither } from "fp-ts/TaskEither";
import type { Change, Summary, Suspension } from "./fold";
import type { Digest } from "./hash-chain";

// What the projection needs of the world, in the core's words. Adapters implement these; the core imports no adapter.

/** The world did not answer as asked (throttled, unreachable, …): the same may succeed when it is tried again. */
export interface Unavailable {
  readonly _tag: "Unavailable";
  readonly cause: unknown;
}

/** Somebody else has moved the summary since it was loaded. */
export interface Superseded {
  readonly _tag: "Superseded";
}

export interface EventStore {
  /**
   * The next events of a stream as they are stored, in order: those after `version`, one page of them. Empty at the
   * stream's end. Strongly consistent: an event that a caller knows of is never missed.
   */
  readonly readAfter: (
    streamId: string,
    version: number,
  ) => TaskEither<Unavailable, ReadonlyArray<unknown>>;
}

export interface ReadModel {
  /** Strongly consistent. */
  readonly load: (streamId: string) => TaskEither<Unavailable, Option<Summary>>;
  /**
   * Writes the entries of the statement, each under its version. Writing one again changes nothing; one that a later
   * projection has written stays.
   */
  readonly saveEntries: (
    changes: ReadonlyArray<Change>,
  ) => TaskEither<Unavailable | Superseded, void>;
  /**
   * Replaces the summary, and lists or unlists the stream as suspended with it, in one step, as long as the summary is
   * still at the version that was loaded.
   */
  readonly commit: (
    loaded: Option<Summary>,
    next: Summary,
  ) => TaskEither<Unavailable | Superseded, void>;
}

export interface Publisher {
  readonly publish: (change: Change) => TaskEither<Unavailable, void>;
}

/** What operators get to know of the projection's work. None of it may fail. */
export interface Telemetry {
  readonly folded: (streamId: string, events: number) => IO<void>;
  readonly suspended: (streamId: string, suspension: Suspension) => IO<void>;
  readonly publishFailed: (change: Change, cause: unknown) => IO<void>;
  readonly streamFailed: (streamId: string, cause: unknown) => IO<void>;
}

export interface ProjectionPorts {
  readonly projection: number;
  readonly events: EventStore;
  readonly readModel: ReadModel;
  readonly publisher: Publisher;
  readonly telemetry: Telemetry;
  readonly digest: Digest;
  /** ISO 8601, UTC. */
  readonly now: IO<string>;
}
