import { isDeepStrictEqual } from "node:util";
import type { StreamId, Version } from "../../core/projection/identifiers";
import { entryKeyFrom } from "../../lambda/adapters/rows";
import type { StreamRecord } from "./change-stream";
import type { Item } from "./conditions";
import type { Expectations } from "./expectations";
import type { Reports } from "./reports";
import { type RowWatch, setOf } from "./row-watch";
import type { RuleWatch } from "./rule-watch";
import { positionOf, type World } from "./world";

/** Checks what readers, operators and the event source mapping get against the promises. */
export class Watch<State> {
  readonly #world: World;
  readonly #expectations: Expectations<State>;
  readonly #rows: RowWatch<State>;
  readonly #rules: RuleWatch<State>;

  constructor(
    world: World,
    expectations: Expectations<State>,
    rows: RowWatch<State>,
    rules: RuleWatch<State>,
  ) {
    this.#world = world;
    this.#expectations = expectations;
    this.#rows = rows;
    this.#rules = rules;
  }

  /** A stream fails for its own reasons: a request about it did not succeed. */
  failuresHaveCauses(
    failed: ReadonlyArray<string>,
    records: ReadonlyArray<StreamRecord>,
    troubled: ReadonlySet<string>,
  ): void {
    for (const id of failed) {
      const record = records.find(({ sequenceNumber }) => sequenceNumber === id);
      if (record === undefined) throw this.#world.journal.violated(`no record has the id ${id}`);
      this.#demand(
        troubled.has(record.streamId),
        `${positionOf(record.streamId, record.version)} is reported as failed for nothing of its own`,
      );
    }
  }

  /** The streams that are suspended now, each with what its summary says about it. */
  suspendedAmong(streams: ReadonlyArray<StreamId>): ReadonlyMap<StreamId, unknown> {
    return new Map(
      streams.flatMap((streamId) => {
        const suspension = this.#rows.summaryOf(streamId)?.suspension;
        return suspension === undefined ? [] : [[streamId, suspension] as const];
      }),
    );
  }

  /**
   * Whoever meets a suspended stream reports it: the one that has suspended it may have died before it said so. Not a
   * release that leaves the stream to a later one, nor an invocation that fails.
   */
  suspensionIsReported(streamId: StreamId, before: unknown, told: Reports["told"]): void {
    if (this.#world.damaged.has(streamId)) return;
    const stays = isDeepStrictEqual(before, this.#rows.summaryOf(streamId)?.suspension ?? "none");
    this.#demand(
      !stays ||
        [told.suspended, told.ofLaterRelease, told.failed].some((those) => those.has(streamId)),
      `${streamId} was met, which is suspended, and was not reported`,
    );
  }

  /** A statement never has a gap, nor an entry that its summary does not know; and all of it is what the rules say. */
  statementRead(streamId: StreamId, summary: Item, entries: ReadonlyArray<Item>): void {
    if (this.#world.damaged.has(streamId)) return;
    const version = summary.version as Version;
    const set = setOf(summary);
    const expected = this.#expectations.entryVersions(streamId, version, set);
    const read = entries.map((entry) => entry.version);
    this.#demand(
      isDeepStrictEqual(read, expected),
      `a statement of ${streamId} at ${version} has the entries ${read}, not ${expected}`,
    );
    for (const entry of entries) {
      const key = entryKeyFrom(String(entry.sk));
      this.#demand(
        key._tag === "Some" && key.value.generation === set.generation,
        `a statement of ${streamId} has the row ${entry.sk}`,
      );
      this.#rules.entryFollows(streamId, set, entry);
    }
    this.#rules.summaryFollows(streamId, summary);
  }

  #demand(holds: boolean, otherwise: string): void {
    if (!holds) throw this.#world.journal.violated(otherwise);
  }
}
