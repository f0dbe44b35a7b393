import * as E from "fp-ts/Either";
import { flow, pipe } from "fp-ts/function";
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
  type Comparison,
  compareEntries,
  conclude,
  differingColumns,
  followChain,
  nothingCompared,
} from "./comparison";
import {
  type EntryRow,
  type ExpectedRows,
  type Finding,
  finding,
  type SummaryRow,
  type Verification,
} from "./verification";

// Folds a stream from its first event, page by page, and compares the expected rows with the stored ones. It writes
// nothing.

/** The rows of the read model as they are stored. Strongly consistent. */
export interface StoredRows<State> {
  readonly summary: (streamId: StreamId) => TE.TaskEither<Unavailable, O.Option<SummaryRow<State>>>;
  /** The stream's row in the list of suspended streams. */
  readonly suspension: (streamId: StreamId) => TE.TaskEither<Unavailable, O.Option<Row>>;
  /** All entries of the versions after `version` up to `last`, in their order. */
  readonly entries: (
    streamId: StreamId,
    version: StreamVersion,
    last: StreamVersion,
  ) => TE.TaskEither<Unavailable, ReadonlyArray<EntryRow>>;
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

/** The progress of a look. */
interface Walk<State> {
  /** The fold so far, suspended where the next event cannot be folded. */
  readonly summary: Summary<State>;
  /** The fold at the goal, once it is reached. */
  readonly reached: O.Option<Summary<State>>;
  readonly comparison: Comparison;
}

/** Compares the summary's own link, unless the entry of its version matched: then the summary itself was altered. */
const followHead = (
  comparison: Comparison,
  { version, chainHead }: Summary<unknown>,
  goal: Goal,
): Comparison =>
  version === comparison.intact
    ? comparison
    : followChain(comparison, version, goal.chainHead, chainHead);

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
        environment.storedRows.entries(summary.streamId, from, summary.version),
        TE.map((entries): Walk<State> => {
          const compared = compareEntries(
            walk.comparison,
            changes,
            { entries, openingHash: goal.openingHash },
            environment.expectedRows.entry,
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
    }),
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
      };
    }),
    RTE.flatMap(
      loop((walk): Look<State, E.Either<Walk<State>, Walk<State>>> => {
        const { summary } = walk;
        if (isSuspended(summary)) return RTE.right(E.right(walk));
        return pipe(
          RTE.ask<VerificationEnvironment<State>>(),
          RTE.flatMapTaskEither(({ events }) =>
            // Begin before any possible version, so that no item is missed.
            events.readAfter(streamId, summary.version === 0 ? "beginning" : summary.version),
          ),
          RTE.flatMap((events) =>
            events.length === 0
              ? RTE.right(E.right(walk))
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
          ? [finding("SUSPENSION", undefined, "listed as suspended, but is not")]
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
  ahead: false,
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
          ...summaryFindings(row, stored, walk, environment),
          ...suspensionFindings(streamId, stored.suspension, listed, environment.expectedRows),
        ]),
      }),
    ),
  );

const unreadableSummary = (streamId: StreamId, fault: string): Verification =>
  verificationOf(streamId, {
    findings: [finding("SUMMARY", undefined, `the summary cannot be read: ${fault}`)],
  });

/** Verifies a stream without a summary: either nothing was projected yet, or the summary was lost. */
const verifyWithoutSummary = <State>(
  streamId: StreamId,
  listed: O.Option<Row>,
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
      const behind = eventsAfter(noVersion, walk);
      const orphaned = finding("EVENT", 1, "event 1 is missing: there are rows, but no events");
      return verificationOf(streamId, {
        behind,
        ahead: walk.comparison.ahead,
        ...conclude(walk.comparison, [
          ...(behind === 0 ? [orphaned] : []),
          ...suspensionFindings(streamId, O.none, listed, environment.expectedRows),
        ]),
      });
    }),
  );

/** One look at a stream. A projector at work may cause findings: see `settle`. */
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
          () => verifyWithoutSummary<State>(streamId, listed),
          ({ row, summary: stored }) =>
            pipe(
              stored,
              E.match(
                flow(
                  (fault) => unreadableSummary(streamId, fault),
                  RTE.right<VerificationEnvironment<State>, Unavailable, Verification>,
                ),
                (readable) => verifySummary(streamId, row, readable, listed),
              ),
            ),
        ),
      ),
    ),
  );
