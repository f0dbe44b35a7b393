import * as O from "fp-ts/Option";
import * as t from "io-ts";
import type { Row } from "./columns";
import { type ActorReason, Timestamp } from "./envelope";
import { genesis } from "./hash-chain";
import {
  firstGeneration,
  type Generation,
  noVersion,
  type StreamId,
  type StreamVersion,
  type Subject,
  Version,
} from "./identifiers";

/** Why a stream is suspended before `version`, and since when; `detail` is a text for operators. */
export const Suspension = t.type(
  {
    version: Version,
    reason: t.keyof({
      UNREADABLE_EVENT: null,
      NEWER_SCHEMA_VERSION: null,
      MISSING_EVENT: null,
      OWNER_CHANGED: null,
    }),
    detail: t.string,
    since: Timestamp,
  },
  "Suspension",
);
export type Suspension = t.TypeOf<typeof Suspension>;

/** Why a stored event cannot be folded. */
export type Fault = Pick<Suspension, "reason" | "detail">;

/** The values that a stream has from the event that created its state. */
export interface Opened<State> {
  readonly owner: Subject;
  readonly at: Timestamp;
  /** The hash chain's link after that event, which has no entry to store it. */
  readonly hash: string;
  readonly state: State;
}

/** The rows that one summary refers to: the entries of this generation, and of this projection version. */
export interface RowSet {
  readonly projectionVersion: number;
  readonly generation: Generation;
}

/** The fold of a stream up to `version`: the read model's row for it. */
export interface Summary<State> extends RowSet {
  readonly streamId: StreamId;
  /** The last event that was folded. */
  readonly version: StreamVersion;
  /** The hash chain's last link, see hash-chain.ts. */
  readonly chainHead: string;
  readonly opened: O.Option<Opened<State>>;
  readonly changedAt: O.Option<Timestamp>;
  readonly suspension: O.Option<Suspension>;
  /**
   * Whether a later release is rebuilding the stream. Until that is done the summary stays as it is, unless a release of
   * its own projection version folds on.
   */
  readonly rebuilding: boolean;
  /**
   * The row as an earlier release has written it, which has columns of its own. This release changes what it says of the
   * processing, and nothing else.
   */
  readonly earlier?: Row;
}

/** The summary of a stream before its first event is folded. */
export const emptySummary = (
  streamId: StreamId,
  projectionVersion: number,
  generation: Generation = firstGeneration,
): Summary<never> => ({
  streamId,
  version: noVersion,
  projectionVersion,
  generation,
  chainHead: genesis,
  opened: O.none,
  changedAt: O.none,
  suspension: O.none,
  rebuilding: false,
});

export const isSuspended = ({ suspension }: Summary<unknown>): boolean => O.isSome(suspension);

/** A folded event as readers see it, in an entry of the statement and in a publication to subscribers. */
export interface Change extends RowSet {
  readonly streamId: StreamId;
  readonly version: Version;
  readonly type: string;
  readonly commandId: string;
  readonly owner: Subject;
  readonly actor: Subject;
  /** Why an operator has acted on another's stream. */
  readonly actorReason: O.Option<ActorReason>;
  readonly recordedAt: Timestamp;
  readonly outcome: "POSTED" | "DECLINED";
  /** Why it was declined. */
  readonly reason: O.Option<string>;
  /** The domain's own columns of the entry. */
  readonly entry: Row;
  /** The summary's own columns after the event; none where the stream has no state. */
  readonly state: O.Option<Row>;
  /** What the event has changed in the summary's own columns: their values before it. */
  readonly undo: Row;
  /** The hash chain's link after this event. */
  readonly hash: string;
  /**
   * Whether the event created the state. Such an event has no entry: the summary shows it (`opened`). So the first
   * event, too, costs two write units: one for the summary and one for its place in the owner's index.
   */
  readonly opening: boolean;
}
