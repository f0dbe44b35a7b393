import { isDeepStrictEqual } from "node:util";
import { pipe } from "fp-ts/function";
import * as O from "fp-ts/Option";
import { firstGeneration, type StreamId, type Version } from "../../core/projection/identifiers";
import type { RowSet } from "../../core/projection/summary";
import { summarySortKey } from "../../lambda/adapters/keys";
import { entriesOf, entryKeyFrom } from "../../lambda/adapters/rows";
import type { Item } from "./conditions";
import type { Expectations } from "./expectations";
import { isUnknownToOld } from "./releases";
import type { Newsroom } from "./reports";
import { setOf } from "./row-watch";
import type { Simulated } from "./simulated";
import type { World } from "./world";

const isOfSlowerRelease = (key: string, { projectionVersion, generation }: RowSet): boolean =>
  pipe(
    entryKeyFrom(key),
    O.exists(
      (set) =>
        generation === firstGeneration &&
        set.generation === firstGeneration &&
        set.projectionVersion < projectionVersion,
    ),
  );

/** Checks a run that has come to rest against the promises. */
export class AtRest<State> {
  readonly #world: World;
  readonly #simulated: Simulated<State>;
  readonly #expectations: Expectations<State>;
  readonly #newsroom: Newsroom;

  constructor(
    world: World,
    simulated: Simulated<State>,
    expectations: Expectations<State>,
    newsroom: Newsroom,
  ) {
    this.#world = world;
    this.#simulated = simulated;
    this.#expectations = expectations;
    this.#newsroom = newsroom;
  }

