import type { Item } from "./conditions";
import type { World } from "./world";

/** A release of the projector: its projection number, and how it sees a stored event. */
export interface Release {
  readonly name: string;
  readonly projection: number;
  readonly sees: (stored: unknown) => unknown;
}

/** Commands whose events the old release does not know yet have ids that begin so. */
export const unknownToOld = "new-";

export const isUnknownToOld = (event: Item | undefined): boolean =>
  String(event?.commandId).startsWith(unknownToOld);

/** To the old release such an event is of a schema version from the future. The new release sees what is stored. */
const asOldRelease = (stored: unknown): unknown =>
  isUnknownToOld(stored as Item) ? { ...(stored as Item), schemaVersion: 99 } : stored;

/** Which releases work at which time. */
export class Releases {
  readonly old: Release = { name: "old", projection: 1, sees: asOldRelease };
  readonly newest: Release;
  #complete = false;

  constructor(private readonly world: World) {
    const raises = world.plan.deployment?.raises === true;
    this.newest = { name: "new", projection: raises ? 2 : 1, sees: (stored) => stored };
    if (raises) world.journal.count("raised");
    if (world.plan.deployment !== undefined) world.journal.count("deployed");
  }

  /** Ends the deployment, whatever the time is. */
  complete(): void {
    this.#complete = true;
  }

  /** The release that the next invocation gets: either of the two while the new one is rolled out. */
  current(): Release {
    const { deployment } = this.world.plan;
    const { now } = this.world.scheduler;
    if (deployment === undefined || this.#complete || now > deployment.to) return this.newest;
    if (now < deployment.from) return this.old;
    return this.world.random.chance(0.5) ? this.old : this.newest;
  }
}
