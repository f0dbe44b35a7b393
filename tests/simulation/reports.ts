import type { Telemetry } from "../../core/projection/ports";
import { rebuildSortKey, summarySortKey } from "../../lambda/adapters/keys";
import { type Command, isWrite, writesOf } from "./commands";
import type { Process } from "./scheduler";
import type { World } from "./world";

/** What a process has told operators, and what it has still to tell them. */
interface Told {
  readonly suspended: Set<string>;
  readonly ofLaterRelease: Set<string>;
  readonly failed: Set<string>;
  rebuildsBegun: number;
  rebuilt: number;
  /** Suspensions that it has committed, and knows to be committed, by stream. */
  readonly owesSuspension: Set<string>;
  owesRebuildsBegun: number;
  owesRebuilt: number;
}

/** When a process writes out what it has counted. */
export interface Flushing {
  /** Whether it does so as soon as a stream was suspended: it may be killed later. */
  readonly atSuspension: boolean;
  readonly atEnd: boolean;
}

/** The telemetry of one process. */
export interface Reports {
  readonly telemetry: Telemetry;
  readonly told: Told;
  /** Writes out what is left, at the end. */
  readonly finish: () => void;
}

const nothingTold = (): Told => ({
  suspended: new Set(),
  ofLaterRelease: new Set(),
  failed: new Set(),
  rebuildsBegun: 0,
  rebuilt: 0,
  owesSuspension: new Set(),
  owesRebuildsBegun: 0,
  owesRebuilt: 0,
});

/** The telemetry of all processes. Each of their reports is due once they know of what it is about. */
export class Newsroom {
  readonly #world: World;
  readonly #told = new Map<Process, Told>();
  /** The suspensions that operators have learnt of, by stream and version. */
  readonly #suspensions = new Set<string>();

  constructor(world: World) {
    this.#world = world;
    world.witnesses.push({ answered: (process, command) => this.#answered(process, command) });
  }

  reportsOf(process: Process, flushing: Flushing): Reports {
    const told = nothingTold();
    this.#told.set(process, told);
    const counted: Array<() => void> = [];
    const flush = () => {
      for (const report of counted.splice(0)) report();
    };
    const later = (report: () => void) => () => void counted.push(report);
    const note = (what: string) => this.#world.journal.note(process.name, () => what);
    const telemetry: Telemetry = {
      folded: () => () => undefined,
      suspended:
        (streamId, { version, reason }) =>
        () => {
          counted.push(() => {
            told.suspended.add(streamId);
            told.owesSuspension.delete(streamId);
            this.#suspensions.add(`${streamId}#${version}`);
            note(`reports ${streamId} as suspended at ${version}: ${reason}`);
          });
          if (flushing.atSuspension) flush();
        },
      summaryUnreadable: (streamId) => later(() => note(`cannot read the summary of ${streamId}`)),
      streamFailed: (streamId, cause) => () => {
        told.failed.add(streamId);
        note(`fails at ${streamId}: ${Object(cause)._tag}`);
      },
      streamOfLaterRelease: (streamId) =>
        later(() => {
          told.ofLaterRelease.add(streamId);
          this.#world.journal.count("ofLaterRelease");
          note(`leaves ${streamId} to a later release`);
        }),
      rebuildBegun: () =>
        later(() => {
          told.rebuildsBegun += 1;
        }),
      rebuilt: () =>
        later(() => {
          told.rebuilt += 1;
        }),
    };
    return {
      telemetry,
      told,
      finish: () => {
        if (flushing.atEnd) flush();
      },
    };
  }

  /** Whether operators have learnt that a stream is suspended at a version. */
  isKnown(streamId: string, version: number): boolean {
    return this.#suspensions.has(`${streamId}#${version}`);
  }

  /** A suspension is reported in the very step in which its commit was answered. */
  afterStep(): void {
    for (const [process, { owesSuspension }] of this.#told) {
      if (!process.alive) this.#told.delete(process);
      else if (owesSuspension.size > 0) {
        throw this.#world.journal.violated(
          `${process.name} has suspended ${[...owesSuspension]} without a report`,
        );
      }
    }
  }

  /** A process that has come to its end owes no report. */
  ended(process: Process): void {
    const told = this.#told.get(process);
    this.#told.delete(process);
    if (told === undefined) return;
    if (told.rebuildsBegun < told.owesRebuildsBegun || told.rebuilt < told.owesRebuilt) {
      throw this.#world.journal.violated(`${process.name} has not counted all of its rebuilds`);
    }
  }

  #answered(process: Process, command: Command): void {
    const told = this.#told.get(process);
    if (told === undefined || !isWrite(command)) return;
    for (const { Put } of writesOf(command)) {
      const row = Put?.Item;
      if (row?.sk === rebuildSortKey && row.version === 0 && row.replacedAt === undefined) {
        told.owesRebuildsBegun += 1;
      }
      if (row?.sk !== summarySortKey) continue;
      const replaced = Put?.ExpressionAttributeValues?.[":generation"];
      if (replaced !== undefined && replaced !== row.generation) told.owesRebuilt += 1;
      const streamId = this.#world.streamOf(String(row.pk));
      if (row.suspension !== undefined) told.owesSuspension.add(streamId);
    }
  }
}
