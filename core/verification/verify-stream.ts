import * as E from "fp-ts/Either";
import { pipe } from "fp-ts/function";
import * as O from "fp-ts/Option";
import * as RTE from "fp-ts/ReaderTaskEither";
import * as TE from "fp-ts/TaskEither";
import { emptySummary, type Summary, type Suspension } from "../projection/fold";
import { foldEvents } from "../projection/fold-events";
import { genesis } from "../projection/hash-chain";
import type { ProjectionPorts, Unavailable } from "../projection/ports";
import {
  type Comparison,
  compareEntries,
  concluded,
  differingColumns,
  type EntryRow,
  type ExpectedRows,
  type Finding,
  finding,
  followChain,
  nothingCompared,
  type Row,
  type SummaryRow,
  type Verification,
} from "./verification";

// Folds a stream anew, page by page, and compares what comes of it with what the read model keeps. It writes nothing.

/** The read model as it is stored. Strongly consistent. */
export interface StoredRows {
  readonly summary: (streamId: string) => TE.TaskEither<Unavailable, O.Option<SummaryRow>>;
  /** The stream's row in the list of suspended streams. */
  readonly suspension: (streamId: string) => TE.TaskEither<Unavailable, O.Option<Row>>;
  /** All entries of the versions after `version` up to `last`, in their order. */
  readonly entries: (
    streamId: string,
    version: number,
    last: number,
  ) => TE.TaskEither<Unavailable, ReadonlyArray<EntryRow>>;
}

export interface VerificationPorts
  extends Pick<ProjectionPorts, "projection" | "events" | "digest" | "now"> {
  readonly stored: StoredRows;
  readonly expectedRows: ExpectedRows;
}

type Look<A> = RTE.ReaderTaskEither<VerificationPorts, Unavailable, A>;

/** The stored summary, up to whose version the rows are in force. */
interface Goal {
  readonly version: number;
  readonly chainHead: string;
  readonly openingHash: O.Option<string>;
  /** Whether the rows are this projection's, so that their contents can be compared. */
  readonly contents: boolean;
}

/** How far a look has come. */
interface Walk {
  /** The fold so far, suspended where the next event cannot be folded. */
  readonly summary: Summary;
  /** The fold at the goal, once it is reached. */
  readonly reached: O.Option<Summary>;
  readonly comparison: Comparison;
}

/** Where to read on: at the start before any version there could be, so that no event stays unseen. */
const cursor = ({ version }: Summary): number =>
  version === 0 ? Number.MIN_SAFE_INTEGER : version;

/** The summary's own link of the chain; where the entry of its version agrees, it is the summary that was altered. */
const followHead = (
  comparison: Comparison,
  { version, chainHead }: Summary,
  goal: Goal,
): Comparison =>
  version === comparison.intact
    ? comparison
    : followChain(comparison, version, goal.chainHead, chainHead);

/** Folds one page and compares it with its entries; a page never goes past the goal unless it begins there. */
const step =
  (walk: Walk, goal: Goal, events: ReadonlyArray<unknown>): Look<Walk> =>
  (ports) => {
    const from = walk.summary.version;
    const inForce = from < goal.version;
    const page = inForce ? events.slice(0, goal.version - from) : events;
    const { summary, changes } = foldEvents(ports)(walk.summary, page);
    return pipe(
      ports.stored.entries(summary.streamId, from, summary.version),
      TE.map((entries) => {
        const compared = compareEntries(
          walk.comparison,
          changes,
          { entries, openingHash: goal.openingHash },
          ports.expectedRows.entry,
          goal.contents && inForce,
        );
        const reached = inForce && summary.version === goal.version;
        return {
          summary,
          reached: reached ? O.some(summary) : walk.reached,
          comparison: {
            ...(reached ? followHead(compared, summary, goal) : compared),
            ahead: walk.comparison.ahead || (!inForce && entries.length > 0),
          },
        };
      }),
    );
  };

/** Goes on to the stream's end, or to an event that cannot be folded. */
const walkOn =
  (walk: Walk, goal: Goal): Look<Walk> =>
  (ports) =>
    O.isSome(walk.summary.suspended)
      ? TE.right(walk)
      : pipe(
          ports.events.readAfter(walk.summary.streamId, cursor(walk.summary)),
          TE.chain((events) =>
            events.length === 0
              ? TE.right(walk)
              : pipe(
                  step(walk, goal, events)(ports),
                  TE.chain((next) => walkOn(next, goal)(ports)),
                ),
          ),
        );

/** Walks from a stream's first event on. */
const walkToTheEnd =
  (streamId: string, goal: Goal): Look<Walk> =>
  (ports) => {
    const summary = emptySummary(streamId, ports.projection);
    const reached = goal.version === 0 ? O.some(summary) : O.none;
    return walkOn({ summary, reached, comparison: nothingCompared }, goal)(ports);
  };

/** How many events after `version` were seen; where the walk was suspended there is one more, at the least. */
const eventsAfter = (version: number, { summary }: Walk): number =>
  summary.version - version + (O.isSome(summary.suspended) ? 1 : 0);

