import { isDeepStrictEqual } from "node:util";
import { unmarshall } from "@aws-sdk/util-dynamodb";
import * as O from "fp-ts/Option";
import type { Row } from "../../core/projection/columns";
import type { StreamId, Version } from "../../core/projection/identifiers";
import type { Change, Summary, Suspension } from "../../core/projection/summary";
import { summarySortKey, suspendedPartition } from "../../lambda/adapters/keys";
import { numbers } from "../../lambda/adapters/marshalling";
import { suspensionKey } from "../../lambda/adapters/rows";
import type { StreamRecord } from "./change-stream";
import type { Item } from "./conditions";
import type { Expectations } from "./expectations";
import { isUnknownToOld, type Release } from "./releases";
import { rowOf, type Simulated } from "./simulated";
import { positionOf, type World, type Write } from "./world";

const show = (value: unknown): string => JSON.stringify(value);

/** Checks every step against the promises, and reports the one that was broken. */
export class Watch<State> {
  readonly #world: World;
  readonly #simulated: Simulated<State>;
  readonly #expectations: Expectations<State>;
  readonly #entries = new Set<string>();
  readonly #published = new Set<string>();
  readonly #touched = new Set<StreamId>();

  constructor(world: World, simulated: Simulated<State>, expectations: Expectations<State>) {
    this.#world = world;
    this.#simulated = simulated;
    this.#expectations = expectations;
    world.listeners.push((write) => this.#written(write));
  }

  /**
   * Only what is committed is published, with the state as it then was; and once, where every request has its answer: a
   * commit without one may have succeeded, and is announced by whoever finds that it has.
   */
  published(change: Change): void {
    const { streamId, version } = change;
    const what = `the publication of ${positionOf(streamId, version)}`;
    const row = this.#summaryOf(streamId);
    this.#demand(Number(row?.version ?? 0) >= version, `${what} came before its commit`);
    const { projectionVersion, ...rest } = change;
    const expected = this.#expectations.at(streamId, version);
    const { projectionVersion: _, ...expectedRest } = expected.change;
    this.#demand(
      isDeepStrictEqual(rest, expectedRest),
      `${what} is ${show(rest)}, not ${show(expectedRest)}`,
    );
    const { throttled, unanswered } = this.#world.plan.faults;
    this.#demand(
      throttled + unanswered > 0 || !this.#published.has(positionOf(streamId, version)),
      `${what} came twice`,
    );
    this.#published.add(positionOf(streamId, version));
  }

  /** A stream fails for its own reasons: a request about it did not succeed, or a later release has its rows. */
  failuresHaveCauses(
    release: Release,
    failed: ReadonlyArray<string>,
    records: ReadonlyArray<StreamRecord>,
    troubled: ReadonlySet<string>,
  ): void {
    for (const id of failed) {
      const record = records.find(({ sequenceNumber }) => sequenceNumber === id);
      if (record === undefined) throw this.#world.journal.violated(`no record has the id ${id}`);
      const row = this.#summaryOf(record.streamId);
      this.#demand(
        troubled.has(record.streamId) || Number(row?.projectionVersion) > release.projectionVersion,
        `${positionOf(record.streamId, record.version)} is reported as failed for nothing of its own`,
      );
    }
  }

  /** The streams of a batch that are suspended now, each with what its summary says about it. */
  suspendedAmong(records: ReadonlyArray<StreamRecord>): ReadonlyMap<StreamId, unknown> {
    const streams = records.map(({ streamId }) => [streamId, this.#summaryOf(streamId)] as const);
    return new Map(
      streams.flatMap(([streamId, row]) =>
        row?.suspension === undefined ? [] : [[streamId, row.suspension] as const],
      ),
    );
  }

  /** Whoever meets a suspended stream reports it: the one that has suspended it may have died before it said so. */
  suspensionsAreReported(
    before: ReadonlyMap<StreamId, unknown>,
    failed: ReadonlyArray<string>,
    records: ReadonlyArray<StreamRecord>,
    reported: ReadonlySet<string>,
  ): void {
    for (const { streamId, version, sequenceNumber } of records) {
      const stays = isDeepStrictEqual(
        before.get(streamId),
        this.#summaryOf(streamId)?.suspension ?? "none",
      );
      this.#demand(
        !stays || failed.includes(sequenceNumber) || reported.has(streamId),
        `${positionOf(streamId, version)} met a suspended stream, which was not reported`,
      );
    }
  }

  /** A statement never has a gap, nor an entry that its summary does not know; and all of it is what the rules say. */
  statementRead(streamId: StreamId, summary: Item, entries: ReadonlyArray<Item>): void {
    const version = summary.version as Version;
    const expected = this.#expectations.entryVersions(streamId, version);
    const read = entries.map((entry) => entry.version);
    this.#demand(
      isDeepStrictEqual(read, expected),
      `a statement of ${streamId} at ${version} has the entries ${read}, not ${expected}`,
    );
    for (const entry of entries) this.#entryFollowsRules(streamId, entry);
    this.#summaryFollowsRules(streamId, summary);
  }

  /** Checks what holds after every step, if not within it. */
  afterStep(): void {
    for (const streamId of this.#touched) {
      const suspension = this.#summaryOf(streamId)?.suspension;
      const listed = this.#world.readModel.read({ ...suspensionKey(streamId) });
      const expected =
        suspension === undefined
          ? undefined
          : this.#simulated.rows.suspension(streamId, suspension as Suspension);
      this.#demand(
        isDeepStrictEqual(listed, expected),
        `${streamId} is ${suspension ? "suspended" : "not suspended"}, but ${listed ? "" : "not "}listed so: ${show(listed)}`,
      );
    }
    this.#touched.clear();
  }

  #summaryOf(streamId: StreamId): Item | undefined {
    return this.#world.readModel.read({ ...this.#simulated.rows.summaryKey(streamId) });
  }

  #demand(holds: boolean, otherwise: string): void {
    if (!holds) throw this.#world.journal.violated(otherwise);
  }

  /** The columns are compared by the names that the domain declares: one that the rules do not know is found, too. */
  #demandColumns(what: string, names: ReadonlyArray<string>, row: Row, rules: Row): void {
    for (const name of names) {
      this.#demand(
        isDeepStrictEqual(row[name], rules[name]),
        `${what} has the ${name} ${show(row[name])}, by the rules ${show(rules[name])}`,
      );
    }
  }

  #written(write: Write): void {
    const row = write.item && unmarshall(write.item, numbers);
    if (write.table === this.#world.events) this.#eventWritten(write, row);
    else if (write.key.pk === suspendedPartition) this.#touched.add(write.key.sk as StreamId);
    else if (row === undefined)
      throw this.#world.journal.violated(`${show(write.key)} was deleted`);
    else if (write.key.sk === summarySortKey) this.#summaryWritten(write.before, row);
    else this.#entryWritten(write.before, row);
  }

  #eventWritten({ key, before }: Write, row: Item | undefined): void {
    const position = positionOf(key.streamId, key.version);
    if (before === undefined) {
      this.#world.journal.count("events");
      if (isUnknownToOld(row)) this.#world.journal.count("unknown");
      const previous = { ...key, version: Number(key.version) - 1 };
      this.#demand(
        key.version === 1 || this.#world.events.read(previous) !== undefined,
        `the event ${position} leaves a gap`,
      );
    } else {
      this.#demand(this.#world.corrupted.has(position), `the event ${position} was overwritten`);
    }
  }

  #summaryWritten(before: Item | undefined, row: Item): void {
    const streamId = this.#simulated.streamOfKey(row);
    const version = row.version as Version;
    this.#touched.add(streamId);
    for (const name of ["version", "projectionVersion"]) {
      this.#demand(
        before === undefined || Number(before[name]) <= Number(row[name]),
        `the ${name} of ${streamId} goes back from ${before?.[name]} to ${row[name]}`,
      );
    }
    const summary: Summary<State> = {
      ...this.#expectations.summaryAt(streamId, version),
      projectionVersion: Number(row.projectionVersion),
      suspension: O.fromNullable(row.suspension as Suspension | undefined),
    };
    const expected = rowOf(this.#simulated.rows.summary(summary));
    this.#demand(
      isDeepStrictEqual(row, expected),
      `the summary of ${streamId} is ${show(row)}, not ${show(expected)}`,
    );
    this.#summaryFollowsRules(streamId, row);
    for (const entry of this.#expectations.entryVersions(streamId, version)) {
      this.#demand(
        this.#entries.has(positionOf(streamId, entry)),
        `the summary of ${streamId} is at ${version}, but has no entry ${entry}`,
      );
    }
    if (row.suspension !== undefined) {
      this.#suspensionHasCause(streamId, before, row.suspension as Suspension);
    }
  }

  #summaryFollowsRules(streamId: StreamId, row: Item): void {
    const version = row.version as Version;
    const state = Number(version) === 0 ? {} : this.#expectations.at(streamId, version).truth.state;
    this.#demandColumns(
      `the summary of ${streamId} at ${version}`,
      this.#simulated.columns.state,
      row,
      state ?? {},
    );
  }

  #suspensionHasCause(
    streamId: StreamId,
    before: Item | undefined,
    { version, reason }: Suspension,
  ): void {
    if (before?.suspension === undefined) this.#world.journal.count("suspended");
    const event = this.#world.events.read({ streamId, version });
    this.#demand(
      this.#world.corrupted.has(positionOf(streamId, version)) || isUnknownToOld(event),
      `${streamId} is suspended at ${version} for no reason (${reason})`,
    );
  }

  #entryWritten(before: Item | undefined, row: Item): void {
    const streamId = this.#simulated.streamOfKey(row);
    const version = row.version as Version;
    const what = `the entry ${positionOf(streamId, version)}`;
    const { change } = this.#expectations.at(streamId, version);
    this.#demand(!change.opening, `${what} is none of a statement`);
    this.#demand(
      before === undefined || Number(before.projectionVersion) <= Number(row.projectionVersion),
      `${what} goes back to the projection version ${row.projectionVersion}`,
    );
    const projectionVersion = Number(row.projectionVersion);
    const expected = rowOf(this.#simulated.rows.entry({ ...change, projectionVersion }));
    this.#demand(
      isDeepStrictEqual(row, expected),
      `${what} is ${show(row)}, not ${show(expected)}`,
    );
    this.#entryFollowsRules(streamId, row);
    this.#entries.add(positionOf(streamId, version));
  }

  #entryFollowsRules(streamId: StreamId, row: Item): void {
    const version = row.version as Version;
    const what = `the entry ${positionOf(streamId, version)}`;
    const { reason, entry } = this.#expectations.at(streamId, version).truth;
    this.#demand(
      row.outcome === (reason === undefined ? "POSTED" : "DECLINED") && row.reason === reason,
      `${what} is ${row.outcome} (${row.reason}), by the rules ${reason ?? "POSTED"}`,
    );
    this.#demandColumns(what, this.#simulated.columns.entry, row, entry);
  }
}
