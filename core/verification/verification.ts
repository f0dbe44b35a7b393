import type * as E from "fp-ts/Either";
import { pipe } from "fp-ts/function";
import * as O from "fp-ts/Option";
import * as RA from "fp-ts/ReadonlyArray";
import { type Change, leavesEntry, type Summary, type Suspension } from "../projection/fold";
import { canonicalForm } from "../projection/hash-chain";

// What a comparison of the read model with the fold of the events can find. The rows are compared as they are stored with
// the rows that the projection would write now, column by column: nothing that was altered by hand can hide.

export type Row = Readonly<Record<string, unknown>>;

/** An entry of the statement as a row; `hash` is what the row says of the hash chain. */
export interface EntryRow {
  readonly key: string;
  readonly hash: unknown;
  readonly row: Row;
}

/** A summary's row and what can be read in it: Left says what is wrong with it. */
export interface SummaryRow {
  readonly row: Row;
  readonly summary: E.Either<string, Summary>;
}

/** The rows that the projection writes. */
export interface ExpectedRows {
  readonly summary: (summary: Summary) => Row;
  readonly entry: (change: Change) => EntryRow;
  readonly suspension: (streamId: string, suspension: Suspension) => Row;
}

/** Something that is not as the events say; `columns` holds both sides of each column that differs. */
export interface Finding {
  readonly about: "EVENT" | "ENTRY" | "SUMMARY" | "SUSPENSION";
  /** The first version that is concerned; none where the whole account is. */
  readonly version: O.Option<number>;
  readonly detail: string;
  readonly columns: ReadonlyArray<string>;
}

export interface Verification {
  readonly streamId: string;
  /** The version of the summary, 0 where there is none. */
  readonly version: number;
  /** How many events the summary has still to follow. */
  readonly behind: number;
  /** Where the stream is suspended, and whether the event it is suspended at can be folded by now. */
  readonly suspended: O.Option<Suspension & { readonly ready: boolean }>;
  /** Entries lie beyond the summary: a projector is between its two writes, or the summary was lost or set back. */
  readonly ahead: boolean;
  /** The first findings, and how many more there were. */
  readonly findings: ReadonlyArray<Finding>;
  readonly omitted: number;
}

/** How many findings of one account are kept: one shows what happened, a hundred thousand fill the memory. */
const keptFindings = 10;

export const finding = (
  about: Finding["about"],
  version: number | undefined,
  detail: string,
  columns: ReadonlyArray<string> = [],
): Finding => ({ about, version: O.fromNullable(version), detail, columns });

const shown = (value: unknown): string => (value === undefined ? "nothing" : canonicalForm(value));

/** The columns in which two rows differ, in words. */
export const differingColumns = (stored: Row, expected: Row): ReadonlyArray<string> =>
  [...new Set([...Object.keys(stored), ...Object.keys(expected)])]
    .filter((column) => shown(stored[column]) !== shown(expected[column]))
    .map(
      (column) => `${column}: stored ${shown(stored[column])}, expected ${shown(expected[column])}`,
    );

/** How far the events of a stream have been compared with its entries. */
export interface Comparison {
  /** The last version whose stored hash is that of the events: those up to it are what they were when it was written. */
  readonly intact: number;
  /** The first version after that whose stored hash is another. */
  readonly broken: O.Option<number>;
  readonly ahead: boolean;
  readonly findings: ReadonlyArray<Finding>;
  readonly omitted: number;
}

export const nothingCompared: Comparison = {
  intact: 0,
  broken: O.none,
  ahead: false,
  findings: [],
  omitted: 0,
};

/**
 * A hash stands for all events up to its own. So one that agrees clears the earlier events of a disagreement before it:
 * there it was the entry's hash that was altered.
 */
export const followChain = (
  comparison: Comparison,
  version: number,
  keptHash: unknown,
  hash: unknown,
): Comparison =>
  keptHash === hash
    ? { ...comparison, intact: version, broken: O.none }
    : { ...comparison, broken: O.isSome(comparison.broken) ? comparison.broken : O.some(version) };

const adding = (comparison: Comparison, found: ReadonlyArray<Finding>): Comparison => {
  const all = [...comparison.findings, ...found];
  return {
    ...comparison,
    findings: all.slice(0, keptFindings),
    omitted: comparison.omitted + Math.max(0, all.length - keptFindings),
  };
};

