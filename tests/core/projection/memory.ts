import * as E from "fp-ts/Either";
import { pipe } from "fp-ts/function";
import * as O from "fp-ts/Option";
import * as TE from "fp-ts/TaskEither";
import {
  type Change,
  emptySummary,
  fold,
  leavesEntry,
  type Summary,
  type Suspension,
} from "../../../core/projection/fold";
import type { ProjectionPorts, Superseded, Unavailable } from "../../../core/projection/ports";
import type { Delivery } from "../../../core/projection/project-batch";
import { type StoredEvent, sha256 } from "../ledger/requests";

export type Operation = "readAfter" | "load" | "saveEntry" | "commit" | "publish";

/**
 * Stands before and behind every operation of a port: may let it wait, and fails it by throwing. What fails behind an
 * operation is the answer alone: the operation has taken place.
 */
export type Gate = (
  operation: Operation,
  streamId: string,
  moment: "before" | "after",
) => Promise<void>;

export interface ProjectorOptions {
  readonly projection?: number;
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

export const someTime = "2026-02-03T04:05:06.789Z";

const lostRace = Symbol("lost race");

/** A stream's rows in the read model. */
export interface View {
  readonly summary: Summary | undefined;
  readonly entries: readonly Change[];
  readonly listedAsHeld: Suspension | undefined;
}

/** The tables and the audience of a ledger in memory, with the conditions that core/ports.ts asks for. */
export class World {
  readonly log = new Map<string, Map<number, unknown>>();
  readonly summaries = new Map<string, Summary>();
  readonly entries = new Map<string, Map<number, Change>>();
  readonly suspendedStreams = new Map<string, Suspension>();
  readonly published: Change[] = [];
  /** Every operation that was asked for, in order, such as "commit savings". */
  readonly operations: string[] = [];
  readonly told = {
    folded: 0,
    suspended: 0,
    notificationsFailed: 0,
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

  /** What the read model says of a stream. */
  view(streamId = "savings"): View {
    const entries = [...(this.entries.get(streamId)?.values() ?? [])];
    return {
      summary: this.summaries.get(streamId),
      entries: entries.sort((a, b) => a.version - b.version),
      listedAsHeld: this.suspendedStreams.get(streamId),
    };
  }

  /** The ports of one projector. Several may work in one world at a time. */
  ports({ projection = 1, gate = open }: ProjectorOptions = {}): ProjectionPorts {
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
        TE.chain(
          (result): TE.TaskEither<Unavailable | Superseded, void> =>
            result === lostRace ? TE.left({ _tag: "Superseded" }) : TE.right(undefined),
        ),
      );
    return {
      projection,
      digest: sha256,
      now: () => someTime,
      events: {
        readAfter: (streamId, version) =>
          operate("readAfter", streamId, () => this.#page(streamId, version)),
      },
      readModel: {
        load: (streamId) =>
          operate("load", streamId, () => O.fromNullable(this.summaries.get(streamId))),
        saveEntries: (changes) =>
          pipe(
            changes.filter(leavesEntry),
            TE.traverseSeqArray((change) =>
              write("saveEntry", change.streamId, () => this.#saveEntry(change)),
            ),
            TE.map(() => undefined),
          ),
        commit: (loaded, next) => write("commit", next.streamId, () => this.#commit(loaded, next)),
      },
      publisher: {
        publish: (change) =>
          operate("publish", change.streamId, () => void this.published.push(change)),
      },
      telemetry: {
        folded: (_streamId, events) => () => {
          this.told.folded += events;
        },
        suspended: () => () => {
          this.told.suspended += 1;
        },
        publishFailed: () => () => {
          this.told.notificationsFailed += 1;
        },
        streamFailed: (streamId) => () => void this.told.streamsFailed.push(streamId),
      },
    };
  }

  #page(streamId: string, version: number): unknown[] {
    return [...(this.log.get(streamId) ?? [])]
      .filter(([place]) => place > version)
      .sort(([a], [b]) => a - b)
      .slice(0, pageSize)
      .map(([, stored]) => stored);
  }

  #saveEntry(change: Change): typeof lostRace | undefined {
    const entries = this.entries.get(change.streamId) ?? new Map<number, Change>();
    const before = entries.get(change.version);
    if (before !== undefined && before.projection > change.projection) return lostRace;
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
            summary.value.projection,
            O.isSome(summary.value.suspended),
          ].join();
    if (mark(current) !== mark(loaded)) return lostRace;
    this.summaries.set(next.streamId, next);
    if (O.isSome(next.suspended)) this.suspendedStreams.set(next.streamId, next.suspended.value);
    else this.suspendedStreams.delete(next.streamId);
    return undefined;
  }
}

/** A stream's events, folded one by one up to the first that cannot be. */
export const foldOf = (
  events: readonly unknown[],
  streamId = "savings",
  projection = 1,
): { readonly summary: Summary; readonly changes: readonly Change[] } => {
  let summary = emptySummary(streamId, projection);
  const changes: Change[] = [];
  for (const stored of events) {
    const next = fold(sha256)(summary, stored);
    if (E.isLeft(next)) {
      const suspended = { version: summary.version + 1, since: someTime, ...next.left };
      return { summary: { ...summary, suspended: O.some(suspended) }, changes };
    }
    summary = next.right[0];
    changes.push(next.right[1]);
  }
  return { summary, changes };
};

/** What the read model has to end as, whatever happened on the way. */
export const truthOf = (events: readonly unknown[], streamId = "savings", projection = 1): View => {
  const { summary, changes } = foldOf(events, streamId, projection);
  return {
    summary,
    entries: changes.filter(leavesEntry),
    listedAsHeld: O.toUndefined(summary.suspended),
  };
};

/** A delivery of an event as it is stored under its own key. */
export const delivery = (event: StoredEvent, stored: unknown = event): Delivery => ({
  id: `${event.streamId}#${event.version}`,
  streamId: event.streamId,
  version: event.version,
  stored,
});
