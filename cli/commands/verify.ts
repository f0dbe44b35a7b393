import { isUnsettled, settle, type Verification } from "../../core/verification/verification";
import { type Command, type Context, counted, exitCode, jsonText, lines } from "../command";
import { lookAt } from "../ledger-tables";
import {
  behindJson,
  behindText,
  findingsJson,
  findingsText,
  type Suspended,
  suspendedOf,
  suspendedText,
} from "../report";
import { forEachOf, forEachStream } from "../streams";

export interface VerifyReport {
  readonly accounts: number;
  readonly events: number;
  readonly differing: readonly Verification[];
  readonly behind: readonly Verification[];
  readonly suspended: readonly Suspended[];
}

/** Looks at every stream, and a second time at those that are not as they should be. */
export async function verifyAll({
  ledger,
  pause,
  startProgress,
}: Pick<Context, "ledger" | "pause" | "startProgress">): Promise<VerifyReport> {
  const unsettled: Verification[] = [];
  const suspended: Suspended[] = [];
  let accounts = 0;
  let events = 0;
  const progress = await startProgress();
  await forEachStream(ledger, async (streamId) => {
    const look = await lookAt(ledger, streamId, (count) => {
      events += count;
      progress.advance(count);
    });
    accounts += 1;
    suspended.push(...suspendedOf(look));
    if (isUnsettled(look)) unsettled.push(look);
  });
  if (unsettled.length > 0) await pause();
  const differing: Verification[] = [];
  const behind: Verification[] = [];
  await forEachOf(unsettled, async (first) => {
    const settled = settle(first, await lookAt(ledger, first.streamId));
    if (settled.findings.length > 0) differing.push(settled);
    else if (settled.behind > 0) behind.push(settled);
  });
  progress.end();
  return { accounts, events, differing, behind, suspended };
}

const reportText = ({ accounts, events, differing, behind, suspended }: VerifyReport): string =>
  [
    ...differing.map(findingsText),
    ...behind.map(behindText),
    ...suspended.map(suspendedText),
    lines(
      `${counted(events, "event")} of ${counted(accounts, "account")} verified: ` +
        `${differing.length} differing, ${behind.length} behind, ${suspended.length} suspended.`,
    ),
  ].join("");

export const verify: Command = {
  summary: "compare the read model with the fold of the events",
  usage: "verify --stack NAME | --local [--json]",
  help: `Folds every account from its first event and compares what comes of it with the read model, row by row and
column by column, and with the hash chain that the read model keeps. It names the first event that was changed,
inserted or removed. It writes nothing, and can run while the ledger is in use.

An account whose last events have not been folded yet is behind: that is reported and is no fault. Whatever is found is
looked at a second time, two seconds later, before it is reported.

The exit code is 1 when anything differs.`,
  options: {},
  run: async (context) => {
    const report = await verifyAll(context);
    await context.write(
      context.json
        ? jsonText({
            ...report,
            differing: report.differing.map(findingsJson),
            behind: report.behind.map(behindJson),
          })
        : reportText(report),
    );
    return report.differing.length === 0 ? exitCode.done : exitCode.wanting;
  },
};
