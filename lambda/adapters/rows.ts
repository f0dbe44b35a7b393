import { createHash } from "node:crypto";
import * as E from "fp-ts/Either";
import { pipe } from "fp-ts/function";
import * as O from "fp-ts/Option";
import * as t from "io-ts";
import type { Row, StoredColumns } from "../../core/projection/columns";
import { decodeWith } from "../../core/projection/decoding";
import type { Domain } from "../../core/projection/domain";
import { Timestamp } from "../../core/projection/envelope";
import {
  Generation,
  StreamId,
  StreamVersion,
  Subject,
  Version,
} from "../../core/projection/identifiers";
import type { Rebuild } from "../../core/projection/ports";
import {
  type Change,
  isSuspended,
  type Opened,
  type RowSet,
  type Summary,
  Suspension,
} from "../../core/projection/summary";
import {
  entryPrefix,
  idName,
  partitionPrefix,
  rebuildSortKey,
  summarySortKey,
  suspendedPartition,
} from "./keys";

// The read model's rows: a stream's summary and its entries lie under one partition key, the entries in the order of their
// versions. A rebuild writes entries of the next generation beside those that the summary refers to, and keeps its progress
// in a row of its own. The templates in vtl/shared read the same rows.

/** The key of a row. */
export interface RowKey {
  readonly pk: string;
  readonly sk: string;
}

/**
 * What the sort keys of a set's entries begin with. The projection version is part of it, since two releases may begin a
 * stream at the same time: neither writes over the other's entries.
 */
export const entriesOf = ({ projectionVersion, generation }: RowSet): string =>
  `${entryPrefix}${projectionVersion}.${generation}:`;

/** The first text after the sort keys of a set's entries. */
export const afterEntriesOf = (set: RowSet): string => entriesOf(set).replace(/:$/, ";");

/** Ten digits hold every version, and make the order of the texts that of the numbers. */
const versionDigits = 10;

/** The sort key of an entry. */
export const entryKey = (set: RowSet, version: StreamVersion): string =>
  entriesOf(set) + version.toString().padStart(versionDigits, "0");

const entryKeyForm = new RegExp(`^${entryPrefix}(\\d+)\\.(\\d+):(\\d{${versionDigits}})$`);

/** Reads an entry's sort key. None for any other text. */
export const entryKeyFrom = (sortKey: string): O.Option<RowSet & { readonly version: Version }> => {
  const [, projectionVersion, generation, version] = (entryKeyForm.exec(sortKey) ?? []).map(Number);
  const found = { projectionVersion, generation, version };
  // Only the very text that the projection writes: no leading zeros, no number that is none of a version.
  return EntryKey.is(found) && entryKey(found, found.version) === sortKey ? O.some(found) : O.none;
};

const EntryKey = t.type({
  projectionVersion: t.number,
  generation: Generation,
  version: Version,
});

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

/**
 * The partition key is the sort key of the index by owner, which may have 1,024 bytes like any other; with room for what
 * precedes the id.
 */
const longestIdInPartition = longestSortKey - 256;

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
  readonly rebuildKey: (streamId: StreamId) => RowKey;
  readonly rebuild: (rebuild: Rebuild<State>) => Row;
  /** Reads the row of a rebuild. Left says in one line what is wrong with it. */
  readonly rebuildFrom: (row: Row) => E.Either<string, Rebuild<State>>;
  readonly suspension: (streamId: StreamId, suspension: Suspension) => Row;
}

const Processing = t.keyof({ CURRENT: null, SUSPENDED: null, REBUILDING: null }, "Processing");
export type Processing = t.TypeOf<typeof Processing>;

/** What a summary's row says of the stream's processing. */
export const processingOf = (summary: Summary<unknown>): Processing =>
  isSuspended(summary) ? "SUSPENDED" : summary.rebuilding ? "REBUILDING" : "CURRENT";

const SummaryColumns = t.intersection([
  t.type({
    version: StreamVersion,
    projectionVersion: t.number,
    generation: Generation,
    chainHead: t.string,
    processing: Processing,
  }),
  t.partial({ changedAt: Timestamp, suspension: Suspension }),
]);

/** A summary whose row says SUSPENDED tells why, and no other does. */
const SummaryRow = t.refinement(
  SummaryColumns,
  ({ processing, suspension }) => (processing === "SUSPENDED") === (suspension !== undefined),
  "Summary with a suspension where it is SUSPENDED",
);

const RebuildRow = t.intersection([
  t.type({ folded: t.UnknownRecord }),
  t.partial({ replacedAt: Timestamp }),
]);

