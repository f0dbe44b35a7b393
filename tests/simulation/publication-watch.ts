import { isDeepStrictEqual } from "node:util";
import type { StreamId, Version } from "../../core/projection/identifiers";
import type { Change } from "../../core/projection/summary";
import { summarySortKey, suspendedPartition } from "../../lambda/adapters/keys";
import type { StreamRecord } from "./change-stream";
import { type Command, isWrite, type Write, writesOf } from "./commands";
import type { Expectations } from "./expectations";
import { isUnknownToOld, type Release } from "./releases";
import type { Reports } from "./reports";
import { type RowWatch, setOf } from "./row-watch";
import type { Process } from "./scheduler";
import { positionOf, type World } from "./world";

const show = (value: unknown): string => JSON.stringify(value);

/** An event that so many others have followed need not be published again, see maxUndos in lambda/adapters/read-model.ts. */
const longAgo = 500;

/** What one process has published, or has tried to, and what it has still to publish. */
interface Publications {
  readonly tried: Set<string>;
  readonly published: Set<string>;
  /** The last version of each stream. */
  readonly last: Map<string, number>;
  readonly owed: Set<string>;
}

/**
 * Checks publications against the promises: only what is committed is published, in order, and all of it at least once, unless
 * that fails. Whoever commits a change publishes it, and so does whoever answers for its delivery afterwards.
 */
export class PublicationWatch<State> {
  readonly #world: World;
  readonly #expectations: Expectations<State>;
  readonly #rows: RowWatch<State>;
  readonly #publications = new WeakMap<Process, Publications>();
  /** What anybody has ever published, or has tried to. */
  readonly #everTried = new Set<string>();
  /** The deliveries that somebody has answered for, by stream. */
  readonly #delivered = new Map<StreamId, Set<Version>>();
  readonly #everSuspended = new Set<StreamId>();

  constructor(world: World, expectations: Expectations<State>, rows: RowWatch<State>) {
    this.#world = world;
    this.#expectations = expectations;
    this.#rows = rows;
    world.witnesses.push({ answered: (process, command) => this.#answered(process, command) });
    world.listeners.push(({ key }) => {
      if (key.pk === suspendedPartition) this.#everSuspended.add(world.streamOf(String(key.sk)));
    });
  }

  /** A publication is on its way, and may fail. */
  tried({ streamId, version }: Change, process: Process): void {
    this.#everTried.add(positionOf(streamId, version));
    this.#of(process).tried.add(positionOf(streamId, version));
    this.#of(process).owed.delete(positionOf(streamId, version));
  }

  /**
   * Only what is committed is published, with the state as it then was, and in order. It comes again with its delivery,
   * and after a commit without an answer: that may have succeeded, and is announced by whoever finds that it has.
   */
  published(change: Change, process: Process): void {
    const { streamId, version } = change;
    if (this.#world.damaged.has(streamId)) return;
    const position = positionOf(streamId, version);
    const what = `the publication of ${position}`;
    this.#demand(
      this.#rows.isCommitted(streamId, change, version),
      `${what} came before its commit`,
    );
    const expected = this.#expectations.changeAt(streamId, version, change);
    // What is published again has no place in the hash chain any more.
    const [told, due] = [change, expected].map(({ hash: _, ...rest }) => rest);
    this.#demand(isDeepStrictEqual(told, due), `${what} is ${show(told)}, not ${show(due)}`);
    // What comes again may come at any time.
    const { last, published } = this.#of(process);
    const latest = last.get(streamId) ?? 0;
    this.#demand(latest < version || published.has(position), `${what} came after a later one`);
    last.set(streamId, Math.max(latest, version));
    published.add(position);
  }

  /** A process that comes to its end has published what it has committed. */
  ended(process: Process): void {
    const owed = [...this.#of(process).owed];
    this.#demand(owed.length === 0, `${process.name} has committed ${owed} and not published it`);
  }

  /** Somebody has answered for the delivery of an event: it does not come again. */
  delivered({ streamId, version }: StreamRecord): void {
    const versions = this.#delivered.get(streamId) ?? new Set<Version>();
    this.#delivered.set(streamId, versions.add(version));
  }

  /** Every change that was delivered and folded has been published at last, whichever release folded it. */
  nothingIsLeftUnpublished(streams: ReadonlyArray<StreamId>): void {
    for (const streamId of streams) {
      if (this.#everSuspended.has(streamId) || this.#world.hasLost(streamId)) continue;
      const last = Number(this.#rows.summaryOf(streamId)?.version ?? 0);
      for (const version of this.#delivered.get(streamId) ?? []) {
        const position = positionOf(streamId, version);
        this.#demand(
          version > last || last - version >= longAgo || this.#everTried.has(position),
          `${position} was committed, and nobody has published it`,
        );
      }
    }
  }

  /** Whoever answers for an event that is folded has published its change, again if need be. */
  answeredFor(
    process: Process,
    { name, rules }: Release<State>,
    { streamId, version }: StreamRecord,
    told: Reports["told"],
  ): void {
    const summary = this.#rows.summaryOf(streamId);
    const isOthers =
      summary?.projectionVersion !== rules.projectionVersion ||
      told.ofLaterRelease.has(streamId) ||
      told.suspended.has(streamId) ||
      // It cannot read what the new release has folded.
      (name === "old" && this.#world.log(streamId).some(isUnknownToOld));
    const isFolded = Number(summary?.version) >= version;
    const wasLongAgo = Number(summary?.version) - version >= longAgo;
    const isSound = !this.#world.damaged.has(streamId) && !this.#world.hasLost(streamId);
    if (isOthers || !isFolded || wasLongAgo || !isSound) return;
    const position = positionOf(streamId, version);
    this.#demand(
      this.#of(process).tried.has(position),
      `${process.name} has answered for ${position} and not published it`,
    );
  }

  #answered(process: Process, command: Command): void {
    if (!isWrite(command)) return;
    for (const write of writesOf(command)) this.#owe(process, write);
  }

  /** A summary that moves on in its own set of rows owes the changes that it has passed. */
  #owe(process: Process, { Put }: Write): void {
    const row = Put?.Item;
    if (row?.sk !== summarySortKey) return;
    const streamId = this.#world.streamOf(String(row.pk));
    const values = Put?.ExpressionAttributeValues;
    const isRebuilt = this.#rows.isOfRebuild(streamId, setOf(row));
    const isFirst = values === undefined && Put?.ConditionExpression !== undefined && !isRebuilt;
    const goesOn =
      isFirst ||
      (values?.[":generation"] === row.generation &&
        values?.[":projectionVersion"] === row.projectionVersion);
    if (!goesOn || this.#world.damaged.has(streamId)) return;
    const { tried, owed } = this.#of(process);
    const before = Number(values?.[":version"] ?? 0);
    for (let version = before + 1; version <= Number(row.version); version += 1) {
      const position = positionOf(streamId, version as Version);
      if (!tried.has(position)) owed.add(position);
    }
  }

  #of(process: Process): Publications {
    const known = this.#publications.get(process) ?? {
      ...{ tried: new Set(), published: new Set(), owed: new Set() },
      last: new Map(),
    };
    this.#publications.set(process, known);
    return known;
  }

  #demand(holds: boolean, otherwise: string): void {
    if (!holds) throw this.#world.journal.violated(otherwise);
  }
}
