import { isDeepStrictEqual } from "node:util";
import { summaryKey } from "../../lambda/adapters/rows";
import type { Expectations } from "./expectations";
import { truthOf } from "./oracle";
import type { World } from "./world";

/** What has to hold when a run has come to rest. */
export class AtRest {
  constructor(
    private readonly world: World,
    private readonly expectations: Expectations,
  ) {}

  /** Every acknowledged command is one event, no command is two, and versions have no gaps. */
  logsAreRight(): void {
    const logs = this.world.streams().map((streamId) => this.world.log(streamId));
    for (const log of logs) {
      const versions = log.map(({ version }) => version);
      this.#demand(
        versions.every((version, index) => version === index + 1),
        `the log of ${log[0]?.streamId} has the versions ${versions}`,
      );
    }
    const recorded = logs.flat().map(({ commandId }) => commandId);
    this.#demand(new Set(recorded).size === recorded.length, "a command was recorded twice");
    for (const commandId of this.world.acknowledged) {
      this.#demand(recorded.includes(commandId), `${commandId} was acknowledged, and is lost`);
    }
  }

  /** What is not suspended ends as the fold of its log: all of it, once. Answers with the streams that are suspended. */
  streamsAreFolded(streams: ReadonlyArray<string>): ReadonlyArray<string> {
    return streams.filter((streamId) => {
      const summary = this.world.readModel.read(summaryKey(streamId));
      if (summary?.suspended !== undefined) return true;
      const log = this.world.log(streamId);
      this.#demand(
        Number(summary?.version ?? 0) === log.length,
        `${streamId} is at version ${summary?.version ?? 0}, its log ends at ${log.length}`,
      );
      this.#rowsAreRight(streamId, log.length);
      return false;
    });
  }

  /** The sum of all balances is what was deposited and not withdrawn. */
  moneyIsKept(): void {
    const streams = this.world.streams();
    const rows = streams.map((streamId) => this.world.readModel.read(summaryKey(streamId)));
    const balances = rows.reduce((sum, row) => sum + BigInt(String(row?.balance ?? "0")), 0n);
    const truths = streams.map((streamId) => truthOf(this.world.log(streamId)).at(-1));
    const kept = truths.reduce(
      (sum, truth) => sum + (truth?.deposited ?? 0n) - (truth?.withdrawn ?? 0n),
      0n,
    );
    this.#demand(balances === kept, `the balances add up to ${balances}, the log to ${kept}`);
  }

  projectedAs(projection: number): void {
    for (const streamId of this.world.streams()) {
      const rows = this.world.readModel.partition(String(summaryKey(streamId).pk));
      this.#demand(
        rows.every((row) => row.projection === projection),
        `${streamId} has rows of an earlier projection than ${projection}`,
      );
    }
  }

  #rowsAreRight(streamId: string, version: number): void {
    const rows = this.world.readModel.partition(String(summaryKey(streamId).pk));
    const entries = rows.filter(({ sk }) => sk !== "summary").map((row) => row.version);
    const expected = this.expectations.entryVersions(streamId, version);
    this.#demand(
      isDeepStrictEqual(entries, expected),
      `${streamId} has the entries ${entries}, not ${expected}`,
    );
  }

  #demand(holds: boolean, otherwise: string): void {
    if (!holds) throw this.world.journal.violated(otherwise);
  }
}
