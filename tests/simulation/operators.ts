import * as E from "fp-ts/Either";
import type { StreamId } from "../../core/projection/identifiers";
import type { UseCase } from "../../core/projection/use-case";
import { suspendedPartition } from "../../lambda/adapters/keys";
import type { Functions } from "./functions";
import { visibilityTimeoutMs } from "./queue";
import type { Release, Releases } from "./releases";
import { attemptsWithFaults } from "./requesting";
import { isAccusation, verify } from "./verifying";
import type { World } from "./world";

// Operators, who work by the runbook: they resume suspended streams, rebuild the streams that the failure queue names, and
// mend events that nobody can read.

/** Beyond what any command needs then, other operators and projectors in its way included. */
const maxAttempts = 30;

/** How many lost races a use case survives, see maxAttempts in core/projection/use-case.ts. */
const patience = 5;

export class Operators<State> {
  readonly #world: World;
  readonly #functions: Functions<State>;
  readonly #releases: Releases<State>;

  readonly #abandon: (streamId: StreamId) => void;

  constructor(
    world: World,
    functions: Functions<State>,
    releases: Releases<State>,
    abandon: (streamId: StreamId) => void,
  ) {
    this.#abandon = abandon;
    this.#world = world;
    this.#functions = functions;
    this.#releases = releases;
  }

  /** Starts what operators do beside the live traffic. */
  start(): void {
    const { plan } = this.#world;
    this.#sometime(plan.resumes, () => this.resumeSuspended(this.#releases.current()));
    this.#sometime(plan.rebuilds, () => this.#rebuildAny());
    this.#sometime(plan.verifications, () => this.#verifyAny());
    this.#sometime(plan.oldRebuilds, () => this.rebuild(this.#anyStream(), this.#releases.old));
  }

  /** Rebuilds a stream; perhaps once more just when the rows are removed that this has replaced. */
  async #rebuildAny(): Promise<void> {
    const { network, plan, random, scheduler } = this.#world;
    const streamId = this.#anyStream();
    await this.rebuild(streamId, this.#releases.current());
    if (!random.chance(plan.rebuildsAgain)) return;
    await scheduler.turn(network, visibilityTimeoutMs + random.between(0, 500));
    await this.rebuild(streamId, this.#releases.current());
  }

  /** A healthy stream is never accused, whatever is under way. */
  async #verifyAny(): Promise<void> {
    const { damaged, journal, random, streams } = this.#world;
    const streamId = random.pickAny(streams.call(this.#world));
    if (streamId === undefined) return;
    const { findings } = await verify(this.#world, this.#releases.newest, streamId);
    const accused = findings.filter(isAccusation);
    if (accused.length > 0 && !damaged.has(streamId) && !this.#world.hasLost(streamId)) {
      throw journal.violated(`${streamId} is accused: ${JSON.stringify(accused[0])}`);
    }
  }

  /** Verifies a stream that may be damaged, and rebuilds it if it is. */
  async verifyAndRebuild(streamId: StreamId, isSound: (streamId: StreamId) => boolean) {
    const sound = isSound(streamId);
    const { findings } = await verify(this.#world, this.#releases.newest, streamId);
    const found = sound ? findings.filter(isAccusation) : findings;
    if (sound === found.length > 0) {
      throw this.#world.journal.violated(
        `verify finds ${JSON.stringify(found)} at ${streamId}, which is ${sound ? "" : "not "}sound`,
      );
    }
    await this.rebuild(streamId, this.#releases.newest);
  }

  async resumeSuspended(release: Release<State>): Promise<void> {
    for (const streamId of this.#suspended()) {
      this.#world.journal.count("resumed");
      await this.#insist(
        "resume",
        streamId,
        release,
        this.#functions.resumeStream<State>(streamId),
      );
    }
  }

  async rebuild(streamId: StreamId | undefined, release: Release<State>): Promise<void> {
    if (streamId === undefined) return;
    this.#world.journal.count("rebuilt");
    await this.#insist(
      "rebuild",
      streamId,
      release,
      this.#functions.rebuildStream<State>(streamId),
    );
  }

  #suspended(): ReadonlyArray<StreamId> {
    return this.#world.readModel
      .sortKeys(suspendedPartition)
      .map((key) => this.#world.streamOf(String(key)));
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
  async #insist(
    verb: string,
    streamId: StreamId,
    release: Release<State>,
    useCase: UseCase<State, void>,
  ): Promise<void> {
    const { journal, network } = this.#world;
    const what = `${verb} ${streamId}`;
    const outdated = this.#releases.isOutdated(release);
    for (let attempt = 1; attempt <= maxAttempts; attempt += 1) {
      const operator = this.#world.process(`${release.name}-operator`);
      operator.sheltered = attempt > attemptsWithFaults;
      journal.note(operator.name, () => what);
      const { environment, finish } = this.#functions.begin(operator, release);
      const work = async () => {
        const done = await useCase(environment)();
        await finish();
        return done;
      };
      const result = await Promise.race([work(), operator.died.then(() => "died" as const)]);
      if (result !== "died") {
        const outcome = E.isRight(result) ? "done" : result.left._tag;
        journal.note(operator.name, () => `${what}: ${outcome}`);
        if (outcome === "done") return;
        // A damaged summary is not resumed, but rebuilt.
        if (outcome === "UnreadableSummary" && this.#world.damaged.has(streamId)) return;
        if (outcome !== "Outdated" && operator.faults === 0 && operator.lostRaces < patience) {
          throw journal.violated(`${what} has failed, although no request did: ${outcome}`);
        }
        if (outdated && outcome === "Outdated") {
          // What it has begun stays until somebody rebuilds with a release that may.
          this.#abandon(streamId);
          return;
        }
      }
      // Each rebuild begins anew: people who get into each other's way wait longer each time.
      await this.#world.pause(network, 100 * attempt ** 2);
    }
    // Where a later release keeps writing its rows, an old one need not succeed.
    this.#abandon(streamId);
    if (outdated) return;
    throw journal.violated(`${what}: has not succeeded in ${maxAttempts} attempts`);
  }
}
