import { pipe } from "fp-ts/function";
import * as O from "fp-ts/Option";
import type { Row } from "../projection/columns";
import type { StreamId, StreamVersion } from "../projection/identifiers";
import { isSuspended, type Summary, type Suspension } from "../projection/summary";
import { differingColumns } from "./comparison";
import type { VerificationEnvironment } from "./environment";
import type { Walk } from "./progress";
import { type ExpectedRows, type Finding, finding } from "./verification";

/** How many events were read after `version`, including the one that suspended the walk. */
export const eventsAfter = (version: StreamVersion, { summary }: Walk<unknown>): number =>
  summary.version - version + (isSuspended(summary) ? 1 : 0);

/** The finding where the fold ends before the version of the summary. */
export const shortfall = ({ summary }: Walk<unknown>): Finding =>
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
export const leftoverFindings = ({
  summary,
  leftover,
  reached,
}: Walk<unknown>): ReadonlyArray<Finding> =>
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

/** What is wrong where an entry of another generation lies beyond the last event. */
export const beyondFindings = ({
  summary,
  comparison: { leftovers },
}: Walk<unknown>): ReadonlyArray<Finding> =>
  !isSuspended(summary) && leftovers.last > summary.version
    ? [
        finding(
          "EVENT",
          summary.version + 1,
          `event ${summary.version + 1} is missing: an entry that a rebuild has left, or is writing, is of event ${leftovers.last}`,
        ),
      ]
    : [];

const compareSuspensions = (listed: Row, expected: Row): ReadonlyArray<Finding> => {
  const columns = differingColumns(listed, expected);
  return columns.length === 0
    ? []
    : [finding("SUSPENSION", undefined, "the list of suspended streams differs", columns)];
};

export const suspensionFindings = (
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
export const summaryFindings = <State>(
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
  const expected = expectedRows.summary({
    ...reached.value,
    suspension: stored.suspension,
    rebuilding: stored.rebuilding,
  });
  const columns = differingColumns(row, expected);
  return columns.length === 0
    ? []
    : [finding("SUMMARY", stored.version, "the summary differs", columns)];
};