  /** Every acknowledged command is one event, no command is two, and versions have no gaps. */
  logsAreRight(): void {
    const logs = this.#world.streams().map((streamId) => this.#world.log(streamId));
    for (const log of logs) {
      const versions = log.map(({ version }) => version);
      this.#demand(
        versions.every((version, index) => version === index + 1),
        `the log of ${log[0]?.streamId} has the versions ${versions}`,
      );
    }
    const recorded = logs.flat().map(({ commandId }) => commandId);
    this.#demand(new Set(recorded).size === recorded.length, "a command was recorded twice");
    for (const commandId of this.#world.acknowledged) {
      this.#demand(recorded.includes(commandId), `${commandId} was acknowledged, and is lost`);
    }
  }

  /** Every stream that is not suspended is the fold of its log: all of it, once. Answers with the suspended ones. */
  streamsAreFolded(streams: ReadonlyArray<StreamId>): ReadonlyArray<StreamId> {
    return streams.filter((streamId) => {
      const summary = this.#summaryOf(streamId);
      if (summary?.suspension !== undefined) return true;
      const log = this.#world.log(streamId);
      this.#demand(
        Number(summary?.version ?? 0) === log.length,
        `${streamId} is at version ${summary?.version ?? 0}, its log ends at ${log.length}`,
      );
      if (summary !== undefined) this.#entriesAreRight(streamId, summary);
      return false;
    });
  }

  /**
   * Every stream is suspended at its first event that cannot be folded, for the reason why it cannot. That is another one to
   * an old release, which may have rebuilt the stream last.
   */
  suspendedAtFirstFault(streams: ReadonlyArray<StreamId>): void {
    for (const streamId of streams) {
      const firsts = [
        this.#firstFault(streamId, () => false),
        ...(this.#world.plan.oldRebuilds > 0 ? [this.#firstFault(streamId, isUnknownToOld)] : []),
      ];
      const { version, reason } = { ...(this.#summaryOf(streamId)?.suspension as Item) };
      const found = `${version} (${reason})`;
      this.#demand(
        firsts.includes(found),
        `${streamId} is suspended at ${found}, not at ${firsts.join(" or ")}`,
      );
    }
  }

  #firstFault(streamId: StreamId, isTooNew: (event: unknown) => boolean): string | undefined {
    return this.#world
      .log(streamId)
      .map((event) => {
        const newer = isTooNew(event) ? "NEWER_SCHEMA_VERSION" : undefined;
        const reason = this.#world.faultAt(streamId, event.version)?.reason ?? newer;
        return reason && `${event.version} (${reason})`;
      })
      .find((fault) => fault !== undefined);
  }

  /** Operators know of every suspended stream. */
  suspensionsAreKnown(streams: ReadonlyArray<StreamId>): void {
    for (const streamId of streams) {
      const suspension = this.#summaryOf(streamId)?.suspension as Item | undefined;
      this.#demand(
        suspension === undefined || this.#newsroom.isKnown(streamId, Number(suspension.version)),
        `${streamId} is suspended, and nobody has reported it`,
      );
    }
  }

  /**
   * No row is left that belongs to another generation, or to a rebuild. Two releases may have begun a stream at the same time:
   * the entries of the one that was slower stay until a rebuild, and nobody reads them.
   */
  nothingIsLeftOver(streams: ReadonlyArray<StreamId>): void {
    for (const streamId of streams) {
      const summary = this.#summaryOf(streamId);
      if (summary === undefined || summary.suspension !== undefined) continue;
      const own = entriesOf(setOf(summary));
      const others = this.#keysOf(streamId).filter(
        (key) =>
          key !== summarySortKey && !key.startsWith(own) && !isOfSlowerRelease(key, setOf(summary)),
      );
      this.#demand(others.length === 0, `${streamId} has the rows ${others} beside ${own}`);
      this.#demand(
        summary.processing === "CURRENT",
        `${streamId} says that it is ${summary.processing}, and is not`,
      );
    }
  }

  /** All streams together hold what the posted requests of all logs have moved: nothing is lost, and nothing is made. */
  nothingIsLost(): void {
    for (const { what, held, moved } of this.#simulated.conserved) {
      let [stored, recorded] = [0n, 0n];
      for (const streamId of this.#world.streams()) {
        const summary = this.#summaryOf(streamId);
        if (summary === undefined) continue;
        if (summary.owner !== undefined) stored += held(summary);
        const set = setOf(summary);
        const { means } = this.#expectations.rulesOf(set.projectionVersion);
        for (const event of this.#world.log(streamId)) {
          const { reason, entry } = this.#expectations.at(streamId, event.version, set).truth;
          if (reason === undefined) recorded += moved[means(event).type]?.(entry) ?? 0n;
        }
      }
      this.#demand(
        stored === recorded,
        `the streams hold ${stored} (${what}), the logs ${recorded}`,
      );
    }
  }

  projectedAs(projectionVersion: number): void {
    for (const streamId of this.#world.streams()) {
      const found = this.#summaryOf(streamId)?.projectionVersion;
      this.#demand(
        found === projectionVersion,
        `${streamId} has the projection version ${found}, not ${projectionVersion}`,
      );
    }
  }

  #summaryOf(streamId: StreamId): Item | undefined {
    return this.#world.readModel.read({ ...this.#simulated.rules.rows.summaryKey(streamId) });
  }

  #keysOf(streamId: StreamId): ReadonlyArray<string> {
    const { partition } = this.#simulated.rules.rows;
    return this.#world.readModel.sortKeys(partition(streamId)).map(String);
  }

  #entriesAreRight(streamId: StreamId, summary: Item): void {
    const set = setOf(summary);
    const own = entriesOf(set);
    const entries = this.#keysOf(streamId)
      .filter((key) => key.startsWith(own))
      .map((key) => Number(key.slice(own.length)));
    const expected = this.#expectations.entryVersions(streamId, summary.version as Version, set);
    this.#demand(
      isDeepStrictEqual(entries, expected),
      `${streamId} has the entries ${entries}, not ${expected}`,
    );
  }

  #demand(holds: boolean, otherwise: string): void {
    if (!holds) throw this.#world.journal.violated(otherwise);
  }
}