const compareEntry =
  (entryOf: ExpectedRows["entry"], stored: ReadonlyMap<string, EntryRow>, contents: boolean) =>
  (comparison: Comparison, change: Change): Comparison => {
    const folded = entryOf(change);
    const found = stored.get(folded.key);
    if (found === undefined) {
      return contents
        ? adding(comparison, [finding("ENTRY", change.version, "the entry is missing")])
        : comparison;
    }
    const followed = followChain(comparison, change.version, found.hash, folded.hash);
    const columns = contents ? differingColumns(found.row, folded.row) : [];
    return columns.length === 0
      ? followed
      : adding(followed, [finding("ENTRY", change.version, "the entry differs", columns)]);
  };

const followOpening = (
  comparison: Comparison,
  { version, hash }: Change,
  openingHash: O.Option<string>,
): Comparison =>
  O.isSome(openingHash) ? followChain(comparison, version, openingHash.value, hash) : comparison;

/** What is stored of some events. */
export interface Kept {
  readonly entries: ReadonlyArray<EntryRow>;
  /** The summary's link of the chain for the opening, which leaves no entry. */
  readonly openingHash: O.Option<string>;
}

/**
 * Compares the changes of some events with what is stored of them. Without `contents`, where the entries are not this
 * projection's or are not in force, only the hash chain is.
 */
export const compareEntries = (
  comparison: Comparison,
  changes: ReadonlyArray<Change>,
  { entries, openingHash }: Kept,
  entryOf: ExpectedRows["entry"],
  contents: boolean,
): Comparison => {
  const keys = new Set(changes.filter(leavesEntry).map((change) => entryOf(change).key));
  const byKey = new Map(entries.map((entry) => [entry.key, entry]));
  const strangers = entries.filter(({ key }) => !keys.has(key));
  const compare = compareEntry(entryOf, byKey, contents);
  // In the order of the events, since a hash speaks for those before it: declined requests may precede the opening.
  const compared = changes.reduce(
    (followed, change) =>
      leavesEntry(change)
        ? compare(followed, change)
        : followOpening(followed, change, openingHash),
    comparison,
  );
  return contents
    ? adding(
        compared,
        strangers.map(({ key, row }) =>
          finding(
            "ENTRY",
            typeof row.version === "number" ? row.version : undefined,
            `the row ${key} is not of any event`,
          ),
        ),
      )
    : compared;
};

const unlike = "changed, or another event was put in or taken out before it";

/** The finding of a broken chain: the first event that is not what it was, with what its entry still says. */
const brokenAt = ({ intact, findings }: Comparison, broken: number): Finding => {
  const evidence = findings.find(({ version }) => O.isSome(version) && version.value === broken);
  const detail =
    broken === intact + 1
      ? `event ${broken} is not the one that was folded: ${unlike}`
      : `one of the events ${intact + 1} to ${broken} is not the one that was folded: ${unlike}`;
  return finding("EVENT", intact + 1, detail, evidence?.columns ?? []);
};

/**
 * The findings of a comparison. Once an event is not what it was, what is folded from it on differs in consequence,
 * which is no finding of its own.
 */
export const concluded = (
  comparison: Comparison,
  others: ReadonlyArray<Finding>,
): Pick<Verification, "findings" | "omitted"> =>
  pipe(
    comparison.broken,
    O.match(
      () => comparison.findings,
      (broken) => [
        ...comparison.findings.filter(
          ({ version }) => O.isNone(version) || version.value <= comparison.intact,
        ),
        brokenAt(comparison, broken),
      ],
    ),
    RA.concat(others),
    (all) => ({
      findings: all,
      omitted: O.isSome(comparison.broken) ? 0 : comparison.omitted,
    }),
  );

/** Whether the events themselves are not what was folded: a rebuild would write over the evidence. */
export const eventsDiffer = ({ findings }: Verification): boolean =>
  findings.some(({ about }) => about === "EVENT");

/** Whether there is anything that a second look may clear up: a live projector moves between the reads of one look. */
export const isUnsettled = ({ findings, behind, ahead }: Verification): boolean =>
  findings.length > 0 || behind > 0 || ahead;

/** What two looks at a stream, some time apart, say together. */
export const settle = (first: Verification, second: Verification): Verification => {
  const stranded = second.ahead && second.version === first.version;
  return {
    ...second,
    // Events that came after the first look are the projector's ordinary work.
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
