import { isDeepStrictEqual } from "node:util";
import type { Row } from "../../core/projection/columns";
import type { StreamId, Version } from "../../core/projection/identifiers";
import type { RowSet } from "../../core/projection/summary";
import { type Rows, suspensionKey } from "../../lambda/adapters/rows";
import type { Item } from "./conditions";
import type { Expectations } from "./expectations";
import type { World } from "./world";

/** Checks rows against the rules written a second time, naively. */
export class RuleWatch<State> {
  /** Keys are the same in every release. */
  readonly rows: Rows<State>;
  readonly #world: World;
  readonly #expectations: Expectations<State>;

  constructor(world: World, expectations: Expectations<State>, rows: Rows<State>) {
    this.#world = world;
    this.#expectations = expectations;
    this.rows = rows;
  }

  suspensionKey(streamId: StreamId): Item {
    return { ...suspensionKey(streamId) };
  }

  summaryFollows(streamId: StreamId, row: Item): void {
    const { version, projectionVersion } = row as { version: Version; projectionVersion: number };
    const state =
      Number(version) === 0
        ? {}
        : this.#expectations.at(streamId, version, { projectionVersion }).truth.state;
    this.#demandColumns(
      `the summary of ${streamId} at ${version}`,
      this.#expectations.rulesOf(projectionVersion).columns.state,
      row,
      state ?? {},
    );
  }

  entryFollows(streamId: StreamId, { projectionVersion }: RowSet, row: Item): void {
    const version = row.version as Version;
    const what = `the entry ${version} of ${streamId}`;
    const { reason, entry } = this.#expectations.at(streamId, version, { projectionVersion }).truth;
    if (row.outcome !== (reason === undefined ? "POSTED" : "DECLINED") || row.reason !== reason) {
      throw this.#world.journal.violated(
        `${what} is ${row.outcome} (${row.reason}), by the rules ${reason ?? "POSTED"}`,
      );
    }
    const { columns } = this.#expectations.rulesOf(projectionVersion);
    this.#demandColumns(what, columns.entry, row, entry);
  }

  /** The columns are compared by the names that the domain declares: one that the rules do not know is found, too. */
  #demandColumns(what: string, names: ReadonlyArray<string>, row: Row, rules: Row): void {
    for (const name of names) {
      if (isDeepStrictEqual(row[name], rules[name])) continue;
      const [found, expected] = [row[name], rules[name]].map((value) => JSON.stringify(value));
      throw this.#world.journal.violated(
        `${what} has the ${name} ${found}, by the rules ${expected}`,
      );
    }
  }
}
