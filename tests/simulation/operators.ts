import * as E from "fp-ts/Either";
import type { Result } from "../../core/projection/fold-events";
import type { Projector } from "./projector";
import type { Release, Releases } from "./releases";
import type { World } from "./world";

// What people do, by the book: release held streams, reproject what the failure queue names, mend what nobody can read.

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
    this.#sometime(plan.releases, () => this.releaseHeld(this.releases.current()));
    this.#sometime(plan.reprojections, () =>
      this.reproject(this.#anyStream(), this.releases.current()),
    );
    this.#sometime(plan.oldReprojections, () =>
      this.reproject(this.#anyStream(), this.releases.old),
    );
  }

  async releaseHeld(release: Release): Promise<void> {
    for (const streamId of this.#held()) {
      this.world.journal.count("released");
      await this.#insist(`release ${streamId}`, release, this.projector.releaseStream(streamId));
    }
  }

  async reproject(streamId: string | undefined, release: Release): Promise<void> {
    if (streamId === undefined) return;
    this.world.journal.count("reprojected");
    await this.#insist(`reproject ${streamId}`, release, this.projector.reprojectStream(streamId));
  }

  /** Puts right in the event table what a faulty program has put there. */
  mend(): void {
    for (const event of this.world.corrupted.values()) this.world.write(this.world.events, event);
  }

  #held(): ReadonlyArray<string> {
    return this.world.readModel.partition("held").map(({ sk }) => String(sk));
  }

  /** Most often one that is held, as long as there is any: that is where it can go wrong. */
  #anyStream(): string | undefined {
    const { random } = this.world;
    const held = random.chance(0.7) ? random.pickAny(this.#held()) : undefined;
    return held ?? random.pickAny(this.world.streams());
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
