import { isDeepStrictEqual } from "node:util";
import type { StreamId, Version } from "../../core/projection/identifiers";
import { summarySortKey } from "../../lambda/adapters/keys";
import type { Item } from "./conditions";
import type { Expectations } from "./expectations";
import type { Simulated } from "./simulated";
import type { World } from "./world";

/** Checks a run that has come to rest against the promises. */
export class AtRest<State> {
  readonly #world: World;
  readonly #simulated: Simulated<State>;
  readonly #expectations: Expectations<State>;

  constructor(world: World, simulated: Simulated<State>, expectations: Expectations<State>) {
    this.#world = world;
    this.#simulated = simulated;
    this.#expectations = expectations;
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
      this.#entriesAreRight(streamId, log.length as Version);
      return false;
    });
  }

  /** All streams together hold what the posted requests of all logs have moved: nothing is lost, and nothing is made. */
  nothingIsLost(): void {
    const streams = this.#world.streams();
    for (const { what, held, moved } of this.#simulated.conserved) {
      const stored = streams
        .map((streamId) => this.#summaryOf(streamId))
        .filter((summary): summary is Item => summary?.owner !== undefined)
        .reduce((sum, summary) => sum + held(summary), 0n);
      const recorded = streams
        .flatMap((streamId) => {
          const log = this.#world.log(streamId);
          const truths = this.#simulated.oracle(log);
          return log.map((event, index) => ({ event, truth: truths[index] }));
        })
        .filter(({ truth }) => truth?.reason === undefined)
        .reduce(
          (sum, { event, truth }) => sum + (moved[event.type]?.(truth?.entry ?? {}) ?? 0n),
          0n,
        );
      this.#demand(
        stored === recorded,
        `the streams hold ${stored} (${what}), the logs ${recorded}`,
      );
    }
  }

  projectedAs(projectionVersion: number): void {
    for (const streamId of this.#world.streams()) {
      this.#demand(
        this.#rowsOf(streamId).every((row) => row.projectionVersion === projectionVersion),
        `${streamId} has rows of an earlier projection version than ${projectionVersion}`,
      );
    }
  }

  #summaryOf(streamId: StreamId): Item | undefined {
    return this.#world.readModel.read({ ...this.#simulated.rows.summaryKey(streamId) });
  }

  #rowsOf(streamId: StreamId): ReadonlyArray<Item> {
    return this.#world.readModel.partition(this.#simulated.rows.partition(streamId));
  }

  #entriesAreRight(streamId: StreamId, version: Version): void {
    const entries = this.#rowsOf(streamId)
      .filter(({ sk }) => sk !== summarySortKey)
      .map((row) => row.version);
    const expected = this.#expectations.entryVersions(streamId, version);
    this.#demand(
      isDeepStrictEqual(entries, expected),
      `${streamId} has the entries ${entries}, not ${expected}`,
    );
  }

  #demand(holds: boolean, otherwise: string): void {
    if (!holds) throw this.#world.journal.violated(otherwise);
  }
}
