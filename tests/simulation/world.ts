import type { Timestamp } from "../../core/projection/envelope";
import type { StreamId, Version } from "../../core/projection/identifiers";
import type { Suspension } from "../../core/projection/summary";
import type { Command } from "./commands";
import type { Item } from "./conditions";
import { isSameCommand } from "./forms";
import { Journal, Violation } from "./journal";
import type { Plan } from "./plan";
import { Random } from "./random";
import { Process, Scheduler } from "./scheduler";
import type { StoredEvent } from "./subject";
import { type Kept, keep, Table } from "./table";

/** A write of an item. Listeners get it in the same step. */
export interface Write {
  readonly table: Table;
  readonly key: Item;
  /** Absent after a deletion. */
  readonly kept: Kept | undefined;
  /** The item that was overwritten or deleted. */
  readonly before: Item | undefined;
  /** Whoever has asked for it; absent where it came past all requests. */
  readonly by?: Process;
}

/** An event that nobody can fold any more, or ever could. */
export interface FaultyEvent {
  /** What it is mended to. */
  readonly event: StoredEvent;
  /** Why a stream is suspended before it. */
  readonly reason: Suspension["reason"];
}

/** Learns of the requests of processes. */
export interface Witness {
  /** A process is about to ask for something about a stream. */
  readonly asking?: (process: Process, streamId: string) => void;
  /** A process has the answer to a command that has succeeded. */
  readonly answered?: (process: Process, command: Command) => void;
}

/** The tables, the clock, the plan and the journal of one run. */
export class World {
  readonly plan: Plan;
  readonly random: Random;
  readonly scheduler: Scheduler;
  readonly journal: Journal;
  readonly events = new Table("events", "streamId", "version");
  readonly readModel = new Table("read-model", "pk", "sk");
  readonly tables = new Map([this.events, this.readModel].map((table) => [table.name, table]));
  /** The process of whatever moves on its own: requests, stream records, time. It never dies. */
  readonly network = new Process("network", 1);
  readonly listeners: Array<(write: Write) => void> = [];
  readonly witnesses: Witness[] = [];
  /** How the templates recognise the repetition of a command. */
  readonly isSameCommand: typeof isSameCommand;
  /** The events that no release can fold, by `positionOf`. */
  readonly faulty = new Map<string, FaultyEvent>();
  /** Those that were mended. */
  readonly mended = new Set<string>();
  /** The streams with rows that somebody has damaged, and how often that has happened. */
  readonly damaged = new Set<StreamId>();
  damages = 0;
  /** The commands that clients know to be recorded. */
  readonly acknowledged: string[] = [];
  /** How many writes have been asked for. */
  writes = 0;
  readonly #streamsByKey = new Map<string, StreamId>();
  #processes = 0;

  constructor(plan: Plan, tracing: boolean, recognise = isSameCommand) {
    this.isSameCommand = recognise;
    this.plan = plan;
    this.random = new Random(plan.seed);
    this.scheduler = new Scheduler(this.random);
    this.journal = new Journal(tracing);
  }

  /** ISO 8601, from a day of its own. */
  readonly now = (): Timestamp =>
    new Date(Date.UTC(2030, 0, 1) + this.scheduler.now).toISOString() as Timestamp;

  /** A new process: some are much slower than others. */
  process(kind: string): Process {
    this.#processes += 1;
    return new Process(`${kind}-${this.#processes}`, this.random.pick([1, 1, 1, 0.2, 0.03]));
  }

  /** Starts something beside everything else. An exception in it is a fault of the run. */
  start(what: () => Promise<void>): void {
    what().catch((error: unknown) => {
      if (error instanceof Violation) return;
      this.journal.violated(error instanceof Error ? (error.stack ?? error.message) : `${error}`);
    });
  }

  /** Writes at once, past all requests and faults. Without an item, it deletes. */
  write(table: Table, key: Item, item: Item | undefined): void {
    const before = table.read(key);
    const kept = item && keep(item);
    table.write(key, kept, this.scheduler.now);
    this.tell({ table, key, kept, before });
  }

  /** Nothing is promised any more for a stream whose rows somebody damages. */
  damage(streamId: StreamId): void {
    this.damages += 1;
    this.damaged.add(streamId);
  }

  /** Tells everybody concerned of a write. */
  tell(write: Write): void {
    for (const listener of this.listeners) listener(write);
  }

  asking(process: Process, streamId: string): void {
    for (const witness of this.witnesses) witness.asking?.(process, streamId);
  }

  answered(process: Process, command: Command): void {
    for (const witness of this.witnesses) witness.answered?.(process, command);
  }

  /** Lets a stream be found by the parts of keys that stand for it. */
  name(streamId: StreamId, keys: ReadonlyArray<string>): void {
    for (const key of [streamId, ...keys]) this.#streamsByKey.set(key, streamId);
  }

  /** The stream of a key; the key itself where it is of none. */
  streamOf(key: string): StreamId {
    return this.#streamsByKey.get(key) ?? (key as StreamId);
  }

  /** Kills a process that has not ended after so many simulated milliseconds. */
  limit(process: Process, timeout: number): void {
    this.start(async () => {
      await this.scheduler.turn(process, timeout);
      this.journal.count("timedOut");
      this.journal.note(process.name, () => "has no more time, and is killed");
      process.kill();
    });
  }

  /** The streams that have events. */
  streams(): ReadonlyArray<StreamId> {
    return this.events.partitionKeys() as ReadonlyArray<StreamId>;
  }

  /**
   * A stream's events, as they are stored now; those that were lost, as they were. An item of a faulty program is no event
   * until it is mended.
   */
  log(streamId: StreamId): ReadonlyArray<StoredEvent> {
    const stored = this.events.partition(streamId) as ReadonlyArray<unknown>;
    const lost = this.#lost().filter((event) => event.streamId === streamId);
    const log = [...(stored as ReadonlyArray<StoredEvent>), ...lost];
    return lost.length === 0 ? log : log.sort((a, b) => a.version - b.version);
  }

  /** The event at a version, as it is stored now or was before it was lost. */
  eventAt(streamId: StreamId, version: Version): Item | undefined {
    const fault = this.faultAt(streamId, version);
    return fault?.reason === "MISSING_EVENT"
      ? { ...fault.event }
      : this.events.read({ streamId, version });
  }

  /** What is wrong with the event at a version, as long as nobody has mended it. */
  faultAt(streamId: StreamId, version: Version): FaultyEvent | undefined {
    const position = positionOf(streamId, version);
    return this.mended.has(position) ? undefined : this.faulty.get(position);
  }

  /** Whether an event of the stream is lost. */
  hasLost(streamId: StreamId): boolean {
    return this.#lost().some((event) => event.streamId === streamId);
  }

  #lost(): ReadonlyArray<StoredEvent> {
    if (this.faulty.size === 0) return [];
    return [...this.faulty]
      .filter(([position, { reason }]) => reason === "MISSING_EVENT" && !this.mended.has(position))
      .map(([, { event }]) => event);
  }

  /** Waits for a while between now and `most` simulated milliseconds. */
  pause(process: Process, most: number): Promise<void> {
    return this.scheduler.turn(process, this.random.between(0, most));
  }
}

export const positionOf = (streamId: unknown, version: unknown): string => `${streamId}#${version}`;