/** What is wrong where the fold does not come as far as the summary says it came. */
const shortfall = ({ summary }: Walk): Finding =>
  pipe(
    summary.suspended,
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

const suspensionFindings = (
  streamId: string,
  suspended: O.Option<Suspension>,
  listed: O.Option<Row>,
  expectedRows: ExpectedRows,
): ReadonlyArray<Finding> => {
  const stored = O.toUndefined(listed);
  const expected = O.isSome(suspended)
    ? expectedRows.suspension(streamId, suspended.value)
    : undefined;
  if (expected === undefined) {
    return stored === undefined
      ? []
      : [finding("SUSPENSION", undefined, "listed as suspended, but is not")];
  }
  if (stored === undefined) {
    return [
      finding("SUSPENSION", undefined, "suspended, but not in the list of suspended streams"),
    ];
  }
  const columns = differingColumns(stored, expected);
  return columns.length === 0
    ? []
    : [
        finding(
          "SUSPENSION",
          undefined,
          "the list of suspended streams tells it otherwise",
          columns,
        ),
      ];
};

/** Compares the summary with the fold of as many events as it has followed. */
const summaryFindings = (
  row: Row,
  stored: Summary,
  { comparison, reached }: Walk,
  { expectedRows, projection }: VerificationPorts,
): ReadonlyArray<Finding> => {
  if (stored.projection !== projection) {
    return [
      finding(
        "SUMMARY",
        undefined,
        `written by projection ${stored.projection}, and this release has projection ${projection}: only the hash chain was compared`,
      ),
    ];
  }
  if (O.isNone(reached) || O.isSome(comparison.broken)) return [];
  const columns = differingColumns(
    row,
    expectedRows.summary({ ...reached.value, suspended: stored.suspended }),
  );
  return columns.length === 0
    ? []
    : [finding("SUMMARY", stored.version, "the summary differs", columns)];
};

const verification = (streamId: string, found: Partial<Verification>): Verification => ({
  streamId,
  version: 0,
  behind: 0,
  suspended: O.none,
  ahead: false,
  findings: [],
  omitted: 0,
  ...found,
});

const verifySummary =
  (streamId: string, { row, summary }: SummaryRow, listed: O.Option<Row>): Look<Verification> =>
  (ports) => {
    if (E.isLeft(summary)) {
      const detail = `the summary cannot be read: ${summary.left}`;
      return TE.right(
        verification(streamId, { findings: [finding("SUMMARY", undefined, detail)] }),
      );
    }
    const stored = summary.right;
    const goal = { ...stored, contents: stored.projection === ports.projection };
    return pipe(
      walkToTheEnd(streamId, goal)(ports),
      TE.map((walk) =>
        verification(streamId, {
          version: stored.version,
          behind: O.isSome(stored.suspended) ? 0 : Math.max(0, eventsAfter(stored.version, walk)),
          suspended: pipe(
            stored.suspended,
            O.map((suspension) => ({
              ...suspension,
              ready: walk.summary.version > stored.version,
            })),
          ),
          ahead: walk.comparison.ahead,
          ...concluded(walk.comparison, [
            ...(O.isNone(walk.reached) ? [shortfall(walk)] : []),
            ...summaryFindings(row, stored, walk, ports),
            ...suspensionFindings(streamId, stored.suspended, listed, ports.expectedRows),
          ]),
        }),
      ),
    );
  };

/** Of a stream without a summary: nothing was projected yet, or the summary was lost and its entries are left. */
const verifyWithoutSummary =
  (streamId: string, listed: O.Option<Row>): Look<Verification> =>
  (ports) =>
    pipe(
      walkToTheEnd(streamId, {
        version: 0,
        chainHead: genesis,
        openingHash: O.none,
        contents: false,
      })(ports),
      TE.map((walk) => {
        const behind = eventsAfter(0, walk);
        const orphaned = finding("EVENT", 1, "event 1 is missing: there are rows, but no events");
        return verification(streamId, {
          behind,
          ahead: walk.comparison.ahead,
          ...concluded(walk.comparison, [
            ...(behind === 0 ? [orphaned] : []),
            ...suspensionFindings(streamId, O.none, listed, ports.expectedRows),
          ]),
        });
      }),
    );

/** One look at a stream. What it finds may be a projector at work: see `settle`. */
export const verifyStream = (streamId: string): Look<Verification> =>
  pipe(
    RTE.ask<VerificationPorts>(),
    RTE.chainTaskEitherK(({ stored }) =>
      pipe(
        TE.Do,
        // Before the events and the entries: what the summary has followed lies there by then.
        TE.apS("summary", stored.summary(streamId)),
        TE.apS("listed", stored.suspension(streamId)),
      ),
    ),
    RTE.chain(({ summary, listed }) =>
      pipe(
        summary,
        O.match(
          () => verifyWithoutSummary(streamId, listed),
          (row) => verifySummary(streamId, row, listed),
        ),
      ),
    ),
  );
