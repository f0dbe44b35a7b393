import { pipe } from "fp-ts/function";
import * as O from "fp-ts/Option";
import * as RA from "fp-ts/ReadonlyArray";
import type { Row } from "../projection/columns";
import { canonicalForm } from "../projection/hash-chain";
import type { Change } from "../projection/summary";
import {
  type Entry,
  type EntryRow,
  type ExpectedRows,
  type Finding,
  finding,
  type PartitionRow,
  type Verification,
} from "./verification";

/** The maximum number of findings of one stream: one shows what happened, a hundred thousand fill the memory. */
const maxFindings = 10;

const shown = (value: unknown): string => (value === undefined ? "nothing" : canonicalForm(value));

/** The columns in which two rows differ, as text. */
export const differingColumns = (stored: Row, expected: Row): ReadonlyArray<string> =>
  [...new Set([...Object.keys(stored), ...Object.keys(expected)])]
    .filter((column) => shown(stored[column]) !== shown(expected[column]))
    .map(
      (column) => `${column}: stored ${shown(stored[column])}, expected ${shown(expected[column])}`,
    );

/** The progress of the comparison of a stream's events with its entries. */
export interface Comparison {
  /** The last version whose stored hash matches the events: up to it, they are the events that were folded. */
  readonly intact: number;
  /** The first version after that whose stored hash does not match. */
  readonly broken: O.Option<number>;
  /** The last of the entries that lie beyond the summary. */
  readonly ahead: O.Option<number>;
  /** Entries of other generations: how many, and the last version among them. */
  readonly leftovers: { readonly count: number; readonly last: number };
  readonly findings: ReadonlyArray<Finding>;
  readonly omitted: number;
}

export const nothingCompared: Comparison = {
  intact: 0,
  broken: O.none,
  ahead: O.none,
  leftovers: { count: 0, last: 0 },
  findings: [],
  omitted: 0,
};

/**
 * A hash covers all events up to its own. So a hash that matches clears the earlier events of a mismatch before it:
 * there, the hash of the entry was altered.
 */
export const followChain = (
  comparison: Comparison,
  version: number,
  storedHash: unknown,
  hash: unknown,
): Comparison =>
  storedHash === hash
    ? { ...comparison, intact: version, broken: O.none }
    : {
        ...comparison,
        broken: pipe(
          comparison.broken,
          O.alt(() => O.some(version)),
        ),
      };

const addFindings = (comparison: Comparison, found: ReadonlyArray<Finding>): Comparison => {
  const all = [...comparison.findings, ...found];
  return {
    ...comparison,
    findings: all.slice(0, maxFindings),
    omitted: comparison.omitted + Math.max(0, all.length - maxFindings),
  };
};

/** A row that no event accounts for. One with an owner is among the owner's streams besides. */
const stray = (found: PartitionRow): Finding =>
  finding(
    "ENTRY",
    found.kind === "ENTRY" ? found.version : undefined,
    `the row ${found.key} is not of any event`,
    found.row.owner === undefined
      ? []
      : [`owner: stored ${shown(found.row.owner)}, expected nothing`],
  );

const addStrays = (comparison: Comparison, rows: ReadonlyArray<PartitionRow>): Comparison =>
  addFindings(comparison, rows.map(stray));

/** Whether nobody reads a row, although it is none that the projection never writes. */
const isHarmless = (row: PartitionRow): boolean =>
  row.kind !== "OTHER" && row.row.owner === undefined;

/** Takes account of rows that are not of the summary's set. Those that the projection never writes are findings. */
export const addOthers = (
  comparison: Comparison,
  rows: ReadonlyArray<PartitionRow>,
): Comparison => {
  const others = rows.filter(({ kind }) => kind !== "SUMMARY");
  const leftovers = others.flatMap((row) => (row.kind === "ENTRY" ? [row.version] : []));
  return addStrays(
    {
      ...comparison,
      leftovers: {
        count: comparison.leftovers.count + leftovers.length,
        last: Math.max(comparison.leftovers.last, ...leftovers),
      },
    },
    others.filter((row) => !isHarmless(row)),
  );
};

