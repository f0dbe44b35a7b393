import * as O from "fp-ts/Option";
import type { Verification } from "../core/verification/verification";
import { counted, lines } from "./command";

// How findings are told: in lines for people, in objects for machines.

/** Text out of a table may hold what steers a terminal. */
const plain = (text: string): string => text.replace(/\p{Cc}/gu, "\uFFFD");

const omitted = (count: number): readonly string[] =>
  count === 0 ? [] : [`  and ${counted(count, "more finding")}`];

/** An account and what is not as its events say. */
export const findingsText = ({ streamId, findings, omitted: more }: Verification): string =>
  lines(
    plain(streamId),
    ...findings.flatMap(({ about, version, detail, columns }) => [
      plain(
        `  ${about === "ENTRY" && O.isSome(version) ? `version ${version.value}: ` : ""}${detail}`,
      ),
      ...columns.map((column) => plain(`    ${column}`)),
    ]),
    ...omitted(more),
  );

export const findingsJson = ({ streamId, version, findings, omitted }: Verification) => ({
  accountId: streamId,
  version,
  findings: findings.map((found) => ({ ...found, version: O.toNullable(found.version) })),
  omitted,
});

export const behindText = ({ streamId, version, behind }: Verification): string =>
  lines(plain(`${streamId}: at version ${version}, ${counted(behind, "event")} behind`));

export const behindJson = ({ streamId, version, behind }: Verification) => ({
  accountId: streamId,
  version,
  behind,
});

/** One suspended stream. */
export interface Suspended {
  readonly accountId: string;
  readonly version: number;
  readonly reason: string;
  readonly detail: string;
  readonly since: string;
  /** Whether the event can be folded by now; unknown where nobody has tried. */
  readonly ready?: boolean;
}

export const suspendedText = ({
  accountId,
  version,
  reason,
  detail,
  since,
  ready,
}: Suspended): string =>
  lines(
    plain(`${accountId}: suspended before event ${version} since ${since}`),
    plain(`  ${reason}: ${detail}`),
    ...(ready ? ["  The event can be folded by now: resume it."] : []),
  );

export const suspendedOf = ({ streamId, suspended }: Verification): readonly Suspended[] =>
  O.isSome(suspended) ? [{ accountId: streamId, ...suspended.value }] : [];
