import * as E from "fp-ts/Either";
import { pipe } from "fp-ts/function";
import * as O from "fp-ts/Option";
import * as RTE from "fp-ts/ReaderTaskEither";
import * as TE from "fp-ts/TaskEither";
import type { Row } from "../projection/columns";
import { genesis } from "../projection/hash-chain";
import { noVersion, type StreamId } from "../projection/identifiers";
import { isSuspended, type Summary } from "../projection/summary";
import { conclude } from "./comparison";
import type { Look, VerificationEnvironment } from "./environment";
import {
  eventsAfter,
  leftoverFindings,
  shortfall,
  summaryFindings,
  suspensionFindings,
} from "./stream-findings";
import { finding, type Verification } from "./verification";
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
