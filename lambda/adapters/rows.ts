import { createHash } from "node:crypto";
import * as E from "fp-ts/Either";
import { pipe } from "fp-ts/function";
import * as O from "fp-ts/Option";
import * as t from "io-ts";
import type { Row, StoredColumns } from "../../core/projection/columns";
import { decodeWith } from "../../core/projection/decoding";
import type { Domain } from "../../core/projection/domain";
import { Timestamp } from "../../core/projection/envelope";
import { StreamId, StreamVersion, Subject } from "../../core/projection/identifiers";
import {
  type Change,
  isSuspended,
  type Opened,
  type Summary,
  Suspension,
} from "../../core/projection/summary";
import { entryPrefix, idName, partitionPrefix, summarySortKey, suspendedPartition } from "./keys";

// The read model's rows: a stream's summary and its entries lie under one partition key, the entries in the order of their
// versions. The templates in vtl/shared read the same rows.

/** The key of a row. */
export interface RowKey {
  readonly pk: string;
  readonly sk: string;
}

/** The sort key of an entry. Ten digits hold every version, and make the order of the texts that of the numbers. */
export const entryKey = (version: StreamVersion): string =>
  `${entryPrefix}${version.toString().padStart(10, "0")}`;

/** What the id of a stream is replaced by in a key that is too short for it; its hash follows. */
const hashedPrefix = "sha256:";

/**
 * A stream's id as part of a key. Clients choose short ids, but an item that was written by hand may have one that is
 * longer than DynamoDB lets a key be; its stream has to be suspended like any other. An id that looks like a hash is
 * hashed as well, so that no two ids share a key. The rows have the id as a column.
 */
const idInKey = (streamId: StreamId, mostBytes: number): string =>
  Buffer.byteLength(streamId) > mostBytes || streamId.startsWith(hashedPrefix)
    ? `${hashedPrefix}${createHash("sha256").update(streamId).digest("hex")}`
    : streamId;

/** DynamoDB's limit for a sort key, in bytes. */
const longestSortKey = 1_024;

/** DynamoDB's limit for a partition key, in bytes, with room for what precedes the id. */
const longestIdInPartition = 2_048 - 256;

/** The stream of a row, by the part of its key that `idInKey` made. */
export const idFromKey = (name: string, part: string, row: Row): unknown =>
  part.startsWith(hashedPrefix) ? row[idName(name)] : part;

/** Where suspended streams are listed, one row each. */
export const suspensionKey = (streamId: StreamId): RowKey => ({
  pk: suspendedPartition,
  sk: idInKey(streamId, longestSortKey),
});

/** A domain's rows, written and read. */
export interface Rows<State> {
  /** The partition of a stream's summary and entries. */
  readonly partition: (streamId: StreamId) => string;
  readonly summaryKey: (streamId: StreamId) => RowKey;
  readonly summary: (summary: Summary<State>) => Row;
  /** Reads a summary's row. Left says in one line what is wrong with it. */
  readonly summaryFrom: (row: Row) => E.Either<string, Summary<State>>;
  readonly entry: (change: Change) => Row;
  readonly suspension: (streamId: StreamId, suspension: Suspension) => Row;
}

const SummaryRow = t.intersection([
  t.type({
    version: StreamVersion,
    projectionVersion: t.number,
    chainHead: t.string,
  }),
  t.partial({ changedAt: Timestamp, suspension: Suspension }),
]);

const OpenedRow = t.type({ owner: Subject, openedAt: Timestamp, openingHash: t.string });

/**
 * A stream's own columns are there from its opening on, and not before: all of them, or none. A row that lacks some has
 * been damaged, and must not read as that of a stream that was never opened.
 */
const openedFrom =
  <State>(state: StoredColumns<State>) =>
  (row: Row): E.Either<string, O.Option<Opened<State>>> =>
    [...Object.keys(OpenedRow.props), ...state.names].every((column) => row[column] === undefined)
      ? E.right(O.none)
      : pipe(
          E.Do,
          E.apS("opened", decodeWith(OpenedRow)(row)),
          E.apS("state", state.decode(row)),
          E.map(({ opened: { owner, openedAt, openingHash }, state }) =>
            O.some({ owner, at: openedAt, hash: openingHash, state }),
          ),
        );

/** The rows of a domain's streams. */
export const rowsOf = <State>({
  name,
  state,
}: Pick<Domain<never, State, never>, "name" | "state">): Rows<State> => {
  const id = idName(name);
  const Identified = t.type({ [id]: StreamId });
  const partition = (streamId: StreamId) =>
    `${partitionPrefix(name)}${idInKey(streamId, longestIdInPartition)}`;
  const summaryKey = (streamId: StreamId) => ({ pk: partition(streamId), sk: summarySortKey });
  const openedColumns = ({ owner, at, hash, state: opened }: Opened<State>): Row => ({
    ...{ owner, openedAt: at, openingHash: hash },
    ...state.encode(opened),
  });
  return {
    partition,
    summaryKey,
    summary: (summary) => ({
      ...summaryKey(summary.streamId),
      [id]: summary.streamId,
      version: summary.version,
      projectionVersion: summary.projectionVersion,
      chainHead: summary.chainHead,
      lastEntry: entryKey(summary.version),
      changedAt: O.toUndefined(summary.changedAt),
      processing: isSuspended(summary) ? "SUSPENDED" : "CURRENT",
      suspension: O.toUndefined(summary.suspension),
      ...pipe(
        summary.opened,
        O.match(() => ({}), openedColumns),
      ),
    }),
    summaryFrom: (row) =>
      pipe(
        E.Do,
        E.apS("identified", decodeWith(Identified)(row)),
        E.apS("columns", decodeWith(SummaryRow)(row)),
        E.apS("opened", openedFrom(state)(row)),
        E.map(({ identified, columns, opened }) => ({
          streamId: identified[id] as StreamId,
          version: columns.version,
          projectionVersion: columns.projectionVersion,
          chainHead: columns.chainHead,
          opened,
          changedAt: O.fromNullable(columns.changedAt),
          suspension: O.fromNullable(columns.suspension),
        })),
      ),
    // An entry names no owner: only summaries have their place in the index by owner.
    entry: ({ streamId, version, projectionVersion, ...change }) => ({
      pk: partition(streamId),
      sk: entryKey(version),
      version,
      projectionVersion,
      type: change.type,
      commandId: change.commandId,
      actor: change.actor,
      recordedAt: change.recordedAt,
      outcome: change.outcome,
      reason: O.toUndefined(change.reason),
      ...change.entry,
      hash: change.hash,
    }),
    suspension: (streamId, suspension) => ({
      ...suspensionKey(streamId),
      [id]: streamId,
      ...suspension,
    }),
  };
};
