import * as E from "fp-ts/Either";
import type { StreamId } from "../../core/projection/identifiers";
import type { UseCase } from "../../core/projection/use-case";
import { suspendedPartition } from "../../lambda/adapters/keys";
import type { Projector } from "./projector";
import type { Release, Releases } from "./releases";
import type { World } from "./world";

// Operators, who work by the runbook: they resume suspended streams, rebuild the streams that the failure queue names, and
// mend events that nobody can read.

/** Faults do not last for ever: an operator's command that has been tried so often meets none any more. */
const attemptsWithFaults = 10;
/** Beyond what any command needs then, other operators and projectors in its way included. */
const maxAttempts = 30;

export class Operators<State> {
  readonly #world: World;
  readonly #projector: Projector<State>;
  readonly #releases: Releases;

  constructor(world: World, projector: Projector<State>, releases: Releases) {
    this.#world = world;
    this.#projector = projector;
    this.#releases = releases;
  }

  /** Starts what operators do beside the live traffic. */
  start(): void {
    const { plan } = this.#world;
    this.#sometime(plan.resumes, () => this.resumeSuspended(this.#releases.current()));
    this.#sometime(plan.rebuilds, () => this.rebuild(this.#anyStream(), this.#releases.current()));
    this.#sometime(plan.oldRebuilds, () => this.rebuild(this.#anyStream(), this.#releases.old));
  }

  async resumeSuspended(release: Release): Promise<void> {
    for (const streamId of this.#suspended()) {
      this.#world.journal.count("resumed");
      await this.#insist(
        `resume ${streamId}`,
        release,
        this.#projector.resumeStream<State>(streamId),
      );
    }
  }

  async rebuild(streamId: StreamId | undefined, release: Release): Promise<void> {
    if (streamId === undefined) return;
    this.#world.journal.count("rebuilt");
    await this.#insist(
      `rebuild ${streamId}`,
      release,
      this.#projector.rebuildStream<State>(streamId),
    );
  }

  /** Puts right in the event table what a faulty program has put there. */
  mend(): void {
    for (const event of this.#world.corrupted.values()) {
      this.#world.write(this.#world.events, { ...event });
    }
  }

  #suspended(): ReadonlyArray<StreamId> {
    return this.#world.readModel.partition(suspendedPartition).map(({ sk }) => sk as StreamId);
  }

  /** Most often one that is suspended, as long as there is any: that is where it can go wrong. */
  #anyStream(): StreamId | undefined {
    const { random } = this.#world;
    const suspended = random.chance(0.7) ? random.pickAny(this.#suspended()) : undefined;
    return suspended ?? random.pickAny(this.#world.streams());
  }

  #sometime(times: number, what: () => Promise<void>): void {
    for (let n = 0; n < times; n += 1) {
      this.#world.start(async () => {
        await this.#world.pause(this.#world.network, 2 * this.#world.plan.duration);
        await what();
      });
    }
  }

  /** Repeats a command until it succeeds. An old release may fail as outdated, and is not tried again then. */
  async #insist(what: string, release: Release, useCase: UseCase<State, void>): Promise<void> {
    const { journal, network } = this.#world;
    const outdated = release.projectionVersion < this.#releases.newest.projectionVersion;
    for (let attempt = 1; attempt <= maxAttempts; attempt += 1) {
      const operator = this.#world.process(`${release.name}-operator`);
      operator.sheltered = attempt > attemptsWithFaults;
      journal.note(operator.name, () => what);
      const result = await Promise.race([
        useCase(this.#projector.environment(operator, release))(),
        operator.died.then(() => "died" as const),
      ]);
      if (result !== "died") {
        const outcome = E.isRight(result) ? "done" : result.left._tag;
        journal.note(operator.name, () => `${what}: ${outcome}`);
        if (outcome === "done" || (outdated && outcome === "Outdated")) return;
      }
      await this.#world.pause(network, 100);
    }
    // Where a later release keeps writing its rows, an old one need not succeed.
    if (outdated) return;
    throw journal.violated(`${what}: has not succeeded in ${maxAttempts} attempts`);
  }
}
