import { isUnsettled, settle, type Verification } from "../../core/verification/verification";
import { type Context, counted, type DomainCommand, exitCode, jsonText, lines } from "../command";
import {
  behindJson,
  behindText,
  findingsJson,
  findingsText,
  type SuspendedStream,
  suspendedIn,
  suspendedJson,
  suspendedText,
} from "../report";
import { forEachOf, forEachStream } from "../streams";
import { verifyOnce } from "../tables";
import { type Words, wordsOf } from "../words";

export interface VerifyReport {
  readonly streams: number;
  readonly events: number;
  readonly differing: readonly Verification[];
  readonly behind: readonly Verification[];
  readonly suspended: readonly SuspendedStream[];
}

/** Verifies every stream, and a second time those that are behind or differ. */
export async function verifyAll<State>({
  tables,
  pause,
  startProgress,
}: Pick<Context<State>, "tables" | "pause" | "startProgress">): Promise<VerifyReport> {
  const unsettled: Verification[] = [];
  const suspended: SuspendedStream[] = [];
  let streams = 0;
  let events = 0;
  const progress = await startProgress();
  await forEachStream(tables, async (streamId) => {
    const look = await verifyOnce(tables, streamId, (count) => {
      events += count;
      progress.advance(count);
    });
    streams += 1;
    suspended.push(...suspendedIn(look));
    if (isUnsettled(look)) unsettled.push(look);
  });
  if (unsettled.length > 0) await pause();
  const differing: Verification[] = [];
  const behind: Verification[] = [];
  await forEachOf(unsettled, async (first) => {
    const settled = settle(first, await verifyOnce(tables, first.streamId));
    if (settled.findings.length > 0) differing.push(settled);
    else if (settled.behind > 0) behind.push(settled);
  });
  progress.end();
  return { streams, events, differing, behind, suspended };
}

const reportText = (
  { stream }: Words,
  { streams, events, differing, behind, suspended }: VerifyReport,
): string =>
  [
    ...differing.map(findingsText),
    ...behind.map(behindText),
    ...suspended.map(suspendedText),
    lines(
      `${counted(events, "event")} of ${counted(streams, stream)} verified: ` +
        `${differing.length} differing, ${behind.length} behind, ${suspended.length} suspended.`,
    ),
  ].join("");

const reportJson = (
  words: Words,
  { streams, events, differing, behind, suspended }: VerifyReport,
) => ({
  [words.streams]: streams,
  events,
  differing: differing.map(findingsJson(words.idField)),
  behind: behind.map(behindJson(words.idField)),
  suspended: suspended.map(suspendedJson(words.idField)),
});

export const verify: DomainCommand = ({ name }) => {
  const words = wordsOf(name);
  return {
    summary: "compare the read model with the fold of the events",
    usage: "verify --stack NAME | --local [--json]",
    help: `Folds every ${words.stream} from its first event and compares the result with the read model, row by row and
column by column, and with the hash chain that the read model keeps. It names the first event that was changed,
inserted or removed. It writes nothing, and can run while the stack is in use.

Where the last events of ${words.aStream} have not been folded yet, it is behind: that is reported and is no fault.
What is behind or differs is verified a second time, two seconds later, before it is reported.

The exit code is 1 when anything differs.`,
    options: {},
    run: async (context) => {
      const report = await verifyAll(context);
      await context.write(
        context.json ? jsonText(reportJson(words, report)) : reportText(words, report),
      );
      return report.differing.length === 0 ? exitCode.done : exitCode.unresolved;
    },
  };
};
