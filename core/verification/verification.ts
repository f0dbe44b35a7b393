import type * as E from "fp-ts/Either";
import * as O from "fp-ts/Option";
import type { Row } from "../projection/columns";
import type { StreamId, StreamVersion } from "../projection/identifiers";
import type { Change, RowSet, Summary, Suspension } from "../projection/summary";

// A verification compares the stored rows of a stream with the expected ones: those that the projection would write now.
// It compares column by column, so that it finds whatever was altered by hand.

/** A row of the statement; `hash` is the row's link of the hash chain. */
export interface EntryRow {
  readonly key: string;
  readonly hash: unknown;
  readonly row: Row;
}

/**
 * A row as it lies in a stream's partition. An entry's key names its set and its version; `OTHER` rows have a key that the
 * projection never writes.
 */
export type PartitionRow = EntryRow &
  (
    | { readonly kind: "ENTRY"; readonly version: number; readonly set: RowSet }
    | { readonly kind: "SUMMARY" | "REBUILD" | "OTHER" }
  );

/** An entry among the rows of the partition. */
export type Entry = PartitionRow & { readonly kind: "ENTRY" };

/** A summary's row and what can be read in it: Left says what is wrong with it. */
export interface SummaryRow<State> {
  readonly row: Row;
  readonly summary: E.Either<string, Summary<State>>;
}

/** The rows that the projection writes. */
export interface ExpectedRows<State> {
  readonly summary: (summary: Summary<State>) => Row;
  readonly entry: (change: Change) => EntryRow;
  readonly suspension: (streamId: StreamId, suspension: Suspension) => Row;
}

/** A difference between the events and the rows; `columns` has both values of each column that differs. */
export interface Finding {
  readonly about: "EVENT" | "ENTRY" | "SUMMARY" | "SUSPENSION";
  /** The first version affected; none where the whole stream is. */
  readonly version: O.Option<number>;
  readonly detail: string;
  readonly columns: ReadonlyArray<string>;
}

export interface Verification {
  readonly streamId: StreamId;
  /** The version of the summary, 0 where there is none. */
  readonly version: StreamVersion;
  /** How many events the projector has not folded yet. */
  readonly behind: number;
  /** Where the stream is suspended, and whether the event it is suspended at can be folded by now. */
  readonly suspension: O.Option<Suspension & { readonly ready: boolean }>;
  /**
   * The last of the entries that lie beyond the summary: a projector is between its two writes, or the summary was lost
   * or set back.
   */
  readonly ahead: O.Option<number>;
  /** How many entries of other generations there are, which nobody reads: a rebuild is under way, or was. */
  readonly leftovers: number;
  /** The first findings, and how many more there were. */
  readonly findings: ReadonlyArray<Finding>;
  readonly omitted: number;
}

export const finding = (
  about: Finding["about"],
  version: number | undefined,
  detail: string,
  columns: ReadonlyArray<string> = [],
): Finding => ({ about, version: O.fromNullable(version), detail, columns });

/** Whether the events themselves are not those that were folded: a rebuild would overwrite the evidence. */
export const eventsDiffer = ({ findings }: Verification): boolean =>
  findings.some(({ about }) => about === "EVENT");

/** Whether a second look may give another result: a live projector writes between the reads of one look. */
export const isUnsettled = ({ findings, behind, ahead }: Verification): boolean =>
  findings.length > 0 || behind > 0 || O.isSome(ahead);

const nameOf = (column: string): string => column.split(": ", 1).join();

/**
 * What makes a finding of one look the same as one of another. Values of the summary are left out, because a live
 * projector moves the summary on from an altered value. Rows of the list stay as they are until the stream is suspended
 * or resumed again, so another content there is another finding.
 */
const identityOf = ({ about, version, detail, columns }: Finding): string => {
  const at = O.toNullable(version);
  switch (about) {
    case "EVENT":
      return JSON.stringify([about, at]);
    case "SUMMARY":
      return JSON.stringify([about, detail, columns.map(nameOf)]);
    default:
      return JSON.stringify([about, at, detail, columns]);
  }
};

/** Whether entries lie beyond the summary, the same in both looks, and the summary has not moved in between. */
const isStranded = (first: Verification, second: Verification): boolean =>
  O.isSome(first.ahead) &&
  O.isSome(second.ahead) &&
  first.ahead.value === second.ahead.value &&
  second.version === first.version;

/** Whether nobody has folded anything between two looks, although there was something to fold. */
export const standsStill = (first: Verification, settled: Verification): boolean =>
  settled.version === first.version && (settled.behind > 0 || O.isSome(settled.ahead));

/** Combines two looks at a stream, some time apart: only what both have seen is found. */
export const settle = (first: Verification, second: Verification): Verification => {
  const seen = new Set(first.findings.map(identityOf));
  const findings = second.findings.filter((found) => seen.has(identityOf(found)));
  return {
    ...second,
    // Events recorded after the first look do not count: the projector may still be folding them.
    behind: second.version < first.version + first.behind ? second.behind : 0,
    omitted: findings.length === 0 ? 0 : Math.min(first.omitted, second.omitted),
    findings: isStranded(first, second)
      ? [
          ...findings,
          finding(
            "SUMMARY",
            second.version,
            `the statement has entries beyond version ${second.version}, where the summary stands: it was lost or set back, or a projector was given up between its two writes`,
          ),
        ]
      : findings,
  };
};