const OpenedRow = t.type({ owner: Subject, openedAt: Timestamp, openingHash: t.string });

/**
 * A stream's own columns are there from its opening on, and not before: all of them, or none. A row that lacks some has
 * been damaged, and must not read as that of a stream that was never opened.
 */
const openedFrom =
  <State>(state: StoredColumns<State>) =>
  (row: unknown): E.Either<string, O.Option<Opened<State>>> =>
    [...Object.keys(OpenedRow.props), ...state.names].every(
      (column) => !t.UnknownRecord.is(row) || row[column] === undefined,
    )
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
  projectionVersion: own,
  state,
}: Pick<Domain<never, State, never>, "name" | "projectionVersion" | "state">): Rows<State> => {
  const id = idName(name);
  const Identified = t.type({ [id]: StreamId });
  const partition = (streamId: StreamId) =>
    `${partitionPrefix(name)}${idInKey(streamId, longestIdInPartition)}`;
  const summaryKey = (streamId: StreamId) => ({ pk: partition(streamId), sk: summarySortKey });
  const openedColumns = ({ owner, at, hash, state: opened }: Opened<State>): Row => ({
    ...{ owner, openedAt: at, openingHash: hash },
    ...state.encode(opened),
  });
  const rebuildKey = (streamId: StreamId) => ({ pk: partition(streamId), sk: rebuildSortKey });
  /** The columns of a summary beside its key. */
  const summaryColumns = (summary: Summary<State>): Row => ({
    [id]: summary.streamId,
    version: summary.version,
    projectionVersion: summary.projectionVersion,
    generation: summary.generation,
    chainHead: summary.chainHead,
    // A statement has the entries between these keys.
    firstEntry: entriesOf(summary),
    lastEntry: entryKey(summary, summary.version),
    changedAt: O.toUndefined(summary.changedAt),
    processing: processingOf(summary),
    suspension: O.toUndefined(summary.suspension),
    ...pipe(
      summary.opened,
      O.match(() => ({}), openedColumns),
    ),
  });
  const summaryFrom = (row: unknown): E.Either<string, Summary<State>> =>
    pipe(
      E.Do,
      E.apS("identified", decodeWith(Identified)(row)),
      E.apS("columns", decodeWith(SummaryRow)(row)),
      E.apS("opened", openedFrom(state)(row)),
      E.map(({ identified, columns, opened }) => ({
        streamId: identified[id] as StreamId,
        version: columns.version,
        projectionVersion: columns.projectionVersion,
        generation: columns.generation,
        chainHead: columns.chainHead,
        opened,
        changedAt: O.fromNullable(columns.changedAt),
        suspension: O.fromNullable(columns.suspension),
        rebuilding: columns.processing === "REBUILDING",
        ...(columns.projectionVersion < own ? { earlier: row as Row } : {}),
      })),
    );
  return {
    partition,
    summaryKey,
    summary: (summary) => {
      const { processing, suspension, ...columns } = summaryColumns(summary);
      const others = summary.earlier ?? { ...summaryKey(summary.streamId), ...columns };
      return { ...others, processing, suspension };
    },
    summaryFrom,
    // An entry names no owner: only summaries have their place in the index by owner.
    entry: ({ streamId, version, ...change }) => ({
      pk: partition(streamId),
      sk: entryKey(change, version),
      version,
      type: change.type,
      commandId: change.commandId,
      actor: change.actor,
      actorReason: O.toUndefined(change.actorReason),
      recordedAt: change.recordedAt,
      outcome: change.outcome,
      reason: O.toUndefined(change.reason),
      ...change.entry,
      hash: change.hash,
      undo: Object.keys(change.undo).length === 0 ? undefined : change.undo,
    }),
    rebuildKey,
    rebuild: ({ folded, replacedAt }) => ({
      ...rebuildKey(folded.streamId),
      [id]: folded.streamId,
      version: folded.version,
      projectionVersion: folded.projectionVersion,
      generation: folded.generation,
      replacedAt: O.toUndefined(replacedAt),
      // In one column: a row with an owner has its place in the index by owner.
      folded: summaryColumns(folded),
    }),
    rebuildFrom: (row) =>
      pipe(
        E.Do,
        E.apS("columns", decodeWith(RebuildRow)(row)),
        E.bind("folded", ({ columns }) => summaryFrom(columns.folded)),
        E.map(({ columns: { replacedAt }, folded }) => ({
          folded,
          replacedAt: O.fromNullable(replacedAt),
        })),
      ),
    suspension: (streamId, suspension) => ({
      ...suspensionKey(streamId),
      [id]: streamId,
      ...suspension,
    }),
  };
};
