import { isDeepStrictEqual } from "node:util";
import * as O from "fp-ts/Option";
import type { StreamId, StreamVersion, Version } from "../../core/projection/identifiers";
import type { RowSet, Summary, Suspension } from "../../core/projection/summary";
import { rebuildSortKey, summarySortKey, suspendedPartition } from "../../lambda/adapters/keys";
import { entryKeyFrom } from "../../lambda/adapters/rows";
import type { Item } from "./conditions";
import { EntryBook, nameOf } from "./entry-book";
import type { Expectations } from "./expectations";
import { isUnknownToOld } from "./releases";
import type { RuleWatch } from "./rule-watch";
import { rowOf } from "./simulated";
import { positionOf, type World, type Write } from "./world";

const show = (value: unknown): string => JSON.stringify(value);

export const setOf = (row: Item): RowSet => ({
  projectionVersion: Number(row.projectionVersion),
  generation: Number(row.generation) as RowSet["generation"],
});

const isSame = (a: RowSet, b: RowSet): boolean =>
  a.projectionVersion === b.projectionVersion && a.generation === b.generation;

/** How long a reader may be at the rows of a summary that it has read: AppSync ends a request then. */
export const readerMs = 30_000;

/** Checks every write of the tables against the promises. */
export class RowWatch<State> {
  readonly #world: World;
  readonly #expectations: Expectations<State>;
  readonly #rules: RuleWatch<State>;
  readonly #book: EntryBook<State>;
  /** The version up to which a set of rows was ever committed. */
  readonly #committed = new Map<string, number>();
  /** Since when a set of rows is not that of the summary any more. */
  readonly #replacedAt = new Map<string, number>();
  /** The sets of rows that a rebuild has begun. */
  readonly #rebuilt = new Set<string>();
  readonly #touched = new Set<StreamId>();

  constructor(world: World, expectations: Expectations<State>, rules: RuleWatch<State>) {
    this.#world = world;
    this.#expectations = expectations;
    this.#rules = rules;
    this.#book = new EntryBook(expectations);
    world.listeners.push((write) => this.#written(write));
  }

  isCommitted(streamId: StreamId, set: RowSet, version: Version): boolean {
    return (this.#committed.get(nameOf(streamId, set)) ?? 0) >= version;
  }

  summaryOf(streamId: StreamId): Item | undefined {
    return this.#world.readModel.read({ ...this.#rules.rows.summaryKey(streamId) });
  }

  /** Checks what holds after every step, if not within it. */
  afterStep(): void {
    for (const streamId of this.#touched) {
      if (this.#world.damaged.has(streamId)) continue;
      const suspension = this.summaryOf(streamId)?.suspension;
      const listed = this.#world.readModel.read(this.#rules.suspensionKey(streamId));
      const expected =
        suspension === undefined
          ? undefined
          : this.#rules.rows.suspension(streamId, suspension as Suspension);
      this.#demand(
        isDeepStrictEqual(listed, expected),
        `${streamId} is ${suspension ? "suspended" : "not suspended"}, but ${listed ? "" : "not "}listed so: ${show(listed)}`,
      );
    }
    this.#touched.clear();
  }

  #demand(holds: boolean, otherwise: string): void {
    if (!holds) throw this.#world.journal.violated(otherwise);
  }

  #demandSame(what: string, row: Item, expected: Item): void {
    if (isDeepStrictEqual(row, expected)) return;
    const names = [...new Set([...Object.keys(row), ...Object.keys(expected)])];
    const differing = names
      .filter((name) => !isDeepStrictEqual(row[name], expected[name]))
      .map((name) => `${name} ${show(row[name])} instead of ${show(expected[name])}`);
    throw this.#world.journal.violated(`${what} has the ${differing.join(", ")}`);
  }

