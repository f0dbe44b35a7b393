import type * as E from "fp-ts/Either";
import * as O from "fp-ts/Option";
import type { Row } from "../projection/columns";
import type { StreamId, StreamVersion } from "../projection/identifiers";
import type { Change, Summary, Suspension } from "../projection/summary";

// A verification compares the stored rows of a stream with the expected ones: those that the projection would write now.
// It compares column by column, so that it finds whatever was altered by hand.

/** A row of the statement; `hash` is the row's link of the hash chain. */
export interface EntryRow {
  readonly key: string;
  readonly hash: unknown;
  readonly row: Row;
}

/** A summary's row, and the summary decoded from it. Left has the row's faults. */
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
  /** Entries lie beyond the summary: a projector is between its two writes, or the summary was lost or set back. */
  readonly ahead: boolean;
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
  findings.length > 0 || behind > 0 || ahead;

/** Combines two looks at a stream, some time apart. */
export const settle = (first: Verification, second: Verification): Verification => {
  const stranded = second.ahead && second.version === first.version;
  return {
    ...second,
    // Events recorded after the first look do not count: the projector may still be folding them.
    behind: second.version < first.version + first.behind ? second.behind : 0,
    findings: stranded
      ? [
          ...second.findings,
          finding(
            "SUMMARY",
            second.version,
            `the statement has entries beyond version ${second.version}, where the summary stands: it was lost or set back, or a projector was given up between its two writes`,
          ),
        ]
      : second.findings,
  };
};
