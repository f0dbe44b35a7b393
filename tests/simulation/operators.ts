import * as E from "fp-ts/Either";
import type { Result } from "../../core/projection/fold-events";
import type { Projector } from "./projector";
import type { Release, Releases } from "./releases";
import type { World } from "./world";

// What people do, by the book: resume suspended streams, rebuild what the failure queue names, mend what nobody can read.

/** No bad weather lasts for ever: an operator who has tried so often finds a quiet moment. */
const attemptsInBadWeather = 10;
/** Beyond what any command needs then, other operators and projectors in its way included. */
const mostAttempts = 30;

export class Operators {
  constructor(
    private readonly world: World,
    private readonly projector: Projector,
    private readonly releases: Releases,
  ) {}

  /** What goes on beside the live traffic. */
  start(): void {
    const { plan } = this.world;
    this.#sometime(plan.resumes, () => this.releaseHeld(this.releases.current()));
    this.#sometime(plan.rebuilds, () => this.rebuild(this.#anyStream(), this.releases.current()));
    this.#sometime(plan.oldRebuilds, () => this.rebuild(this.#anyStream(), this.releases.old));
  }

  async releaseHeld(release: Release): Promise<void> {
    for (const streamId of this.#suspended()) {
      this.world.journal.count("resumed");
      await this.#insist(`release ${streamId}`, release, this.projector.resumeStream(streamId));
    }
  }

  async rebuild(streamId: string | undefined, release: Release): Promise<void> {
    if (streamId === undefined) return;
    this.world.journal.count("rebuilt");
    await this.#insist(`rebuild ${streamId}`, release, this.projector.rebuildStream(streamId));
  }

  /** Puts right in the event table what a faulty program has put there. */
  mend(): void {
    for (const event of this.world.corrupted.values()) this.world.write(this.world.events, event);
  }

  #suspended(): ReadonlyArray<string> {
    return this.world.readModel.partition("suspended").map(({ sk }) => String(sk));
  }

  /** Most often one that is suspended, as long as there is any: that is where it can go wrong. */
  #anyStream(): string | undefined {
    const { random } = this.world;
    const suspended = random.chance(0.7) ? random.pickAny(this.#suspended()) : undefined;
    return suspended ?? random.pickAny(this.world.streams());
  }

  #sometime(times: number, what: () => Promise<void>): void {
    for (let n = 0; n < times; n += 1) {
      this.world.start(async () => {
        await this.world.pause(this.world.network, 2 * this.world.plan.duration);
        await what();
      });
    }
  }

  /** Repeats a command until it has succeeded; an outdated release is told so, and is believed. */
  async #insist(what: string, release: Release, useCase: Result<void>): Promise<void> {
    const { journal, network } = this.world;
    const outdated = release.projection < this.releases.newest.projection;
    for (let attempt = 1; attempt <= mostAttempts; attempt += 1) {
      const operator = this.world.process(`${release.name}-operator`);
      operator.sheltered = attempt > attemptsInBadWeather;
      journal.note(operator.name, () => what);
      const result = await Promise.race([
        useCase(this.projector.ports(operator, release))(),
        operator.died.then(() => "died" as const),
      ]);
      if (result !== "died") {
        const told = E.isRight(result) ? "done" : result.left._tag;
        journal.note(operator.name, () => `${what}: ${told}`);
        if (told === "done" || (outdated && told === "Outdated")) return;
      }
      await this.world.pause(network, 100);
    }
    // Where a later release has begun to write its rows, an old one does not get its way.
    if (outdated) return;
    throw journal.violated(`${what}: has not succeeded in ${mostAttempts} attempts`);
  }
}
