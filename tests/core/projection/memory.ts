import { pipe } from "fp-ts/function";
import * as O from "fp-ts/Option";
import * as T from "fp-ts/Task";
import * as TE from "fp-ts/TaskEither";
import { ledger } from "../../../core/ledger";
import type { Account } from "../../../core/ledger/account";
import type { RebuildRequest } from "../../../core/projection/answer-request";
import type { Row } from "../../../core/projection/columns";
import type { Timestamp } from "../../../core/projection/envelope";
import { foldOf } from "../../../core/projection/fold";
import { foldEvents } from "../../../core/projection/fold-events";
import { canonicalForm } from "../../../core/projection/hash-chain";
import type { Generation, StreamId, StreamVersion } from "../../../core/projection/identifiers";
import type {
  ProjectionEnvironment,
  Rebuild,
  StoredRebuild,
  Superseded,
  Unavailable,
  UnreadableSummary,
} from "../../../core/projection/ports";
import type { Delivery } from "../../../core/projection/project-batch";
import { rewindOf } from "../../../core/projection/rewind";
import {
  type Change,
  emptySummary,
  isSuspended,
  type RowSet,
  type Summary as SummaryOf,
  type Suspension,
} from "../../../core/projection/summary";
import { type StoredEvent, savings, sha256 } from "../ledger/requests";

export type Summary = SummaryOf<Account>;

/** The ledger's fold: the machinery is tested with the domain that it was made for. */
const fold = foldOf(ledger, sha256);

export type Operation =
  | "readAfter"
  | "load"
  | "saveEntry"
  | "undosFrom"
  | "commit"
  | "publish"
  | "loadRebuild"
  | "saveRebuild"
  | "otherRows"
  | "removeRows"
  | "endRebuild"
  | "request";

/**
 * Runs before and after every operation of a port: it may delay the operation, and fails it by throwing. A failure
 * after an operation loses the answer alone: the operation has taken place.
 */
export type Gate = (
  operation: Operation,
  streamId: string,
  moment: "before" | "after",
) => Promise<void>;

export interface ProjectorOptions {
  readonly projectionVersion?: number;
  readonly gate?: Gate;
  /** Whether there is time for another page. */
  readonly hasTime?: () => boolean;
}

const open: Gate = () => Promise.resolve();

/** Does something once, just before the first operation of a kind. */
export const onceBefore = (operation: Operation, act: () => Promise<unknown>): Gate => {
  let done = false;
  return async (name, _, moment) => {
    if (done || name !== operation || moment !== "before") return;
    done = true;
    await act();
  };
};

/** Fails an operation of one kind, the first of them unless said, before it takes place. */
export const failingOnce = (failing: Operation, which = 1): Gate => {
  let seen = 0;
  return async (operation, _, moment) => {
    if (operation !== failing || moment !== "before") return;
    seen += 1;
    if (seen === which) throw new Error("throttled");
  };
};

/** How many events one reading of the event table brings: few, so that short streams have several pages. */
const pageSize = 3;

export const someTime = "2026-02-03T04:05:06.789Z" as Timestamp;

/** The key of an entry: of its generation and of its version. */
const entryKey = ({ projectionVersion, generation }: RowSet, version: number): string =>
  `${projectionVersion}.${generation}:${version}`;

/** The columns that a rebuild's row is recognised by. */
const rebuildRow = ({ folded, replacedAt }: Rebuild<Account>): Row => ({
  generation: folded.generation,
  projectionVersion: folded.projectionVersion,
  version: folded.version,
  replacedAt: O.toNullable(replacedAt),
});

const storedRebuild = (rebuild: Rebuild<Account>): StoredRebuild<Account> => ({
  row: rebuildRow(rebuild),
  rebuild: O.some(rebuild),
});

const lostRace = Symbol("lost race");

/** A stream's rows in the read model. */
export interface View {
  readonly summary: Summary | undefined;
  readonly entries: readonly Change[];
  readonly listedAsSuspended: Suspension | undefined;
}

/** The tables and the subscribers of a ledger in memory, with the conditions that core/projection/ports.ts asks for. */
export class World {
  readonly log = new Map<string, Map<number, unknown>>();
  readonly summaries = new Map<string, Summary>();
  /** Of all generations, by stream and key. */
  readonly entries = new Map<string, Map<string, Change>>();
  readonly rebuilds = new Map<string, Rebuild<Account>>();
  /** The streams that the rebuilder was asked to bring up to date. */
  readonly requests: RebuildRequest[] = [];
  /** The clock, in milliseconds. */
  time = Date.parse(someTime);
  /** Streams whose summary cannot be decoded, whatever it is. */
  readonly unreadable = new Set<string>();
  readonly suspendedStreams = new Map<string, Suspension>();
  readonly published: Change[] = [];
  /** Every operation that was asked for, in order, such as "commit savings". */
  readonly operations: string[] = [];
  readonly reported = {
    folded: 0,
    suspended: 0,
    summariesUnreadable: [] as string[],
    ofLaterRelease: 0,
    rebuildsBegun: 0,
    rebuilt: 0,
    streamsFailed: [] as string[],
  };

