import * as E from "fp-ts/Either";
import type { StreamId, StreamVersion, Version } from "../../core/projection/identifiers";
import { type Change, emptySummary, type Summary } from "../../core/projection/summary";
import type { Simulated } from "./simulated";
import type { Truth } from "./subject";
import { positionOf, type World } from "./world";

/** The expected state of a stream after one of its events: by the core's own fold of the log, and by the naive rules. */
interface Expected<State> {
  readonly summary: Summary<State>;
  readonly change: Change;
  readonly truth: Truth;
}

/** Derives the expected read model from the event table. The projection may reach it in any way. */
export class Expectations<State> {
  readonly #world: World;
  readonly #simulated: Simulated<State>;
  readonly #expected = new Map<StreamId, Expected<State>[]>();

  constructor(world: World, simulated: Simulated<State>) {
    this.#world = world;
    this.#simulated = simulated;
  }

  /** The summary of a stream at a version, which may be 0. */
  summaryAt(streamId: StreamId, version: StreamVersion): Summary<State> {
    return version === 0
      ? emptySummary(streamId, this.#simulated.projectionVersion)
      : this.at(streamId, version as Version).summary;
  }

  /** Events never change, so an expectation stays. Where an event cannot be folded, nothing may lie behind it. */
  at(streamId: StreamId, version: Version): Expected<State> {
    const known = this.#expected.get(streamId) ?? [];
    this.#expected.set(streamId, known);
    while (known.length < version) known.push(this.#next(streamId, known));
    const expected = known[version - 1];
    if (expected) return expected;
    throw this.#world.journal.violated(`${positionOf(streamId, version)} is no version`);
  }

  /** The versions up to `upTo` that have a row in the statement. */
  entryVersions(streamId: StreamId, upTo: StreamVersion): ReadonlyArray<Version> {
    const versions = Array.from({ length: upTo }, (_, index) => (index + 1) as Version);
    return versions.filter((version) => !this.at(streamId, version).change.opening);
  }

  #next(streamId: StreamId, known: ReadonlyArray<Expected<State>>): Expected<State> {
    const { fold, oracle, projectionVersion } = this.#simulated;
    const version = known.length + 1;
    const before = known.at(-1)?.summary ?? emptySummary(streamId, projectionVersion);
    const folded = fold(before, this.#world.events.read({ streamId, version }));
    if (E.isLeft(folded)) {
      throw this.#world.journal.violated(
        `${positionOf(streamId, version)} was folded, which cannot be: ${folded.left.detail}`,
      );
    }
    const truth = oracle(this.#world.log(streamId).slice(0, version)).at(-1);
    if (truth === undefined) throw new Error("the oracle has no truth for an event");
    const [summary, change] = folded.right;
    return { summary, change, truth };
  }
}
