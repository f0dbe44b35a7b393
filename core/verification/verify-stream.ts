import * as E from "fp-ts/Either";
import { pipe } from "fp-ts/function";
import * as O from "fp-ts/Option";
import * as RTE from "fp-ts/ReaderTaskEither";
import * as TE from "fp-ts/TaskEither";
import * as t from "io-ts";
import type { Row } from "../projection/columns";
import { genesis } from "../projection/hash-chain";
import { Generation, noVersion, type StreamId } from "../projection/identifiers";
import { loop } from "../projection/loop";
import { isSuspended, type RowSet, type Summary } from "../projection/summary";
import { conclude } from "./comparison";
import type { Look, VerificationEnvironment } from "./environment";
import {
  beyondFindings,
  eventsAfter,
  leftoverFindings,
  shortfall,
  summaryFindings,
  suspensionFindings,
} from "./stream-findings";
import { finding, type SummaryRow, type Verification } from "./verification";
import { walkToTheEnd } from "./walk";

// Folds a stream from its first event, page by page, and compares the expected rows with the stored ones. It walks along
// the events and along all rows of the stream's partition at the same time, so that each row is expected or a finding, and
// no more than a page of either is in memory. It writes nothing.

const verificationOf = (streamId: StreamId, found: Partial<Verification>): Verification => ({
  streamId,
  version: noVersion,
  behind: 0,
  suspension: O.none,
  ahead: O.none,
  leftovers: 0,
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
        set: O.some(stored),
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
        leftovers: walk.comparison.leftovers.count,
        ...conclude(walk.comparison, [
          ...(O.isNone(walk.reached) ? [shortfall(walk)] : []),
          ...leftoverFindings(walk),
          ...beyondFindings(walk),
          ...summaryFindings(row, stored, walk, environment),
          ...suspensionFindings(streamId, stored.suspension, listed, environment.expectedRows),
        ]),
      }),
    ),
  );

const RowSetColumns = t.type({ projectionVersion: t.number, generation: Generation });

/** The set that a summary refers to which cannot be read as a whole. */
const setIn = (row: Row): O.Option<RowSet> => (RowSetColumns.is(row) ? O.some(row) : O.none);

/**
 * A stream without a summary that can be read: nothing was projected yet, or the summary was lost or damaged and its
 * entries are left. The entries still say if the events are those that were folded.
 */
const verifyWithoutSummary = <State>(
  streamId: StreamId,
  listed: O.Option<Row>,
  fault: O.Option<string>,
  set: O.Option<RowSet>,
): Look<State, Verification> =>
  pipe(
    RTE.ask<VerificationEnvironment<State>>(),
    RTE.bindTo("environment"),
    RTE.bind("walk", () =>
      walkToTheEnd<State>(streamId, {
        version: noVersion,
        chainHead: genesis,
        openingHash: O.none,
        set,
        contents: false,
      }),
    ),
    RTE.map(({ environment, walk }) => {
      const seen = eventsAfter(noVersion, walk);
      const orphaned = finding("EVENT", 1, "event 1 is missing: there are rows, but no events");
      const events = seen === 0 ? [orphaned] : [...leftoverFindings(walk), ...beyondFindings(walk)];
      return pipe(
        fault,
        O.match(
          () =>
            verificationOf(streamId, {
              behind: seen,
              ahead: walk.comparison.ahead,
              leftovers: walk.comparison.leftovers.count,
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

/** Whether the summary that a look began with has been replaced meanwhile: it has seen rows of two generations. */
const isOfOtherSet = (
  before: O.Option<Summary<unknown>>,
  now: O.Option<Summary<unknown>>,
): boolean =>
  pipe(
    O.Do,
    O.apS("before", before),
    O.apS("now", now),
    O.exists(
      ({ before, now }) =>
        before.generation !== now.generation || before.projectionVersion !== now.projectionVersion,
    ),
  );

const readable = <State>(stored: O.Option<SummaryRow<State>>): O.Option<Summary<State>> =>
  pipe(
    stored,
    O.flatMap(({ summary }) => O.fromEither(summary)),
  );

/**
 * Reads the summary, which was read first, once more where a look has seen anything. Entries beyond it say nothing once it
 * has moved; where a rebuild has replaced it, the look is taken again.
 */
const settleWithin = <State>(
  seen: Verification,
  before: O.Option<SummaryRow<State>>,
): Look<State, E.Either<undefined, Verification>> =>
  O.isNone(seen.ahead) && seen.findings.length === 0
    ? RTE.right(E.right(seen))
    : pipe(
        RTE.ask<VerificationEnvironment<State>>(),
        RTE.flatMapTaskEither(({ storedRows }) => storedRows.summary(seen.streamId)),
        RTE.map(readable),
        RTE.map((now) => {
          if (isOfOtherSet(readable(before), now)) return E.left(undefined);
          const moved = O.exists(({ version }: Summary<State>) => version !== seen.version)(now);
          return E.right(moved ? { ...seen, ahead: O.none } : seen);
        }),
      );

const look = <State>(streamId: StreamId): Look<State, E.Either<undefined, Verification>> =>
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
          () => verifyWithoutSummary<State>(streamId, listed, O.none, O.none),
          ({ row, summary: stored }) =>
            pipe(
              stored,
              E.match(
                (fault) => verifyWithoutSummary<State>(streamId, listed, O.some(fault), setIn(row)),
                (readable) => verifySummary(streamId, row, readable, listed),
              ),
            ),
        ),
        RTE.flatMap((seen) => settleWithin(seen, summary)),
      ),
    ),
  );

/** One look at a stream. What it finds may be a projector at work: see `settle`. */
export const verifyStream = <State>(streamId: StreamId): Look<State, Verification> =>
  pipe(
    undefined,
    loop(() => look<State>(streamId)),
  );
