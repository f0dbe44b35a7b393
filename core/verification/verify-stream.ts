import * as E from "fp-ts/Either";
import { pipe } from "fp-ts/function";
import * as O from "fp-ts/Option";
import * as RTE from "fp-ts/ReaderTaskEither";
import * as TE from "fp-ts/TaskEither";
import type { Row } from "../projection/columns";
import { foldEvents } from "../projection/fold-events";
import { genesis } from "../projection/hash-chain";
import { noVersion, type StreamId, type StreamVersion } from "../projection/identifiers";
import { loop } from "../projection/loop";
import type { ProjectionEnvironment, Unavailable } from "../projection/ports";
import { emptySummary, isSuspended, type Summary, type Suspension } from "../projection/summary";
import {
  addStrays,
  type Comparison,
  compareEntries,
  conclude,
  differingColumns,
  followChain,
  nothingCompared,
} from "./comparison";
import {
  type ExpectedRows,
  type Finding,
  finding,
  type PartitionRow,
  type SummaryRow,
  type Verification,
} from "./verification";

// Folds a stream from its first event, page by page, and compares the expected rows with the stored ones. It walks along
// the events and along all rows of the stream's partition at the same time, so that each row is expected or a finding, and
// no more than a page of either is in memory. It writes nothing.

/** The rows of the read model as they are stored. Strongly consistent. */
export interface StoredRows<State> {
  readonly summary: (streamId: StreamId) => TE.TaskEither<Unavailable, O.Option<SummaryRow<State>>>;
  /** The stream's row in the list of suspended streams. */
  readonly suspension: (streamId: StreamId) => TE.TaskEither<Unavailable, O.Option<Row>>;
  /**
   * The next rows of the stream's partition, whatever they are, in the order of their keys: those after a key, one page
   * of them. Empty at the partition's end.
   */
  readonly rowsAfter: (
    streamId: StreamId,
    key: O.Option<string>,
  ) => TE.TaskEither<Unavailable, ReadonlyArray<PartitionRow>>;
}

export interface VerificationEnvironment<State>
  extends Pick<ProjectionEnvironment<State>, "projectionVersion" | "fold" | "events" | "now"> {
  readonly storedRows: StoredRows<State>;
  readonly expectedRows: ExpectedRows<State>;
}

type Look<State, A> = RTE.ReaderTaskEither<VerificationEnvironment<State>, Unavailable, A>;

/** The stored summary. Rows count up to its version. */
interface Goal {
  readonly version: StreamVersion;
  readonly chainHead: string;
  readonly openingHash: O.Option<string>;
  /** Whether this projection version wrote the rows, so that their contents can be compared. */
  readonly contents: boolean;
}

/** How far the rows of the partition have been read. */
interface Cursor {
  /** Rows that were read and not compared yet. */
  readonly rows: ReadonlyArray<PartitionRow>;
  readonly last: O.Option<string>;
  readonly ended: boolean;
}

/** How far a look has come. */
interface Walk<State> {
  /** The fold so far, suspended where the next event cannot be folded. */
  readonly summary: Summary<State>;
  /** The fold at the goal, once it is reached. */
  readonly reached: O.Option<Summary<State>>;
  readonly comparison: Comparison;
  readonly cursor: Cursor;
  /** The first entry that lies beyond the last event. */
  readonly leftover: O.Option<PartitionRow & { readonly kind: "ENTRY" }>;
}

type Entry = PartitionRow & { readonly kind: "ENTRY" };

const isEntry = (row: PartitionRow): row is Entry => row.kind === "ENTRY";

