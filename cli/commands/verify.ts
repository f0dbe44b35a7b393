import type { StreamId } from "../../core/projection/identifiers";
import {
  isUnsettled,
  settle,
  standsStill,
  type Verification,
} from "../../core/verification/verification";
import { type Context, counted, type DomainCommand, exitCode, jsonText, lines } from "../command";
import { explain } from "../errors";
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

/** A stream that is behind, and whether nobody has folded anything of it between the looks. */
type Behind = Verification & { readonly standsStill: boolean };

/** A stream that could not be read. */
interface Unread {
  readonly streamId: StreamId;
  readonly error: string;
}

export interface VerifyReport {
  readonly streams: number;
  readonly events: number;
  readonly differing: readonly Verification[];
  readonly behind: readonly Behind[];
  readonly unread: readonly Unread[];
  readonly suspended: readonly SuspendedStream[];
  /** How many entries there are that nobody reads: a rebuild has replaced them, or is writing them. */
  readonly leftovers: number;
}

/** How often a stream is looked at that nobody brings up to its events, before it is said to stand still. */
const maxLooks = 5;

interface Pair {
  readonly first: Verification;
  readonly settled: Verification;
}

/** Verifies every stream, and a second time those that are behind or differ. A stream that cannot be read stops no other. */
export async function verifyAll<State>({
  tables,
  pause,
  startProgress,
}: Pick<Context<State>, "tables" | "pause" | "startProgress">): Promise<VerifyReport> {
  const unsettled: Verification[] = [];
  const unread: Unread[] = [];
  const suspended: SuspendedStream[] = [];
  /** Of the last look at each stream that has any. */
  const leftovers = new Map<StreamId, number>();
  const countLeftovers = ({ streamId, leftovers: found }: Verification): void => {
    if (found > 0) leftovers.set(streamId, found);
    else leftovers.delete(streamId);
  };
  let streams = 0;
  let events = 0;
  const progress = await startProgress();
  const attempt = async (streamId: StreamId, work: () => Promise<void>): Promise<void> => {
    try {
      await work();
    } catch (error) {
      unread.push({ streamId, error: explain(error) });
    }
  };
  await forEachStream(tables, async (streamId) => {
    streams += 1;
    await attempt(streamId, async () => {
      const look = await verifyOnce(tables, streamId, (count) => {
        events += count;
        progress.advance(count);
      });
      suspended.push(...suspendedIn(look));
      countLeftovers(look);
      if (isUnsettled(look)) unsettled.push(look);
    });
  });
  const pairs: Pair[] = [];
  let open: readonly Verification[] = unsettled;
  for (let look = 2; open.length > 0; look += 1) {
    await pause();
    const again: Verification[] = [];
    await forEachOf(open, (first) =>
      attempt(first.streamId, async () => {
        const settled = settle(first, await verifyOnce(tables, first.streamId));
        countLeftovers(settled);
        // A projector that waits for a slow answer stands still for a few seconds, too.
        if (look < maxLooks && standsStill(first, settled)) again.push(first);
        else pairs.push({ first, settled });
      }),
    );
    open = again;
  }
  progress.end();
  return {
    streams,
    events,
    differing: pairs.flatMap(({ settled }) => (settled.findings.length > 0 ? [settled] : [])),
    behind: pairs
      .filter(({ settled }) => settled.findings.length === 0 && settled.behind > 0)
      .map(({ first, settled }) => ({ ...settled, standsStill: standsStill(first, settled) })),
    unread,
    suspended,
    leftovers: [...leftovers.values()].reduce((sum, count) => sum + count, 0),
  };
}

const standsStillText = ({ standsStill }: Behind): string =>
  standsStill ? lines("  nothing of it is being folded: it stays behind") : "";

const unreadText = ({ streamId, error }: Unread): string =>
  lines(`${streamId}: not verified: ${error}`);

const leftoversText = (leftovers: number): string =>
  leftovers === 0
    ? ""
    : lines(
        `${counted(leftovers, "entry", "entries")} of the read model ${leftovers === 1 ? "is" : "are"} of no statement: a rebuild is ` +
          "writing them, or has replaced them and removes them a minute after its end.",
      );

const reportText = (
  { stream }: Words,
  { streams, events, differing, behind, unread, suspended, leftovers }: VerifyReport,
): string =>
  [
    ...differing.map(findingsText),
    ...behind.map((one) => `${behindText(one)}${standsStillText(one)}`),
    ...unread.map(unreadText),
    ...suspended.map(suspendedText),
    leftoversText(leftovers),
    lines(
      `${counted(events, "event")} of ${counted(streams, stream)} verified: ` +
        `${differing.length} differing, ${behind.length} behind, ${suspended.length} suspended` +
        `${unread.length === 0 ? "" : `, ${unread.length} not verified`}.`,
    ),
  ].join("");

const reportJson = (
  words: Words,
  { streams, events, differing, behind, unread, suspended, leftovers }: VerifyReport,
) => ({
  [words.streams]: streams,
  events,
  differing: differing.map(findingsJson(words.idField)),
  behind: behind.map((one) => ({
    ...behindJson(words.idField)(one),
    standsStill: one.standsStill,
  })),
  unread: unread.map(({ streamId, error }) => ({ [words.idField]: streamId, error })),
  suspended: suspended.map(suspendedJson(words.idField)),
  leftovers,
});

export const verify: DomainCommand = ({ name }) => {
  const words = wordsOf(name);
  return {
    summary: "compare the read model with the fold of the events",
    usage: "verify --stack NAME | --local [--json]",
    help: `Folds every ${words.stream} from its first event and compares the result with the read model, row by row and
column by column, and with the hash chain that the read model keeps. It names the first event that was changed,
inserted or removed. It writes nothing, and can run while the stack is in use.

Before anything is reported, it gets a second look, two seconds later: only what both looks have seen is reported.
Where the last events of ${words.aStream} have not been folded yet, it is behind. That is no fault while the projector is
at work on it. Where it has not moved after five looks, it stays behind.

It also counts the entries of no statement: a rebuild writes the next ones beside those that are read, and the
rebuilder removes those that it has replaced a minute later. They are no fault either.

The exit code is 1 when anything differs, stays behind or could not be read.`,
    options: {},
    run: async (context) => {
      const report = await verifyAll(context);
      await context.write(
        context.json ? jsonText(reportJson(words, report)) : reportText(words, report),
      );
      const { differing, behind, unread } = report;
      const staysBehind = behind.some(({ standsStill }) => standsStill);
      return differing.length + unread.length === 0 && !staysBehind
        ? exitCode.done
        : exitCode.unresolved;
    },
  };
};
