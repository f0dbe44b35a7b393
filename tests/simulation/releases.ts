import type { World } from "./world";

/** A release of the projector: its projection version, and how it sees a stored event. */
export interface Release {
  readonly name: string;
  readonly projectionVersion: number;
  readonly sees: (stored: unknown) => unknown;
}

/** Commands whose events the old release does not know yet have ids that begin so. */
export const unknownToOld = "new-";

export const isUnknownToOld = (event: unknown): boolean =>
  typeof event === "object" &&
  event !== null &&
  "commandId" in event &&
  String(event.commandId).startsWith(unknownToOld);

/** To the old release such an event is of a schema version from the future. The new release sees what is stored. */
const asOldRelease = (stored: unknown): unknown =>
  isUnknownToOld(stored) ? { ...Object(stored), schemaVersion: 99 } : stored;

/** Which releases work at which time. */
export class Releases {
  readonly old: Release;
  readonly newest: Release;
  readonly #world: World;
  #complete = false;

  constructor(world: World, projectionVersion: number) {
    this.#world = world;
    const raises = world.plan.deployment?.raises === true;
    this.old = { name: "old", projectionVersion, sees: asOldRelease };
    this.newest = {
      name: "new",
      projectionVersion: raises ? projectionVersion + 1 : projectionVersion,
      sees: (stored) => stored,
    };
    if (raises) world.journal.count("raised");
    if (world.plan.deployment !== undefined) world.journal.count("deployed");
  }

  /** Ends the deployment, whatever the time is. */
  complete(): void {
    this.#complete = true;
  }

  /** The release that the next invocation gets: either of the two while the new one is rolled out. */
  current(): Release {
    const { deployment } = this.#world.plan;
    const { now } = this.#world.scheduler;
    if (deployment === undefined || this.#complete || now > deployment.to) return this.newest;
    if (now < deployment.from) return this.old;
    return this.#world.random.chance(0.5) ? this.old : this.newest;
  }
}
