/** The counters of a run, in the order of the report. */
export const counted = {
  runs: "runs",
  steps: "scheduled steps",
  events: "events recorded",
  commands: "commands sent",
  repeatedCommands: "commands sent again",
  conflicts: "commands rejected by a version conflict",
  invocations: "invocations of the projector",
  deliveries: "event deliveries",
  duplicates: "  that were duplicates",
  outOfOrder: "  that were out of order within their stream",
  gapReads: "reads of the event table by the projection",
  shardSplits: "shard splits",
  partialFailures: "partial batch failures",
  bisects: "bisected batches",
  failedBatches: "batches failed as a whole",
  trimmed: "records trimmed before they were read",
  histories: "streams with a history of hundreds of events",
  newForms: "commands recorded in a new form",
  discarded: "records given up to the failure queue",
  requests: "requests to the rebuild queue",
  requestsAgain: "  that were received again",
  requestsGivenUp: "  given up to the failure queue",
  rebuilderInvocations: "invocations of the rebuilder",
  replaced: "summaries replaced by those of a rebuild",
  rowsRemoved: "rows of earlier generations removed",
  throttled: "requests refused (throttled)",
  conflicted: "requests refused (another transaction under way)",
  leftUndone: "batches of which some writes were left undone",
  unanswered: "writes that took effect without an answer",
  repeatedWrite: "writes that took effect and were repeated",
  crashBefore: "crashes before a write",
  crashAfter: "crashes after a write",
  landsLate: "crashes with a write that took effect later",
  crashBeforeRead: "crashes before a read",
  crashAfterRead: "crashes after a read",
  timedOut: "invocations that ran out of time",
  lostRaces: "conditional writes that lost a race",
  published: "changes published",
  publishesFailed: "publications that failed, their changes dropped",
  publishesSlow: "publications that were slow",
  corrupted: "undecodable events put into the event table",
  otherOwner: "events of another owner put into the event table",
  lost: "events that vanished from the event table",
  unknown: "events newer than the old release knows",
  suspended: "times a stream was suspended",
  suspendedAtLost: "  where an event was lost",
  suspendedAtOtherOwner: "  at an event of another owner",
  resumed: "resumes of a suspended stream",
  rebuilt: "rebuilds of a stream",
  damaged: "rows damaged by hand",
  verified: "verifications of a stream",
  raised: "deployments that raise the projection version",
  deployed: "deployments with old and new release side by side",
  rolledBack: "deployments that were taken back, and made again",
  ofLaterRelease: "times an old release left a stream to a later one",
  statements: "statements read while the projection works",
} as const;

export type Counted = keyof typeof counted;
export type Counts = Record<Counted, number>;

const kinds = Object.keys(counted) as Counted[];

export const noCounts = (): Counts => Object.fromEntries(kinds.map((kind) => [kind, 0])) as Counts;

export const addCounts = (to: Counts, more: Counts): void => {
  for (const kind of kinds) to[kind] += more[kind];
};

/** Thrown for whatever a run must never show: a broken promise of the program, or of the simulation itself. */
export class Violation extends Error {}

/** Counts what happens in a run, and writes it down when the run is traced. */
export class Journal {
  readonly counts = noCounts();
  readonly lines: string[] = [];
  /** The first promise that was broken. */
  violation: string | undefined;
  readonly #tracing: boolean;

  constructor(tracing: boolean) {
    this.#tracing = tracing;
  }

  count(kind: Counted, times = 1): void {
    this.counts[kind] += times;
  }

  /** A line of the trace; `what` is a function, because most runs are not traced. */
  note(who: string, what: () => string): void {
    if (this.#tracing) {
      this.lines.push(`${String(this.lines.length + 1).padStart(5)}  ${who.padEnd(16)} ${what()}`);
    }
  }

  /** Adapters turn every exception into "unavailable", so the journal keeps a violation besides throwing it. */
  violated(what: string): Violation {
    this.violation ??= what;
    this.note("VIOLATION", () => what);
    return new Violation(what);
  }
}