const compareEntry =
  (
    expectedEntry: ExpectedRows<never>["entry"],
    stored: ReadonlyMap<number, EntryRow>,
    contents: boolean,
  ) =>
  (comparison: Comparison, change: Change): Comparison => {
    const expected = expectedEntry(change);
    const found = stored.get(change.version);
    if (found === undefined) {
      return contents
        ? addFindings(comparison, [finding("ENTRY", change.version, "the entry is missing")])
        : comparison;
    }
    const followed = followChain(comparison, change.version, found.hash, expected.hash);
    const columns = contents ? differingColumns(found.row, expected.row) : [];
    return columns.length === 0
      ? followed
      : addFindings(followed, [finding("ENTRY", change.version, "the entry differs", columns)]);
  };

const followOpening = (
  comparison: Comparison,
  { version, hash }: Change,
  openingHash: O.Option<string>,
): Comparison =>
  pipe(
    openingHash,
    O.match(
      () => comparison,
      (stored) => followChain(comparison, version, stored, hash),
    ),
  );

/** The stored rows of some events. */
export interface StoredChanges {
  readonly entries: ReadonlyArray<Entry>;
  /** The summary's link of the chain for the opening, which has no entry. */
  readonly openingHash: O.Option<string>;
}

/**
 * Compares the changes of some events with their stored rows. Without `contents` it compares the hash chain alone: for
 * entries that another projection version wrote, or that lie beyond the summary.
 */
export const compareEntries = (
  comparison: Comparison,
  changes: ReadonlyArray<Change>,
  { entries, openingHash }: StoredChanges,
  expectedEntry: ExpectedRows<never>["entry"],
  contents: boolean,
): Comparison => {
  const byVersion = new Map(entries.map((entry) => [entry.version, entry]));
  const compare = compareEntry(expectedEntry, byVersion, contents);
  // In the order of the events, since a hash covers those before it: declined requests may precede the opening.
  const compared = changes.reduce(
    (followed, change) =>
      change.opening ? followOpening(followed, change, openingHash) : compare(followed, change),
    comparison,
  );
  if (!contents) return compared;
  const versions = new Set<number>(
    changes.filter(({ opening }) => !opening).map(({ version }) => version),
  );
  return addStrays(
    compared,
    entries.filter(({ version }) => !versions.has(version)),
  );
};

const unlike = "changed, or another event was put in or taken out before it";

/** The finding of a broken chain: the first event that is not the one that was folded, with its entry's differences. */
const brokenAt = ({ intact, findings }: Comparison, broken: number): Finding => {
  const evidence = findings.find(({ version }) => O.isSome(version) && version.value === broken);
  const detail =
    broken === intact + 1
      ? `event ${broken} is not the one that was folded: ${unlike}`
      : `one of the events ${intact + 1} to ${broken} is not the one that was folded: ${unlike}`;
  return finding("EVENT", intact + 1, detail, evidence?.columns ?? []);
};

/**
 * The findings of a comparison, and others. After an event that is not the one that was folded, every row differs as a
 * consequence: those differences are left out.
 */
export const conclude = (
  comparison: Comparison,
  others: ReadonlyArray<Finding>,
): Pick<Verification, "findings" | "omitted"> =>
  pipe(
    comparison.broken,
    O.match(
      () => ({ findings: comparison.findings, omitted: comparison.omitted }),
      (broken) => ({
        findings: [
          ...comparison.findings.filter(
            ({ version }) => O.isNone(version) || version.value <= comparison.intact,
          ),
          brokenAt(comparison, broken),
        ],
        omitted: 0,
      }),
    ),
    ({ findings, omitted }) => ({ findings: pipe(findings, RA.concat(others)), omitted }),
  );
