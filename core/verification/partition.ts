import * as E from "fp-ts/Either";
import { pipe } from "fp-ts/function";
import * as O from "fp-ts/Option";
import * as RTE from "fp-ts/ReaderTaskEither";
import type { StreamId, StreamVersion } from "../projection/identifiers";
import { loop } from "../projection/loop";
import { addStrays, type Comparison } from "./comparison";
import type { Look, VerificationEnvironment } from "./environment";
import type { Cursor, Entry, Walk } from "./progress";
import type { PartitionRow } from "./verification";

/** Whether a row of the partition is an entry of the statement. */
export const isEntry = (row: PartitionRow): row is Entry => row.kind === "ENTRY";

/** Reads the next page of the partition. */
export const readRows = <State>(streamId: StreamId, { last }: Cursor): Look<State, Cursor> =>
  pipe(
    RTE.ask<VerificationEnvironment<State>>(),
    RTE.flatMapTaskEither(({ storedRows }) => storedRows.rowsAfter(streamId, last)),
    RTE.map((rows) => ({
      rows,
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

/** Takes the rows up to a version's entry from the partition. Those that are no entries are findings. */
export const takeEntries = <State>(
  streamId: StreamId,
  { cursor, comparison }: Pick<Walk<State>, "cursor" | "comparison">,
  upTo: StreamVersion,
): Look<State, Taken> =>
  pipe(
    { entries: [], comparison, cursor } as Taken,
    loop(({ entries, comparison, cursor }): Look<State, E.Either<Taken, Taken>> => {
      const beyond = cursor.rows.findIndex((row) => isEntry(row) && row.version > upTo);
      const end = beyond === -1 ? cursor.rows.length : beyond;
      const rows = cursor.rows.slice(0, end);
      const taken: Taken = {
        entries: [...entries, ...rows.filter(isEntry)],
        comparison: addStrays(
          comparison,
          rows.filter(({ kind }) => kind === "OTHER"),
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
