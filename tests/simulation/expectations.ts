import * as E from "fp-ts/Either";
import type { StreamId, StreamVersion, Version } from "../../core/projection/identifiers";
import {
  type Change,
  emptySummary,
  type RowSet,
  type Summary,
} from "../../core/projection/summary";
import type { Rules } from "./rules";
import type { Simulated } from "./simulated";
import type { StoredEvent, Truth } from "./subject";
import { positionOf, type World } from "./world";

/** The expected state of a stream after one of its events: by the core's own fold of the log, and by the naive rules. */
interface Expected<State> {
  readonly summary: Summary<State>;
  readonly change: Change;
  readonly truth: Truth;
}

/** What a release's rules make of one stream, as far as it was asked for. */
interface Known<State> {
  readonly expected: Expected<State>[];
  truths: ReadonlyArray<Truth>;
}

/** Derives the expected read model from the event table. The projection may reach it in any way. */
export class Expectations<State> {
  readonly #world: World;
  readonly #rules: ReadonlyMap<number, Rules<State>>;
  readonly #known = new Map<string, Known<State>>();

  constructor(world: World, { rules, laterRules }: Simulated<State>) {
    this.#world = world;
    this.#rules = new Map([rules, laterRules].map((one) => [one.projectionVersion, one]));
  }

  /** The rules that have made a row. */
  rulesOf(projectionVersion: unknown): Rules<State> {
    const rules = this.#rules.get(Number(projectionVersion));
    if (rules) return rules;
    throw this.#world.journal.violated(
      `no release has the projection version ${projectionVersion}`,
    );
  }

  /** The summary of a stream at a version, which may be 0. */
  summaryAt(streamId: StreamId, version: StreamVersion, set: RowSet): Summary<State> {
    return version === 0
      ? emptySummary(streamId, set.projectionVersion, set.generation)
      : { ...this.at(streamId, version as Version, set).summary, generation: set.generation };
  }

  /** A row of a generation is that of any other, except for its generation. */
  changeAt(streamId: StreamId, version: Version, set: RowSet): Change {
    return { ...this.at(streamId, version, set).change, generation: set.generation };
  }

  /** Events never change, so an expectation stays. Where an event cannot be folded, nothing may lie behind it. */
  at(
    streamId: StreamId,
    version: Version,
    { projectionVersion }: Pick<RowSet, "projectionVersion">,
  ): Expected<State> {
    const name = `${projectionVersion} ${streamId}`;
    const known = this.#known.get(name) ?? { expected: [], truths: [] };
    this.#known.set(name, known);
    const rules = this.rulesOf(projectionVersion);
    while (known.expected.length < version) {
      known.expected.push(this.#next(streamId, known, rules));
    }
    const expected = known.expected[version - 1];
    if (expected) return expected;
    throw this.#world.journal.violated(`${positionOf(streamId, version)} is no version`);
  }

  /** The versions up to `upTo` that have a row in the statement. */
  entryVersions(
    streamId: StreamId,
    upTo: StreamVersion,
    set: Pick<RowSet, "projectionVersion">,
  ): ReadonlyArray<Version> {
    const versions = Array.from({ length: upTo }, (_, index) => (index + 1) as Version);
    return versions.filter((version) => !this.at(streamId, version, set).change.opening);
  }

  #next(streamId: StreamId, known: Known<State>, rules: Rules<State>): Expected<State> {
    const version = (known.expected.length + 1) as Version;
    const before =
      known.expected.at(-1)?.summary ?? emptySummary(streamId, rules.projectionVersion);
    const folded = rules.fold(before, this.#world.eventAt(streamId, version));
    if (E.isLeft(folded)) {
      throw this.#world.journal.violated(
        `${positionOf(streamId, version)} was folded, which cannot be: ${folded.left.detail}`,
      );
    }
    if (known.truths.length < version) known.truths = rules.oracle(this.#readable(streamId));
    const truth = known.truths[version - 1];
    if (truth === undefined) throw new Error("the oracle has no truth for an event");
    const [summary, change] = folded.right;
    return { summary, change, truth };
  }

  /** A stream's events up to the first that nobody can fold. Of one that was lost, all know what it was. */
  #readable(streamId: StreamId): ReadonlyArray<StoredEvent> {
    const log = this.#world.log(streamId);
    const end = log.findIndex(({ version }) => {
      const reason = this.#world.faultAt(streamId, version)?.reason;
      return reason !== undefined && reason !== "MISSING_EVENT";
    });
    return end === -1 ? log : log.slice(0, end);
  }
}
