import type { IO } from "fp-ts/IO";
import type { Option } from "fp-ts/Option";
import type { Task } from "fp-ts/Task";
import type { TaskEither } from "fp-ts/TaskEither";
import type { Row } from "./columns";
import type { Timestamp } from "./envelope";
import type { Fold } from "./fold";
import type { StreamId, StreamVersion, Version } from "./identifiers";
import type { KeptUndo, Rewind } from "./rewind";
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
  /** Writes the entries of the statement, each under its generation and version. Writing one again changes nothing. */
  readonly saveEntries: (changes: ReadonlyArray<Change>) => TaskEither<Unavailable, void>;
  /**
   * What undoes the last events of a summary, those from a version on, newest first. None where they are more than one
   * reading brings.
   */
  readonly undosFrom: (
    summary: Summary<State>,
    first: Version,
  ) => TaskEither<Unavailable, Option<ReadonlyArray<KeptUndo>>>;
  /**
   * Replaces the summary, and lists or unlists the stream as suspended with it, in one step, as long as the summary is
   * still the one that was loaded: of its generation, and at its version.
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

/** A rebuild of a stream, as far as it has come. */
export interface Rebuild<State> {
  /** The fold so far, of a generation of its own. Its entries are written; nobody reads them while the summary is another. */
  readonly folded: Summary<State>;
  /** When the summary was found replaced by it. After that only the rows of earlier generations remain to be removed. */
  readonly replacedAt: Option<Timestamp>;
}

/** The row of a rebuild as it was found, and the rebuild unless the row cannot be read. */
export interface StoredRebuild<State> {
  readonly row: Row;
  readonly rebuild: Option<Rebuild<State>>;
}

/** The same of a row that can be read. */
export interface KnownRebuild<State> {
  readonly row: Row;
  readonly rebuild: Rebuild<State>;
}

/** The rebuilds under way, one for a stream. */
export interface RebuildStore<State> {
  /** Strongly consistent. */
  readonly load: (streamId: StreamId) => TaskEither<Unavailable, Option<StoredRebuild<State>>>;
  /** Stores how far a rebuild has come, as long as its row is still the one that was found. */
  readonly save: (
    found: Option<Row>,
    next: Rebuild<State>,
  ) => TaskEither<Unavailable | Superseded, KnownRebuild<State>>;
  /** The keys of rows that belong neither to a summary's generation nor to a rebuild: one page, empty where there are none. */
  readonly otherRows: (summary: Summary<State>) => TaskEither<Unavailable, ReadonlyArray<string>>;
  readonly removeRows: (
    streamId: StreamId,
    keys: ReadonlyArray<string>,
  ) => TaskEither<Unavailable, void>;
  /** Removes the row of a rebuild that is done, as long as it is still the one that was found. */
  readonly end: (streamId: StreamId, found: Row) => TaskEither<Unavailable | Superseded, void>;
}

/** What takes longer than the other streams of a batch can wait is done by a function of its own, stream by stream. */
export interface RebuildQueue {
  /**
   * Asks for a stream to be brought up to date: rebuilt if need be, and folded to its end. `known` is a version that is known
   * to have been written. From `unpublishedFrom` up to it, changes may be committed that nobody has published.
   */
  readonly request: (
    streamId: StreamId,
    known: StreamVersion,
    unpublishedFrom?: Version,
  ) => TaskEither<Unavailable, void>;
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
  /** A stream is left alone, since a later release has written its rows, or is rebuilding it. */
  readonly streamOfLaterRelease: (streamId: StreamId) => IO<void>;
  readonly rebuildBegun: (streamId: StreamId) => IO<void>;
  /** The summary was replaced by the one of a rebuild. */
  readonly rebuilt: (streamId: StreamId) => IO<void>;
}

/** The dependencies of a projection of a domain's streams. */
export interface ProjectionEnvironment<State> {
  readonly projectionVersion: number;
  readonly fold: Fold<State>;
  readonly rewind: Rewind<State>;
  readonly events: EventStore;
  readonly readModel: ReadModel<State>;
  readonly rebuilds: RebuildStore<State>;
  readonly rebuildQueue: RebuildQueue;
  readonly publisher: Publisher;
  readonly telemetry: Telemetry;
  readonly now: IO<Timestamp>;
  /** Whether there is time for another page of events. What is left is done later. */
  readonly hasTime: IO<boolean>;
}