const readRows = <State>(streamId: StreamId, { last }: Cursor): Look<State, Cursor> =>
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
const takeEntries = <State>(
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

/** The summary's own link of the chain; where the entry of its version agrees, it is the summary that was altered. */
const followHead = (
  comparison: Comparison,
  { version, chainHead }: Summary<unknown>,
  goal: Goal,
): Comparison =>
  version === comparison.intact
    ? comparison
    : followChain(comparison, version, goal.chainHead, chainHead);

const lastVersion = (entries: ReadonlyArray<Entry>, before: O.Option<number>): O.Option<number> =>
  pipe(
    O.fromNullable(entries.at(-1)),
    O.map(({ version }) => version),
    O.alt(() => before),
  );

/** Folds one page and compares it with its entries; a page never goes past the goal unless it begins there. */
const comparePage = <State>(
  walk: Walk<State>,
  goal: Goal,
  events: ReadonlyArray<unknown>,
): Look<State, Walk<State>> =>
  pipe(
    RTE.ask<VerificationEnvironment<State>>(),
    RTE.flatMapTaskEither((environment) => {
      const from = walk.summary.version;
      const inForce = from < goal.version;
      const page = inForce ? events.slice(0, goal.version - from) : events;
      const { summary, changes } = foldEvents(environment, walk.summary, page);
      return pipe(
        takeEntries<State>(summary.streamId, walk, summary.version)(environment),
        TE.map(({ entries, comparison, cursor }): Walk<State> => {
          const compared = compareEntries(
            comparison,
            changes,
            { entries, openingHash: goal.openingHash },
            environment.expectedRows.entry,
            goal.contents && inForce,
          );
          const reached = inForce && summary.version === goal.version;
          return {
            ...walk,
            summary,
            cursor,
            reached: reached ? O.some(summary) : walk.reached,
            comparison: {
              ...(reached ? followHead(compared, summary, goal) : compared),
              ahead: inForce ? walk.comparison.ahead : lastVersion(entries, walk.comparison.ahead),
            },
          };
        }),
      );
    }),
  );

/**
 * Reads the rows that are left where the fold ends. Where the fold is suspended, entries up to the goal cannot be
 * compared.
 */
const readRest = <State>(walk: Walk<State>, goal: Goal): Look<State, Walk<State>> =>
  pipe(
    walk,
    loop((walk): Look<State, E.Either<Walk<State>, Walk<State>>> => {
      const { cursor, summary } = walk;
      const entries = cursor.rows.filter(isEntry);
      const beyond = entries.filter(({ version }) => version > goal.version);
      const read: Walk<State> = {
        ...walk,
        leftover: pipe(
          walk.leftover,
          O.alt(() => O.fromNullable(entries[0])),
        ),
        comparison: {
          ...addStrays(
            walk.comparison,
            cursor.rows.filter(({ kind }) => kind === "OTHER"),
          ),
          ahead: isSuspended(summary)
            ? lastVersion(beyond, walk.comparison.ahead)
            : walk.comparison.ahead,
        },
      };
      return cursor.ended
        ? RTE.right(E.right(read))
        : pipe(
            readRows<State>(summary.streamId, cursor),
            RTE.map((cursor) => E.left({ ...read, cursor })),
          );
    }),
  );

/**
 * Ends a walk at which no more events were found. A projector writes an entry after its event was written. So where there
 * are entries beyond the last event, the events are read once more: only if there are none still, some have been removed.
 */
const endOfEvents = <State>(
  walk: Walk<State>,
  goal: Goal,
): Look<State, E.Either<Walk<State>, Walk<State>>> =>
  pipe(
    takeEntries<State>(walk.summary.streamId, walk, walk.summary.version),
    RTE.map(({ comparison, cursor }): Walk<State> => ({ ...walk, comparison, cursor })),
    RTE.flatMap(
      (taken): Look<State, E.Either<Walk<State>, Walk<State>>> =>
        taken.cursor.rows.length === 0
          ? RTE.right(E.right(taken))
          : pipe(
              nextEvents<State>(walk.summary),
              RTE.flatMap(
                (events): Look<State, E.Either<Walk<State>, Walk<State>>> =>
                  events.length === 0
                    ? pipe(readRest(taken, goal), RTE.map(E.right))
                    : pipe(comparePage(taken, goal, events), RTE.map(E.left)),
              ),
            ),
    ),
  );

const nextEvents = <State>({
  streamId,
  version,
}: Summary<State>): Look<State, ReadonlyArray<unknown>> =>
  pipe(
    RTE.ask<VerificationEnvironment<State>>(),
    RTE.flatMapTaskEither(({ events }) =>
      // From the beginning, before any version there could be, so that no item stays unseen.
      events.readAfter(streamId, version === 0 ? "beginning" : version),
    ),
  );

/** Walks from a stream's first event to its end, or to an event that cannot be folded. */
const walkToTheEnd = <State>(streamId: StreamId, goal: Goal): Look<State, Walk<State>> =>
  pipe(
    RTE.ask<VerificationEnvironment<State>>(),
    RTE.map(({ projectionVersion }): Walk<State> => {
      const summary = emptySummary(streamId, projectionVersion);
      return {
        summary,
        reached: goal.version === 0 ? O.some(summary) : O.none,
        comparison: nothingCompared,
        cursor: { rows: [], last: O.none, ended: false },
        leftover: O.none,
      };
    }),
    RTE.flatMap(
      loop((walk): Look<State, E.Either<Walk<State>, Walk<State>>> => {
        const { summary } = walk;
        return isSuspended(summary)
          ? pipe(readRest(walk, goal), RTE.map(E.right))
          : pipe(
              nextEvents<State>(summary),
              RTE.flatMap((events) =>
                events.length === 0
                  ? endOfEvents(walk, goal)
                  : pipe(comparePage(walk, goal, events), RTE.map(E.left)),
              ),
            );
      }),
    ),
  );

/** How many events were read after `version`, including the one that suspended the walk. */
const eventsAfter = (version: StreamVersion, { summary }: Walk<unknown>): number =>
  summary.version - version + (isSuspended(summary) ? 1 : 0);

/** The finding where the fold ends before the version of the summary. */
const shortfall = ({ summary }: Walk<unknown>): Finding =>
  pipe(
    summary.suspension,
    O.filter(({ reason }) => reason !== "MISSING_EVENT"),
    O.match(
      () => finding("EVENT", summary.version + 1, `event ${summary.version + 1} is missing`),
      ({ version, reason, detail }) =>
        finding(
          "EVENT",
          version,
          `event ${version} was folded once and cannot be any more: ${reason}, ${detail}`,
        ),
    ),
  );

/** What is wrong where entries lie beyond the last event. */
const leftoverFindings = ({ summary, leftover, reached }: Walk<unknown>): ReadonlyArray<Finding> =>
  pipe(
    leftover,
    // Where the fold stands before the event, or before the summary's version, another finding or `ahead` says so.
    O.filter(() => !isSuspended(summary) && O.isSome(reached)),
    O.match(
      () => [],
      ({ key, version }) => [
        version === summary.version + 1
          ? finding("EVENT", version, `event ${version} is missing, and its entry is still there`)
          : finding("ENTRY", version, `the row ${key} is not of any event`),
      ],
    ),
  );

const compareSuspensions = (listed: Row, expected: Row): ReadonlyArray<Finding> => {
  const columns = differingColumns(listed, expected);
  return columns.length === 0
    ? []
    : [finding("SUSPENSION", undefined, "the list of suspended streams differs", columns)];
};

const suspensionFindings = (
  streamId: StreamId,
  suspension: O.Option<Suspension>,
  listed: O.Option<Row>,
  { suspension: expectedRow }: ExpectedRows<never>,
): ReadonlyArray<Finding> =>
  pipe(
    suspension,
    O.match(
      () =>
        O.isSome(listed)
          ? [
              finding(
                "SUSPENSION",
                undefined,
                "listed as suspended, but is not",
                differingColumns(listed.value, {}),
              ),
            ]
          : [],
      (suspended) =>
        pipe(
          listed,
          O.match(
            () => [
              finding(
                "SUSPENSION",
                undefined,
                "suspended, but not in the list of suspended streams",
                [`since: stored nothing, expected ${suspended.since}`],
              ),
            ],
            (row) => compareSuspensions(row, expectedRow(streamId, suspended)),
          ),
        ),
    ),
  );

/** Compares the summary with the fold up to its version. */
const summaryFindings = <State>(
  row: Row,
  stored: Summary<State>,
  { comparison, reached }: Walk<State>,
  {
    expectedRows,
    projectionVersion,
  }: Pick<VerificationEnvironment<State>, "expectedRows" | "projectionVersion">,
): ReadonlyArray<Finding> => {
  if (stored.projectionVersion !== projectionVersion) {
    return [
      finding(
        "SUMMARY",
        undefined,
        `written by projection version ${stored.projectionVersion}, and this release has ${projectionVersion}: only the hash chain was compared`,
      ),
    ];
  }
  if (O.isNone(reached) || O.isSome(comparison.broken)) return [];
  const expected = expectedRows.summary({ ...reached.value, suspension: stored.suspension });
  const columns = differingColumns(row, expected);
  return columns.length === 0
    ? []
    : [finding("SUMMARY", stored.version, "the summary differs", columns)];
};

const verificationOf = (streamId: StreamId, found: Partial<Verification>): Verification => ({
  streamId,
  version: noVersion,
  behind: 0,
  suspension: O.none,
  ahead: O.none,
  findings: [],
  omitted: 0,
  ...found,
});

const verifySummary = <State>(
  streamId: StreamId,
  row: Row,
  stored: Summary<State>,
  listed: O.Option<Row>,
): Look<State, Verification> =>
  pipe(
    RTE.ask<VerificationEnvironment<State>>(),
    RTE.bindTo("environment"),
    RTE.bind("walk", ({ environment: { projectionVersion } }) =>
      walkToTheEnd<State>(streamId, {
        version: stored.version,
        chainHead: stored.chainHead,
        openingHash: pipe(
          stored.opened,
          O.map(({ hash }) => hash),
        ),
        contents: stored.projectionVersion === projectionVersion,
      }),
    ),
    RTE.map(({ environment, walk }) =>
      verificationOf(streamId, {
        version: stored.version,
        behind: isSuspended(stored) ? 0 : Math.max(0, eventsAfter(stored.version, walk)),
        suspension: pipe(
          stored.suspension,
          O.map((suspension) => ({
            ...suspension,
            ready: walk.summary.version > stored.version,
          })),
        ),
        ahead: walk.comparison.ahead,
        ...conclude(walk.comparison, [
          ...(O.isNone(walk.reached) ? [shortfall(walk)] : []),
          ...leftoverFindings(walk),
          ...summaryFindings(row, stored, walk, environment),
          ...suspensionFindings(streamId, stored.suspension, listed, environment.expectedRows),
        ]),
      }),
    ),
  );

/**
 * A stream without a summary that can be read: nothing was projected yet, or the summary was lost or damaged and its
 * entries are left. The entries still say if the events are those that were folded.
 */
const verifyWithoutSummary = <State>(
  streamId: StreamId,
  listed: O.Option<Row>,
  fault: O.Option<string>,
): Look<State, Verification> =>
  pipe(
    RTE.ask<VerificationEnvironment<State>>(),
    RTE.bindTo("environment"),
    RTE.bind("walk", () =>
      walkToTheEnd<State>(streamId, {
        version: noVersion,
        chainHead: genesis,
        openingHash: O.none,
        contents: false,
      }),
    ),
    RTE.map(({ environment, walk }) => {
      const seen = eventsAfter(noVersion, walk);
      const orphaned = finding("EVENT", 1, "event 1 is missing: there are rows, but no events");
      const events = seen === 0 ? [orphaned] : leftoverFindings(walk);
      return pipe(
        fault,
        O.match(
          () =>
            verificationOf(streamId, {
              behind: seen,
              ahead: walk.comparison.ahead,
              ...conclude(walk.comparison, [
                ...events,
                ...suspensionFindings(streamId, O.none, listed, environment.expectedRows),
              ]),
            }),
          (unreadable) =>
            verificationOf(
              streamId,
              conclude(walk.comparison, [
                ...events,
                finding("SUMMARY", undefined, `the summary cannot be read: ${unreadable}`),
              ]),
            ),
        ),
      );
    }),
  );

/** Entries beyond the summary say nothing once the summary has moved: it was read first. */
const withoutMoved = <State>(seen: Verification): Look<State, Verification> =>
  O.isNone(seen.ahead)
    ? RTE.right(seen)
    : pipe(
        RTE.ask<VerificationEnvironment<State>>(),
        RTE.flatMapTaskEither(({ storedRows }) => storedRows.summary(seen.streamId)),
        RTE.map((stored) => {
          const moved = pipe(
            stored,
            O.exists(({ summary }) => E.isRight(summary) && summary.right.version !== seen.version),
          );
          return moved ? { ...seen, ahead: O.none } : seen;
        }),
      );

/** One look at a stream. What it finds may be a projector at work: see `settle`. */
export const verifyStream = <State>(streamId: StreamId): Look<State, Verification> =>
  pipe(
    RTE.ask<VerificationEnvironment<State>>(),
    RTE.flatMapTaskEither(({ storedRows }) =>
      pipe(
        TE.Do,
        // Read the summary first: every event and entry up to its version is already written.
        TE.apS("summary", storedRows.summary(streamId)),
        TE.apS("listed", storedRows.suspension(streamId)),
      ),
    ),
    RTE.flatMap(({ summary, listed }) =>
      pipe(
        summary,
        O.match(
          () => verifyWithoutSummary<State>(streamId, listed, O.none),
          ({ row, summary: stored }) =>
            pipe(
              stored,
              E.match(
                (fault) => verifyWithoutSummary<State>(streamId, listed, O.some(fault)),
                (readable) => verifySummary(streamId, row, readable, listed),
              ),
            ),
        ),
      ),
    ),
    RTE.flatMap(withoutMoved<State>),
  );