  append(events: readonly StoredEvent[]): void {
    for (const event of events) this.put(event.streamId, event.version, event);
  }

  /** Puts anything in an event's place. */
  put(streamId: string, version: number, stored: unknown): void {
    const stream = this.log.get(streamId) ?? new Map<number, unknown>();
    this.log.set(streamId, stream.set(version, stored));
  }

  /** How often an operation was asked for, of any stream. */
  count(operation: Operation): number {
    return this.operations.filter((line) => line.startsWith(`${operation} `)).length;
  }

  /** The rows of a stream that readers see. */
  view(streamId = "savings"): View {
    const summary = this.summaries.get(streamId);
    const entries = [...(this.entries.get(streamId) ?? [])]
      .filter(([key, { version }]) => summary !== undefined && key === entryKey(summary, version))
      .map(([, entry]) => entry);
    return {
      summary,
      entries: entries.sort((a, b) => a.version - b.version),
      listedAsSuspended: this.suspendedStreams.get(streamId),
    };
  }

  /** The environment of one projector. Several may work in one world at a time. */
  environment({
    projectionVersion = 1,
    gate = open,
    hasTime = () => true,
  }: ProjectorOptions = {}): ProjectionEnvironment<Account> {
    const operate = <A>(operation: Operation, streamId: string, effect: () => A) =>
      TE.tryCatch(
        async (): Promise<A> => {
          this.operations.push(`${operation} ${streamId}`);
          await gate(operation, streamId, "before");
          const result = effect();
          await gate(operation, streamId, "after");
          return result;
        },
        (cause): Unavailable => ({ _tag: "Unavailable", cause }),
      );
    const write = (
      operation: Operation,
      streamId: string,
      effect: () => typeof lostRace | undefined,
    ): TE.TaskEither<Unavailable | Superseded, void> =>
      pipe(
        operate(operation, streamId, effect),
        TE.flatMap(
          (result): TE.TaskEither<Unavailable | Superseded, void> =>
            result === lostRace ? TE.left({ _tag: "Superseded" }) : TE.right(undefined),
        ),
      );
    return {
      projectionVersion,
      fold,
      rewind: rewindOf(ledger),
      now: () => new Date(this.time).toISOString() as Timestamp,
      hasTime,
      events: {
        readAfter: (streamId, after) =>
          operate("readAfter", streamId, () => this.#page(streamId, after)),
      },
      readModel: {
        load: (streamId) =>
          pipe(
            operate("load", streamId, () => O.fromNullable(this.summaries.get(streamId))),
            TE.filterOrElseW(
              () => !this.unreadable.has(streamId),
              (): UnreadableSummary => ({
                _tag: "UnreadableSummary",
                fault: "balance: expected Money",
                row: { ...this.summaries.get(streamId) },
              }),
            ),
          ),
        saveEntries: (changes) =>
          pipe(
            changes.filter(({ opening }) => !opening),
            TE.traverseSeqArray((change) =>
              operate("saveEntry", change.streamId, () => this.#saveEntry(change)),
            ),
            TE.map(() => undefined),
          ),
        undosFrom: (summary, first) =>
          operate("undosFrom", summary.streamId, () =>
            summary.version - first >= 20
              ? O.none
              : O.some(
                  this.view(summary.streamId).entries.filter(({ version }) => version >= first),
                ),
          ),
        replaceUnreadable: (_, next) =>
          write("commit", next.streamId, () => {
            if (!this.unreadable.delete(next.streamId)) return lostRace;
            return this.#commit(O.fromNullable(this.summaries.get(next.streamId)), next);
          }),
        commit: (loaded, next) => write("commit", next.streamId, () => this.#commit(loaded, next)),
      },
      rebuilds: {
        load: (streamId) =>
          operate("loadRebuild", streamId, () =>
            pipe(O.fromNullable(this.rebuilds.get(streamId)), O.map(storedRebuild)),
          ),
        save: (found, next) =>
          pipe(
            write("saveRebuild", next.folded.streamId, () => {
              if (!this.#isUnchanged(next.folded.streamId, found)) return lostRace;
              this.rebuilds.set(next.folded.streamId, next);
              return undefined;
            }),
            TE.map(() => ({ row: rebuildRow(next), rebuild: next })),
          ),
        otherRows: (summary) =>
          operate("otherRows", summary.streamId, () =>
            [...(this.entries.get(summary.streamId) ?? [])]
              .filter(([key, { version }]) => key !== entryKey(summary, version))
              .map(([key]) => key)
              .slice(0, pageSize),
          ),
        removeRows: (streamId, keys) =>
          operate("removeRows", streamId, () => {
            for (const key of keys) this.entries.get(streamId)?.delete(key);
          }),
        end: (streamId, found) =>
          write("endRebuild", streamId, () => {
            if (!this.#isUnchanged(streamId, O.some(found))) return lostRace;
            this.rebuilds.delete(streamId);
            return undefined;
          }),
      },
      rebuildQueue: {
        request: (streamId, known, unpublishedFrom) =>
          operate(
            "request",
            streamId,
            () => void this.requests.push({ streamId, known, unpublishedFrom, again: false }),
          ),
      },
      publisher: {
        publish: (changes) =>
          pipe(
            changes,
            T.traverseSeqArray((change) =>
              pipe(
                operate("publish", change.streamId, () => void this.published.push(change)),
                TE.getOrElse(() => async () => {}),
              ),
            ),
            T.asUnit,
          ),
      },
      telemetry: {
        folded: (_streamId, events) => () => {
          this.reported.folded += events;
        },
        suspended: () => () => {
          this.reported.suspended += 1;
        },
        summaryUnreadable: (streamId) => () =>
          void this.reported.summariesUnreadable.push(streamId),
        streamOfLaterRelease: () => () => {
          this.reported.ofLaterRelease += 1;
        },
        rebuildBegun: () => () => {
          this.reported.rebuildsBegun += 1;
        },
        rebuilt: () => () => {
          this.reported.rebuilt += 1;
        },
        streamFailed: (streamId) => () => void this.reported.streamsFailed.push(streamId),
      },
    };
  }

  #page(streamId: StreamId, after: StreamVersion | "beginning"): unknown[] {
    return [...(this.log.get(streamId) ?? [])]
      .filter(([place]) => after === "beginning" || place > after)
      .sort(([a], [b]) => a - b)
      .slice(0, pageSize)
      .map(([, stored]) => stored);
  }

  #saveEntry(change: Change): void {
    const entries = this.entries.get(change.streamId) ?? new Map<string, Change>();
    this.entries.set(change.streamId, entries.set(entryKey(change, change.version), change));
  }

  #isUnchanged(streamId: string, found: O.Option<Row>): boolean {
    const current = this.rebuilds.get(streamId);
    return (
      canonicalForm(O.toNullable(found)) ===
      canonicalForm(current === undefined ? null : rebuildRow(current))
    );
  }

  #commit(loaded: O.Option<Summary>, next: Summary): typeof lostRace | undefined {
    const current = O.fromNullable(this.summaries.get(next.streamId));
    const mark = (summary: O.Option<Summary>) =>
      O.isNone(summary)
        ? "none"
        : [
            summary.value.version,
            summary.value.projectionVersion,
            summary.value.generation,
            summary.value.rebuilding,
            isSuspended(summary.value),
          ].join();
    if (mark(current) !== mark(loaded)) return lostRace;
    this.summaries.set(next.streamId, next);
    if (O.isSome(next.suspension)) this.suspendedStreams.set(next.streamId, next.suspension.value);
    else this.suspendedStreams.delete(next.streamId);
    return undefined;
  }
}

/** A stream's events, folded up to the first that cannot be folded. */
export const folded = (
  events: readonly unknown[],
  streamId: string = savings,
  projectionVersion = 1,
  generation = 1,
): { readonly summary: Summary; readonly changes: readonly Change[] } =>
  foldEvents(
    { fold, now: () => someTime },
    emptySummary(streamId as StreamId, projectionVersion, generation as Generation),
    events,
  );

/** The rows that a stream must have in the end, whatever happened before. */
export const truthOf = (
  events: readonly unknown[],
  streamId: string = savings,
  projectionVersion = 1,
  generation = 1,
): View => {
  const { summary, changes } = folded(events, streamId, projectionVersion, generation);
  return {
    summary,
    entries: changes.filter(({ opening }) => !opening),
    listedAsSuspended: O.toUndefined(summary.suspension),
  };
};

/** A delivery of an event as it is stored under its own key. */
export const delivery = (event: StoredEvent, stored: unknown = event): Delivery => ({
  id: `${event.streamId}#${event.version}`,
  streamId: event.streamId,
  version: event.version,
  stored,
});