  #written(write: Write): void {
    const row = write.kept?.item;
    const { pk, sk } = write.key;
    if (write.table === this.#world.events) {
      if (row !== undefined) this.#eventWritten(write, row);
      return;
    }
    const streamId = this.#world.streamOf(String(pk === suspendedPartition ? sk : pk));
    if (this.#world.damaged.has(streamId)) {
      this.#recorded(streamId, String(sk), row);
      return;
    }
    if (pk === suspendedPartition) this.#touched.add(streamId);
    else if (sk === summarySortKey) this.#summaryWritten(streamId, write.before, row);
    else if (sk === rebuildSortKey) this.#rebuildWritten(streamId, write.before, row);
    else this.#entryWritten(streamId, String(sk), row);
  }

  /** Takes account of a write to a damaged stream, whatever it is. */
  #recorded(streamId: StreamId, key: string, row: Item | undefined): void {
    if (row !== undefined && key === summarySortKey && Number.isInteger(row.version)) {
      this.#committed.set(nameOf(streamId, setOf(row)), Number(row.version));
    }
    const found = O.toUndefined(entryKeyFrom(key));
    if (found === undefined) return;
    if (row !== undefined && this.#isRight(streamId, found, row)) {
      this.#book.put(streamId, found, found.version);
    } else {
      this.#book.remove(streamId, found, found.version);
    }
  }

  #isRight(streamId: StreamId, set: RowSet & { readonly version: Version }, row: Item): boolean {
    const change = this.#expectations.changeAt(streamId, set.version, set);
    const { rows } = this.#expectations.rulesOf(set.projectionVersion);
    return isDeepStrictEqual(row, rowOf(rows.entry(change)));
  }

  /** Whether all rows of a stream that anybody reads are as they must be. */
  isSound(streamId: StreamId): boolean {
    const summary = this.summaryOf(streamId);
    if (summary === undefined) return true;
    const set = setOf(summary);
    const version = summary.version as StreamVersion;
    const { rows } = this.#expectations.rulesOf(set.projectionVersion);
    const expected = rowOf(
      rows.summary({
        ...this.#expectations.summaryAt(streamId, version, set),
        suspension: O.fromNullable(summary.suspension as Suspension | undefined),
        rebuilding: summary.processing === "REBUILDING",
      }),
    );
    const hasStray = this.#world.readModel
      .sortKeys(this.#rules.rows.partition(streamId))
      .some((key) => key === "notes");
    return (
      !hasStray &&
      isDeepStrictEqual(summary, expected) &&
      this.#book.missing(streamId, set, version) === undefined
    );
  }

  #eventWritten({ key, before }: Write, row: Item): void {
    const position = positionOf(key.streamId, key.version);
    if (this.#world.mended.has(position)) return;
    this.#demand(before === undefined, `the event ${position} was overwritten`);
    this.#world.journal.count("events");
    if (isUnknownToOld(row)) this.#world.journal.count("unknown");
    const previous = { ...key, version: Number(key.version) - 1 };
    this.#demand(
      key.version === 1 || this.#world.events.read(previous) !== undefined,
      `the event ${position} leaves a gap`,
    );
  }

  #summaryWritten(streamId: StreamId, before: Item | undefined, row: Item | undefined): void {
    if (row === undefined) throw this.#world.journal.violated(`${streamId} has lost its summary`);
    this.#touched.add(streamId);
    const set = setOf(row);
    const version = row.version as Version;
    if (before !== undefined) this.#goesForward(streamId, before, row);
    this.#summaryIsRight(streamId, row);
    const missing = this.#book.missing(streamId, set, version);
    this.#demand(
      missing === undefined,
      `the summary of ${nameOf(streamId, set)} is at ${version}, but has no entry ${missing}`,
    );
    this.#committed.set(nameOf(streamId, set), version);
    if (before !== undefined && !isSame(setOf(before), set)) {
      this.#world.journal.count("replaced");
      this.#replacedAt.set(nameOf(streamId, setOf(before)), this.#world.scheduler.now);
    }
    if (row.suspension !== undefined) {
      this.#suspensionHasCause(streamId, before, row.suspension as Suspension);
    }
  }

  /**
   * A summary moves on in its own set of rows, or to a later one that begins where it was. One that its release cannot read
   * is not kept where an event is lost: what takes its place ends before that event.
   */
  #goesForward(streamId: StreamId, before: Item, row: Item): void {
    const [from, to] = [setOf(before), setOf(row)];
    this.#demand(
      isSame(from, to) ||
        to.projectionVersion > from.projectionVersion ||
        (to.projectionVersion === from.projectionVersion && to.generation > from.generation),
      `the rows of ${nameOf(streamId, from)} are replaced by those of ${nameOf(streamId, to)}`,
    );
    const isUnreadable =
      from.projectionVersion < to.projectionVersion &&
      this.#world.plan.deployment?.readsEarlierRows === false;
    const isSuspendedAtLost =
      (row.suspension as Suspension | undefined)?.reason === "MISSING_EVENT";
    this.#demand(
      Number(before.version) <= Number(row.version) || (isUnreadable && isSuspendedAtLost),
      `the version of ${nameOf(streamId, to)} goes back from ${before.version} to ${row.version}`,
    );
  }

  #summaryIsRight(streamId: StreamId, row: Item): void {
    const set = setOf(row);
    const summary: Summary<State> = {
      ...this.#expectations.summaryAt(streamId, row.version as StreamVersion, set),
      suspension: O.fromNullable(row.suspension as Suspension | undefined),
      rebuilding: row.processing === "REBUILDING",
    };
    const { rows } = this.#expectations.rulesOf(set.projectionVersion);
    const expected = rowOf(rows.summary(summary));
    this.#demandSame(`the summary of ${nameOf(streamId, set)} at ${row.version}`, row, expected);
    this.#rules.summaryFollows(streamId, row);
  }

  /** Whether a rebuild has begun a set of rows, be its own row there still or not. */
  isOfRebuild(streamId: StreamId, set: RowSet): boolean {
    return this.#rebuilt.has(nameOf(streamId, set));
  }

  rebuildOf(streamId: StreamId): Item | undefined {
    return this.#world.readModel.read({ ...this.#rules.rows.rebuildKey(streamId) });
  }

  #suspensionHasCause(
    streamId: StreamId,
    before: Item | undefined,
    { version, reason }: Suspension,
  ): void {
    if (before?.suspension === undefined) this.#world.journal.count("suspended");
    if (before?.suspension === undefined && reason === "MISSING_EVENT") {
      this.#world.journal.count("suspendedAtLost");
    }
    if (before?.suspension === undefined && reason === "OWNER_CHANGED") {
      this.#world.journal.count("suspendedAtOtherOwner");
    }
    const isNew = isUnknownToOld(this.#world.events.read({ streamId, version }));
    const cause =
      this.#world.faultAt(streamId, version)?.reason ??
      (isNew ? "NEWER_SCHEMA_VERSION" : undefined);
    this.#demand(
      reason === cause,
      `${streamId} is suspended at ${version} for ${reason}, where there is ${cause ?? "no reason"}`,
    );
  }

  /** A rebuild has written its entries before it says so, and loses nothing of what it has done. */
  #rebuildWritten(streamId: StreamId, before: Item | undefined, row: Item | undefined): void {
    if (row === undefined) return;
    const set = setOf(row);
    this.#rebuilt.add(nameOf(streamId, set));
    this.#demand(
      before === undefined ||
        row.replacedAt !== undefined ||
        !isSame(setOf(before), set) ||
        Number(row.version) >= Number(before.version),
      `the rebuild of ${nameOf(streamId, set)} goes back from ${before?.version} to ${row.version}`,
    );
    const missing = this.#book.missing(streamId, set, row.version as StreamVersion);
    this.#demand(
      missing === undefined,
      `the rebuild of ${nameOf(streamId, set)} is at ${row.version}, but has no entry ${missing}`,
    );
  }

  #entryWritten(streamId: StreamId, key: string, row: Item | undefined): void {
    const found = O.toUndefined(entryKeyFrom(key));
    if (found === undefined) throw this.#world.journal.violated(`${streamId} has the row ${key}`);
    if (row === undefined) this.#entryRemoved(streamId, found, found.version);
    else this.#entryIsRight(streamId, found, found.version, row);
  }

  /** Rows go that nobody reads any more, and that no rebuild is writing. */
  #entryRemoved(streamId: StreamId, set: RowSet, version: Version): void {
    const summary = this.summaryOf(streamId);
    const rebuild = this.rebuildOf(streamId);
    const name = nameOf(streamId, set);
    const since = this.#replacedAt.get(name);
    this.#world.journal.count("rowsRemoved");
    this.#demand(
      [summary, rebuild].every((row) => row === undefined || !isSame(setOf(row), set)),
      `the entry ${version} of ${name} is removed, which is in use`,
    );
    this.#demand(
      since === undefined || this.#world.scheduler.now - since > readerMs,
      `the entry ${version} of ${name} is removed, which a reader may be at`,
    );
    this.#book.remove(streamId, set, version);
  }

  #entryIsRight(streamId: StreamId, set: RowSet, version: Version, row: Item): void {
    const what = `the entry ${version} of ${nameOf(streamId, set)}`;
    const change = this.#expectations.changeAt(streamId, version, set);
    this.#demand(!change.opening, `${what} is none of a statement`);
    const { rows } = this.#expectations.rulesOf(set.projectionVersion);
    const expected = rowOf(rows.entry(change));
    this.#demandSame(what, row, expected);
    this.#rules.entryFollows(streamId, set, row);
    this.#book.put(streamId, set, version);
  }
}
