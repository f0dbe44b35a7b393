import type { IO } from "fp-ts/IO";
import type { Option } from "fp-ts/Option";
import type { Task } from "fp-ts/Task";
import type { TaskEither } from "fp-ts/TaskEither";
import type { Row } from "./columns";
import type { Timestamp } from "./envelope";
import type { Fold } from "./fold";
import type { StreamId, StreamVersion } from "./identifiers";
import type { Change, Summary, Suspension } from "./summary";

// The ports of the projection. Adapters implement them; the core imports no adapter.

/** A call did not succeed (throttled, unreachable, …): it may when it is tried again. */
export interface Unavailable {
  readonly _tag: "Unavailable";
  readonly cause: unknown;
}

/** Another projector has moved the summary since it was loaded. */
export interface Superseded {
  readonly _tag: "Superseded";
}

/** A summary's row cannot be decoded. Trying again does not help: a rebuild replaces it. */
export interface UnreadableSummary {
  readonly _tag: "UnreadableSummary";
  /** What is wrong with it, in one line. */
  readonly fault: string;
  readonly row: Row;
}

export interface EventStore {
  /**
   * The next events of a stream as they are stored, in order: those after a version, one page of them. Empty at the
   * stream's end. Strongly consistent: an event that a caller knows of is never missed. The beginning is before any
   * item, also before those whose key is no version.
   */
  readonly readAfter: (
    streamId: StreamId,
    after: StreamVersion | "beginning",
  ) => TaskEither<Unavailable, ReadonlyArray<unknown>>;
}

export interface ReadModel<State> {
  /** Strongly consistent. */
  readonly load: (
    streamId: StreamId,
  ) => TaskEither<Unavailable | UnreadableSummary, Option<Summary<State>>>;
  /**
   * Writes the entries of the statement, each under its version. Writing one again changes nothing; one of a later
   * projection version stays.
   */
  readonly saveEntries: (
    changes: ReadonlyArray<Change>,
  ) => TaskEither<Unavailable | Superseded, void>;
  /**
   * Replaces the summary, and lists or unlists the stream as suspended with it, in one step, as long as the summary is
   * still at the version that was loaded.
   */
  readonly commit: (
    loaded: Option<Summary<State>>,
    next: Summary<State>,
  ) => TaskEither<Unavailable | Superseded, void>;
  /** The same, in place of a summary that cannot be read, as long as it is still that row. */
  readonly replaceUnreadable: (
    found: UnreadableSummary,
    next: Summary<State>,
  ) => TaskEither<Unavailable | Superseded, void>;
}

export interface Publisher {
  /**
   * Takes committed changes of one stream, in order, and announces them to subscribers. The ledger does not depend on it,
   * so it cannot fail, and need not wait until subscribers have them. Which changes one call has is the caller's choice.
   */
  readonly publish: (changes: ReadonlyArray<Change>) => Task<void>;
}

/** Reports the projection's work to operators. No report may fail. */
export interface Telemetry {
  readonly folded: (streamId: StreamId, events: number) => IO<void>;
  /** A stream has been suspended, or is met suspended: whoever suspended it may have died before it said so. */
  readonly suspended: (streamId: StreamId, suspension: Suspension) => IO<void>;
  /** A summary cannot be read, so that nothing of its stream is folded until it is rebuilt. */
  readonly summaryUnreadable: (streamId: StreamId, fault: string) => IO<void>;
  readonly streamFailed: (streamId: StreamId, cause: unknown) => IO<void>;
}

/** The dependencies of a projection of a domain's streams. */
export interface ProjectionEnvironment<State> {
  readonly projectionVersion: number;
  readonly fold: Fold<State>;
  readonly events: EventStore;
  readonly readModel: ReadModel<State>;
  readonly publisher: Publisher;
  readonly telemetry: Telemetry;
  readonly now: IO<Timestamp>;
}
