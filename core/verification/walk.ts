import * as E from "fp-ts/Either";
import { pipe } from "fp-ts/function";
import * as O from "fp-ts/Option";
import * as RTE from "fp-ts/ReaderTaskEither";
import * as TE from "fp-ts/TaskEither";
import { foldEvents } from "../projection/fold-events";
import type { StreamId, StreamVersion } from "../projection/identifiers";
import { loop } from "../projection/loop";
import { emptySummary, isSuspended, type RowSet, type Summary } from "../projection/summary";
import {
  addOthers,
  type Comparison,
  compareEntries,
  followChain,
  nothingCompared,
} from "./comparison";
import type { Look, VerificationEnvironment } from "./environment";
import { isEntryOf, readRows, takeEntries } from "./partition";
import type { Walk } from "./progress";
import type { Entry } from "./verification";

/** The stored summary. Rows count up to its version. */
interface Goal {
  readonly version: StreamVersion;
  readonly chainHead: string;
  readonly openingHash: O.Option<string>;
  /** The rows that it refers to. */
  readonly set: O.Option<RowSet>;
  /** Whether this projection version wrote the rows, so that their contents can be compared. */
  readonly contents: boolean;
}

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
      const isEntry = isEntryOf(cursor.set);
      const entries = cursor.rows.filter(isEntry);
      const beyond = entries.filter(({ version }) => version > goal.version);
      const read: Walk<State> = {
        ...walk,
        leftover: pipe(
          walk.leftover,
          O.alt(() => O.fromNullable(entries[0])),
        ),
        comparison: {
          ...addOthers(
            walk.comparison,
            cursor.rows.filter((row) => !isEntry(row)),
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
export const walkToTheEnd = <State>(streamId: StreamId, goal: Goal): Look<State, Walk<State>> =>
  pipe(
    RTE.ask<VerificationEnvironment<State>>(),
    RTE.map(({ projectionVersion }): Walk<State> => {
      const summary = pipe(
        goal.set,
        O.match(
          () => emptySummary(streamId, projectionVersion),
          (set) => emptySummary(streamId, set.projectionVersion, set.generation),
        ),
      );
      return {
        summary,
        reached: goal.version === 0 ? O.some(summary) : O.none,
        comparison: nothingCompared,
        cursor: { set: goal.set, rows: [], last: O.none, ended: false },
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
