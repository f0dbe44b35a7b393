import * as E from "fp-ts/Either";
import { rebuildStream } from "../core/projection/rebuild-stream";
import {
  eventsDiffer,
  isUnsettled,
  settle,
  type Verification,
} from "../core/verification/verification";
import type { Context } from "./command";
import { tellProjectionError } from "./commands/account";
import { checkAccount, lookAt } from "./ledger-tables";
import { type Suspended, suspendedOf } from "./report";
import { forEachOf, forEachStream } from "./streams";

type Work = Pick<Context, "ledger" | "pause" | "startProgress">;

/** What became of the accounts. */
export interface Outcome {
  untouched: number;
  rebuilt: number;
  /** Left as they are: their events are not what was folded once. */
  readonly refused: Verification[];
  /** Rebuilt, and still not as the fold has it. */
  readonly remaining: Verification[];
  readonly failed: { readonly accountId: string; readonly error: string }[];
  readonly suspended: Suspended[];
}

const nothing = (): Outcome => ({
  untouched: 0,
  rebuilt: 0,
  refused: [],
  remaining: [],
  failed: [],
  suspended: [],
});

/** Rebuilds an account and looks at what came of it. */
async function rebuild({ ledger, pause }: Work, streamId: string, outcome: Outcome): Promise<void> {
  const done = await rebuildStream(streamId)(ledger.ports)();
  if (E.isLeft(done)) {
    outcome.failed.push({ accountId: streamId, error: tellProjectionError(done.left) });
    return;
  }
  outcome.rebuilt += 1;
  let look = await lookAt(ledger, streamId);
  if (look.findings.length > 0) {
    await pause();
    look = settle(look, await lookAt(ledger, streamId));
  }
  outcome.suspended.push(...suspendedOf(look));
  if (look.findings.length > 0) outcome.remaining.push(look);
}

/** Rebuilds an account unless that would write over what shows that its events were changed. */
async function mend(
  work: Work,
  look: Verification,
  trustEvents: boolean,
  outcome: Outcome,
): Promise<void> {
  if (eventsDiffer(look) && !trustEvents) outcome.refused.push(look);
  else await rebuild(work, look.streamId, outcome);
}

const leave = (look: Verification, outcome: Outcome): void => {
  outcome.untouched += 1;
  outcome.suspended.push(...suspendedOf(look));
};

/**
 * Rebuilds every account that is not as its events say. One that is merely behind may have the projector at work on it:
 * it is looked at again in the end. What is done shows in the tables, so there is nothing else to resume from.
 */
export async function rebuildAll(work: Work, trustEvents: boolean): Promise<Outcome> {
  const { ledger, startProgress, pause } = work;
  const outcome = nothing();
  const behind: Verification[] = [];
  const progress = await startProgress();
  await forEachStream(ledger, async (streamId) => {
    const look = await lookAt(ledger, streamId, progress.advance);
    if (look.findings.length > 0) await mend(work, look, trustEvents, outcome);
    else if (isUnsettled(look)) behind.push(look);
    else leave(look, outcome);
  });
  if (behind.length > 0) await pause();
  await forEachOf(behind, async (first) => {
    const look = settle(first, await lookAt(ledger, first.streamId));
    if (look.findings.length > 0 || look.behind > 0) await mend(work, look, trustEvents, outcome);
    else leave(look, outcome);
  });
  progress.end();
  return outcome;
}

/** Rebuilds one account, whatever state it is in. */
export async function rebuildOne(
  work: Work,
  accountId: string,
  trustEvents: boolean,
): Promise<Outcome> {
  await checkAccount(work.ledger, accountId);
  const outcome = nothing();
  await mend(work, await lookAt(work.ledger, accountId), trustEvents, outcome);
  return outcome;
}
