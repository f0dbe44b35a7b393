import * as E from "fp-ts/Either";
import { pipe } from "fp-ts/function";
import * as O from "fp-ts/Option";
import * as RTE from "fp-ts/ReaderTaskEither";
import type { StreamId, StreamVersion } from "../projection/identifiers";
import { loop } from "../projection/loop";
import type { RowSet } from "../projection/summary";
import { addOthers, type Comparison } from "./comparison";
import type { Look, VerificationEnvironment } from "./environment";
import type { Cursor, Walk } from "./progress";
import type { Entry, PartitionRow } from "./verification";

const isSame = (a: RowSet, b: RowSet): boolean =>
  a.projectionVersion === b.projectionVersion && a.generation === b.generation;

/** Whether a row of the partition is an entry of the statement. */
export const isEntryOf =
  (set: O.Option<RowSet>) =>
  (row: PartitionRow): row is Entry =>
    row.kind === "ENTRY" && O.exists((own: RowSet) => isSame(own, row.set))(set);

/** Reads the next page of the partition. */
export const readRows = <State>(streamId: StreamId, { set, last }: Cursor): Look<State, Cursor> =>
  pipe(
    RTE.ask<VerificationEnvironment<State>>(),
    RTE.flatMapTaskEither(({ storedRows }) => storedRows.rowsAfter(streamId, last)),
    RTE.map((rows) => ({
      rows,
      set: pipe(
        set,
        O.alt(() =>
          O.fromNullable(rows.flatMap((row) => (row.kind === "ENTRY" ? [row.set] : []))[0]),
        ),
      ),
      last: pipe(
        O.fromNullable(rows.at(-1)),
        O.map(({ key }) => key),
        O.alt(() => last),
      ),
      ended: rows.length === 0,
    })),
  );

/** Entries that were taken from the partition, with how far it has been read now. */
interface Taken {
  readonly entries: ReadonlyArray<Entry>;
  readonly comparison: Comparison;
  readonly cursor: Cursor;
}

/** Takes the rows up to a version's entry from the partition. Takes account of those that are none. */
export const takeEntries = <State>(
  streamId: StreamId,
  { cursor, comparison }: Pick<Walk<State>, "cursor" | "comparison">,
  upTo: StreamVersion,
): Look<State, Taken> =>
  pipe(
    { entries: [], comparison, cursor } as Taken,
    loop(({ entries, comparison, cursor }): Look<State, E.Either<Taken, Taken>> => {
      const isEntry = isEntryOf(cursor.set);
      const beyond = cursor.rows.findIndex((row) => isEntry(row) && row.version > upTo);
      const end = beyond === -1 ? cursor.rows.length : beyond;
      const rows = cursor.rows.slice(0, end);
      const taken: Taken = {
        entries: [...entries, ...rows.filter(isEntry)],
        comparison: addOthers(
          comparison,
          rows.filter((row) => !isEntry(row)),
        ),
        cursor: { ...cursor, rows: cursor.rows.slice(end) },
      };
      return taken.cursor.rows.length > 0 || cursor.ended
        ? RTE.right(E.right(taken))
        : pipe(
            readRows<State>(streamId, taken.cursor),
            RTE.map((cursor) => E.left({ ...taken, cursor })),
          );
    }),
  );
