import type * as O from "fp-ts/Option";
import type { RowSet, Summary } from "../projection/summary";
import type { Comparison } from "./comparison";
import type { Entry, PartitionRow } from "./verification";

/** How far the rows of the partition have been read. */
export interface Cursor {
  /** The set of rows that is compared; until it is known, that of the first entry. */
  readonly set: O.Option<RowSet>;
  /** Rows that were read and not compared yet. */
  readonly rows: ReadonlyArray<PartitionRow>;
  readonly last: O.Option<string>;
  readonly ended: boolean;
}

/** How far a look has come. */
export interface Walk<State> {
  /** The fold so far, suspended where the next event cannot be folded. */
  readonly summary: Summary<State>;
  /** The fold at the goal, once it is reached. */
  readonly reached: O.Option<Summary<State>>;
  readonly comparison: Comparison;
  readonly cursor: Cursor;
  /** The first entry that lies beyond the last event. */
  readonly leftover: O.Option<Entry>;
}
