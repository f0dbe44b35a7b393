import * as E from "fp-ts/Either";
import { pipe } from "fp-ts/function";
import * as O from "fp-ts/Option";
import { shortened } from "./decoding";
import type { Timestamp } from "./envelope";
import type { Fold } from "./fold";
import { nextVersion, type StreamVersion } from "./identifiers";
import { type Change, type Fault, isSuspended, type Summary } from "./summary";

/** A summary with the changes that led to it. */
export interface Folded<State> {
  readonly summary: Summary<State>;
  readonly changes: ReadonlyArray<Change>;
}

/** The detail quotes what was found, and is stored: it must not fill the row that tells of it. */
const longestDetail = 1_000;

/** The summary of a stream that is suspended before its next event. */
const suspend = <State>(
  summary: Summary<State>,
  { reason, detail }: Fault,
  since: Timestamp,
): Summary<State> => ({
  ...summary,
  suspension: O.some({
    version: nextVersion(summary.version),
    since,
    reason,
    detail: shortened(detail, longestDetail),
  }),
});

/** Suspends a stream whose event table ends before a version that is known to have been written. */
export const suspendForMissing = <State>(
  summary: Summary<State>,
  known: StreamVersion,
  since: Timestamp,
): Summary<State> =>
  suspend(
    summary,
    {
      reason: "MISSING_EVENT",
      detail: `version ${known} has been written, but the event table ends at ${summary.version}`,
    },
    since,
  );

/** Folds the events after `from`. The first one that cannot be folded suspends the stream. */
export const foldEvents = <State>(
  { fold, now }: { readonly fold: Fold<State>; readonly now: () => Timestamp },
  from: Summary<State>,
  events: ReadonlyArray<unknown>,
): Folded<State> => {
  const changes: Change[] = [];
  let summary = from;
  for (const stored of events) {
    if (isSuspended(summary)) break;
    summary = pipe(
      fold(summary, stored),
      E.match(
        (fault) => suspend(summary, fault, now()),
        ([next, change]) => {
          changes.push(change);
          return next;
        },
      ),
    );
  }
  return { summary, changes };
};
