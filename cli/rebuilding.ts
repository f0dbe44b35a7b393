import * as E from "fp-ts/Either";
import type { StreamId } from "../core/projection/identifiers";
import { rebuildStream } from "../core/projection/rebuild-stream";
import {
  eventsDiffer,
  isUnsettled,
  settle,
  type Verification,
} from "../core/verification/verification";
import type { Context } from "./command";
import { explainProjectionError } from "./errors";
import { type SuspendedStream, suspendedIn } from "./report";
import { forEachOf, forEachStream } from "./streams";
import { counting, type Read, requireStream, verifyOnce } from "./tables";

type Work<State> = Pick<Context<State>, "tables" | "pause" | "startProgress">;

/** The result of a rebuild. */
export interface Outcome {
  untouched: number;
  rebuilt: number;
  /** Not rebuilt: their events are not those that were folded once. */
  readonly skipped: Verification[];
  /** Rebuilt, and they still differ from the fold. */
  readonly remaining: Verification[];
  readonly failed: { readonly streamId: StreamId; readonly error: string }[];
  readonly suspended: SuspendedStream[];
}

const emptyOutcome = (): Outcome => ({
  untouched: 0,
  rebuilt: 0,
  skipped: [],
  remaining: [],
  failed: [],
  suspended: [],
});

/** Rebuilds a stream and verifies it. */
async function rebuild<State>(
  { tables, pause }: Work<State>,
  streamId: StreamId,
  outcome: Outcome,
  read: Read,
): Promise<void> {
  const done = await rebuildStream<State>(streamId)(counting(tables, read))();
  if (E.isLeft(done)) {
    outcome.failed.push({ streamId, error: explainProjectionError(done.left) });
    return;
  }
  outcome.rebuilt += 1;
  let look = await verifyOnce(tables, streamId, read);
  if (look.findings.length > 0) {
    await pause();
    look = settle(look, await verifyOnce(tables, streamId, read));
  }
  outcome.suspended.push(...suspendedIn(look));
  if (look.findings.length > 0) outcome.remaining.push(look);
}

/** A look at a stream; where it accuses the events, a second one has seen the same. */
async function settledLook<State>(
  { tables, pause }: Work<State>,
  streamId: StreamId,
  read: Read,
): Promise<Verification> {
  const look = await verifyOnce(tables, streamId, read);
  if (!eventsDiffer(look)) return look;
  await pause();
  return settle(look, await verifyOnce(tables, streamId, read));
}

/** Rebuilds a stream unless that would write over the evidence that its events were changed. */
async function rebuildOrSkip<State>(
  work: Work<State>,
  look: Verification,
  trustEvents: boolean,
  outcome: Outcome,
  read: Read,
): Promise<void> {
  if (eventsDiffer(look) && !trustEvents) outcome.skipped.push(look);
  else await rebuild(work, look.streamId, outcome, read);
}

const leave = (look: Verification, outcome: Outcome): void => {
  outcome.untouched += 1;
  outcome.suspended.push(...suspendedIn(look));
};

/**
 * Rebuilds every stream whose rows are not the fold of its events. The projector may be working on one that is merely
 * behind: that one gets a second look at the end. The tables show which streams are done, so no progress is stored.
 */
export async function rebuildAll<State>(work: Work<State>, trustEvents: boolean): Promise<Outcome> {
  const { tables, startProgress, pause } = work;
  const outcome = emptyOutcome();
  const behind: Verification[] = [];
  const progress = await startProgress();
  await forEachStream(tables, async (streamId) => {
    const look = await settledLook(work, streamId, progress.advance);
    if (look.findings.length > 0) {
      await rebuildOrSkip(work, look, trustEvents, outcome, progress.advance);
    } else if (isUnsettled(look)) behind.push(look);
    else leave(look, outcome);
  });
  if (behind.length > 0) await pause();
  await forEachOf(behind, async (first) => {
    const look = settle(first, await verifyOnce(tables, first.streamId, progress.advance));
    if (look.findings.length > 0 || look.behind > 0) {
      await rebuildOrSkip(work, look, trustEvents, outcome, progress.advance);
    } else {
      leave(look, outcome);
    }
  });
  progress.end();
  return outcome;
}

/** Rebuilds one stream, whatever state it is in. */
export async function rebuildOne<State>(
  work: Work<State>,
  streamId: StreamId,
  trustEvents: boolean,
): Promise<Outcome> {
  await requireStream(work.tables, streamId);
  const outcome = emptyOutcome();
  // Nobody has counted the events of one stream.
  const progress = await work.startProgress(0);
  const look = await settledLook(work, streamId, progress.advance);
  await rebuildOrSkip(work, look, trustEvents, outcome, progress.advance);
  progress.end();
  return outcome;
}
