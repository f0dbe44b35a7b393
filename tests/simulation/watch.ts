import { isDeepStrictEqual } from "node:util";
import { unmarshall } from "@aws-sdk/util-dynamodb";
import * as O from "fp-ts/Option";
import { type Change, leavesEntry, type Summary } from "../../core/projection/fold";
import { numbers } from "../../lambda/adapters/marshalling";
import { entryRow, summaryKey, summaryRow, suspensionKey } from "../../lambda/adapters/rows";
import type { StreamRecord } from "./change-stream";
import type { Item } from "./conditions";
import { type Expectations, rowOf } from "./expectations";
import { isUnknownToOld, type Release } from "./releases";
import { positionOf, type World, type Write } from "./world";

const show = (value: unknown): string => JSON.stringify(value);

/** Holds every step against the promises of the ledger, and says which one was broken. */
export class Watch {
  readonly #entries = new Set<string>();
  readonly #published = new Set<string>();
  readonly #touched = new Set<string>();

  constructor(
    private readonly world: World,
    private readonly expectations: Expectations,
  ) {
    world.listeners.push((write) => this.#written(write));
  }

  /** Only what is committed is published, and once, with the account as it then was. */
  published(change: Change): void {
    const { streamId, version } = change;
    const what = `the notification of ${positionOf(streamId, version)}`;
    const row = this.world.readModel.read(summaryKey(streamId));
    this.#demand(Number(row?.version ?? 0) >= version, `${what} came before its commit`);
    const { projection, ...rest } = change;
    const { projection: _, ...expected } = this.expectations.changeAt(streamId, version);
    this.#demand(isDeepStrictEqual(rest, expected), `${what} says what is not so`);
    this.#demand(!this.#published.has(positionOf(streamId, version)), `${what} came twice`);
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
      if (record === undefined) throw this.world.journal.violated(`no record has the id ${id}`);
      const row = this.world.readModel.read(summaryKey(record.streamId));
      this.#demand(
        troubled.has(record.streamId) || Number(row?.projection) > release.projection,
        `${positionOf(record.streamId, record.version)} is reported as failed for nothing of its own`,
      );
    }
  }

  /** A statement never has a gap, nor what its summary does not know. */
  statementRead(summary: Item, entries: ReadonlyArray<Item>): void {
    const streamId = String(summary.accountId);
    const expected = this.expectations.entryVersions(streamId, Number(summary.version));
    const read = entries.map(({ version }) => version);
    this.#demand(
      isDeepStrictEqual(read, expected),
      `a statement of ${streamId} at ${summary.version} has the entries ${read}, not ${expected}`,
    );
    const last = entries.at(-1);
    this.#demand(
      last === undefined || summary.balance === undefined || last.balance === summary.balance,
      `a statement of ${streamId} ends with ${last?.balance}, its summary with ${summary.balance}`,
    );
  }

  /** What holds after every step, if not within it. */
  afterStep(): void {
    for (const streamId of this.#touched) {
      const suspended = this.world.readModel.read(summaryKey(streamId))?.suspended;
      const listed = this.world.readModel.read(suspensionKey(streamId));
      const expected = suspended && {
        ...suspensionKey(streamId),
        accountId: streamId,
        ...(suspended as Item),
      };
      this.#demand(
        isDeepStrictEqual(listed, expected),
        `${streamId} is ${suspended ? "suspended" : "not suspended"}, but ${listed ? "" : "not "}listed so: ${show(listed)}`,
      );
    }
    this.#touched.clear();
  }

  #demand(holds: boolean, otherwise: string): void {
    if (!holds) throw this.world.journal.violated(otherwise);
  }

  #written(write: Write): void {
    const row = write.item && unmarshall(write.item, numbers);
    if (write.table === this.world.events) this.#eventWritten(write, row);
    else if (write.key.pk === "suspended") this.#touched.add(String(write.key.sk));
    else if (row === undefined) throw this.world.journal.violated(`${show(write.key)} was deleted`);
    else if (write.key.sk === "summary") this.#summaryWritten(write.before, row);
    else this.#entryWritten(write.before, row);
  }

  #eventWritten({ key, before }: Write, row: Item | undefined): void {
    const position = positionOf(key.streamId, key.version);
    if (before === undefined) {
      this.world.journal.count("events");
      if (isUnknownToOld(row)) this.world.journal.count("unknown");
      const previous = { ...key, version: Number(key.version) - 1 };
      this.#demand(
        key.version === 1 || this.world.events.read(previous) !== undefined,
        `the event ${position} leaves a gap`,
      );
    } else {
      this.#demand(this.world.corrupted.has(position), `the event ${position} was overwritten`);
    }
  }

  #summaryWritten(before: Item | undefined, row: Item): void {
    const streamId = String(row.accountId);
    const version = Number(row.version);
    this.#touched.add(streamId);
    for (const name of ["version", "projection"]) {
      this.#demand(
        before === undefined || Number(before[name]) <= Number(row[name]),
        `the ${name} of ${streamId} goes back from ${before?.[name]} to ${row[name]}`,
      );
    }
    const summary = {
      ...this.expectations.at(streamId, version).summary,
      projection: Number(row.projection),
      suspended: O.fromNullable(row.suspended as O.Option<never>),
    };
    const expected = rowOf(summaryRow(summary as unknown as Summary));
    this.#demand(
      isDeepStrictEqual(row, expected),
      `the summary of ${streamId} is ${show(row)}, not ${show(expected)}`,
    );
    const { truth } = this.expectations.at(streamId, version);
    this.#demand(
      (row.balance ?? "0") === String(truth.balance),
      `${streamId} has ${row.balance} after ${version} events, not ${truth.balance}`,
    );
    for (const entry of this.expectations.entryVersions(streamId, version)) {
      this.#demand(
        this.#entries.has(positionOf(streamId, entry)),
        `the summary of ${streamId} is at ${version}, but has no entry ${entry}`,
      );
    }
    if (row.suspended !== undefined)
      this.#suspensionHasCause(streamId, before, row.suspended as Item);
  }

  #suspensionHasCause(streamId: string, before: Item | undefined, { version, reason }: Item): void {
    if (before?.suspended === undefined) this.world.journal.count("suspended");
    const event = this.world.events.read({ streamId, version });
    this.#demand(
      this.world.corrupted.has(positionOf(streamId, version)) || isUnknownToOld(event),
      `${streamId} is suspended at ${version} for no reason (${reason})`,
    );
  }

  #entryWritten(before: Item | undefined, row: Item): void {
    const streamId = String(row.pk).replace("account:", "");
    const version = Number(row.version);
    const what = `the entry ${positionOf(streamId, version)}`;
    const change = this.expectations.changeAt(streamId, version);
    this.#demand(leavesEntry(change), `${what} is none of a statement`);
    this.#demand(
      before === undefined || Number(before.projection) <= Number(row.projection),
      `${what} goes back to the projection ${row.projection}`,
    );
    const expected = rowOf(entryRow({ ...change, projection: Number(row.projection) }));
    this.#demand(
      isDeepStrictEqual(row, expected),
      `${what} is ${show(row)}, not ${show(expected)}`,
    );
    const { truth } = this.expectations.at(streamId, version);
    this.#demand(
      row.balance === String(truth.balance) && (row.outcome === "POSTED") === truth.posted,
      `${what} is ${row.outcome} with ${row.balance}, which the rules do not say`,
    );
    this.#entries.add(positionOf(streamId, version));
  }
}
