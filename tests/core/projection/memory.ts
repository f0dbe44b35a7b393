import { pipe } from "fp-ts/function";
import * as O from "fp-ts/Option";
import * as T from "fp-ts/Task";
import * as TE from "fp-ts/TaskEither";
import { ledger } from "../../../core/ledger";
import type { Account } from "../../../core/ledger/account";
import type { Timestamp } from "../../../core/projection/envelope";
import { foldOf } from "../../../core/projection/fold";
import { foldEvents } from "../../../core/projection/fold-events";
import type { StreamId, StreamVersion } from "../../../core/projection/identifiers";
import type {
  ProjectionEnvironment,
  Superseded,
  Unavailable,
  UnreadableSummary,
} from "../../../core/projection/ports";
import type { Delivery } from "../../../core/projection/project-batch";
import {
  type Change,
  emptySummary,
  isSuspended,
  type Summary as SummaryOf,
  type Suspension,
} from "../../../core/projection/summary";
import { type StoredEvent, savings, sha256 } from "../ledger/requests";

export type Summary = SummaryOf<Account>;

/** The ledger's fold: the machinery is tested with the domain that it was made for. */
const fold = foldOf(ledger, sha256);

export type Operation = "readAfter" | "load" | "saveEntry" | "commit" | "publish";

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
}

const open: Gate = () => Promise.resolve();

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
  readonly entries = new Map<string, Map<number, Change>>();
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

  /** The rows of a stream. */
  view(streamId = "savings"): View {
    const entries = [...(this.entries.get(streamId)?.values() ?? [])];
    return {
      summary: this.summaries.get(streamId),
      entries: entries.sort((a, b) => a.version - b.version),
      listedAsSuspended: this.suspendedStreams.get(streamId),
    };
  }

  /** The environment of one projector. Several may work in one world at a time. */
  environment({
    projectionVersion = 1,
    gate = open,
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
      now: () => someTime,
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
                row: {},
              }),
            ),
          ),
        saveEntries: (changes) =>
          pipe(
            changes.filter(({ opening }) => !opening),
            TE.traverseSeqArray((change) =>
              write("saveEntry", change.streamId, () => this.#saveEntry(change)),
            ),
            TE.map(() => undefined),
          ),
        replaceUnreadable: (_, next) =>
          write("commit", next.streamId, () => {
            if (!this.unreadable.delete(next.streamId)) return lostRace;
            return this.#commit(O.fromNullable(this.summaries.get(next.streamId)), next);
          }),
        commit: (loaded, next) => write("commit", next.streamId, () => this.#commit(loaded, next)),
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

  #saveEntry(change: Change): typeof lostRace | undefined {
    const entries = this.entries.get(change.streamId) ?? new Map<number, Change>();
    const before = entries.get(change.version);
    if (before !== undefined && before.projectionVersion > change.projectionVersion)
      return lostRace;
    this.entries.set(change.streamId, entries.set(change.version, change));
    return undefined;
  }

  #commit(loaded: O.Option<Summary>, next: Summary): typeof lostRace | undefined {
    const current = O.fromNullable(this.summaries.get(next.streamId));
    const mark = (summary: O.Option<Summary>) =>
      O.isNone(summary)
        ? "none"
        : [
            summary.value.version,
            summary.value.projectionVersion,
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
): { readonly summary: Summary; readonly changes: readonly Change[] } =>
  foldEvents(
    { fold, now: () => someTime },
    emptySummary(streamId as StreamId, projectionVersion),
    events,
  );

/** The rows that a stream must have in the end, whatever happened before. */
export const truthOf = (
  events: readonly unknown[],
  streamId: string = savings,
  projectionVersion = 1,
): View => {
  const { summary, changes } = folded(events, streamId, projectionVersion);
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
