import { pipe } from "fp-ts/function";
import * as O from "fp-ts/Option";
import type { StreamId } from "../core/projection/identifiers";
import type { Suspension } from "../core/projection/summary";
import type { Finding, Verification } from "../core/verification/verification";
import { counted, lines } from "./command";

// Reports: lines for people, objects for machines. In the objects, `idField` is the field of a stream's id.

const omittedText = (count: number): readonly string[] =>
  count === 0 ? [] : [`  and ${counted(count, "more finding")}`];

/** The statement has many entries, so a finding about one names its version. */
const placeOf = ({ about, version }: Finding): string =>
  pipe(
    version,
    O.filter(() => about === "ENTRY"),
    O.match(
      () => "",
      (version) => `version ${version}: `,
    ),
  );

/** A stream and the findings about it. */
export const findingsText = ({ streamId, findings, omitted }: Verification): string =>
  lines(
    streamId,
    ...findings.flatMap((finding) => [
      `  ${placeOf(finding)}${finding.detail}`,
      ...finding.columns.map((column) => `    ${column}`),
    ]),
    ...omittedText(omitted),
  );

export const findingsJson =
  (idField: string) =>
  ({ streamId, version, findings, omitted }: Verification) => ({
    [idField]: streamId,
    version,
    findings: findings.map((finding) => ({ ...finding, version: O.toNullable(finding.version) })),
    omitted,
  });

export const behindText = ({ streamId, version, behind }: Verification): string =>
  lines(`${streamId}: at version ${version}, ${counted(behind, "event")} behind`);

export const behindJson =
  (idField: string) =>
  ({ streamId, version, behind }: Verification) => ({ [idField]: streamId, version, behind });

/** One suspended stream. */
export interface SuspendedStream extends Suspension {
  readonly streamId: StreamId;
  /** Whether the event can be folded by now; undefined if that was not tried. */
  readonly ready?: boolean;
}

export const suspendedText = ({
  streamId,
  version,
  reason,
  detail,
  since,
  ready,
}: SuspendedStream): string =>
  lines(
    `${streamId}: suspended before event ${version} since ${since}`,
    `  ${reason}: ${detail}`,
    ...(ready ? ["  The event can be folded by now: resume it."] : []),
  );

export const suspendedJson =
  (idField: string) =>
  ({ streamId, ...suspension }: SuspendedStream) => ({ [idField]: streamId, ...suspension });

/** The stream of a verification, where it is suspended. */
export const suspendedIn = ({
  streamId,
  suspension,
}: Verification): ReadonlyArray<SuspendedStream> =>
  pipe(
    suspension,
    O.match(
      () => [],
      (suspended) => [{ streamId, ...suspended }],
    ),
  );
