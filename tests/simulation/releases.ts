import type { Rules } from "./rules";
import type { Simulated } from "./simulated";
import type { World } from "./world";

/** A release of the functions: what it makes of a log, and how it sees a stored event. */
export interface Release<State> {
  readonly name: string;
  readonly rules: Rules<State>;
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
  isUnknownToOld(stored) ? { ...Object(stored), schemaVersion: 999 } : stored;

/** Which releases work at which time. */
export class Releases<State> {
  readonly old: Release<State>;
  readonly newest: Release<State>;
  readonly #world: World;
  #complete = false;

  constructor(world: World, { rules, laterRules, strangeRules }: Simulated<State>) {
    this.#world = world;
    const raises = world.plan.deployment?.raises === true;
    this.old = { name: "old", rules, sees: asOldRelease };
    const later = world.plan.deployment?.readsEarlierRows ? laterRules : strangeRules;
    this.newest = { name: "new", rules: raises ? later : rules, sees: (stored) => stored };
    if (raises) world.journal.count("raised");
    if (world.plan.deployment !== undefined) world.journal.count("deployed");
    if (world.plan.deployment?.rollback !== undefined) world.journal.count("rolledBack");
  }

  /** Ends the deployment, whatever the time is. */
  complete(): void {
    this.#complete = true;
  }

  isOutdated({ rules }: Release<State>): boolean {
    return rules.projectionVersion < this.newest.rules.projectionVersion;
  }

  /** The release that the next invocation gets: either of the two while the new one is rolled out, or taken back. */
  current(): Release<State> {
    const { deployment } = this.#world.plan;
    const { now } = this.#world.scheduler;
    if (deployment === undefined || this.#complete) return this.newest;
    if (now < deployment.from) return this.old;
    const { rollback } = deployment;
    const isTakenBack = rollback !== undefined && now > rollback.at && now < rollback.again;
    if (isTakenBack) return this.old;
    if (now > deployment.to) return this.newest;
    return this.#world.random.chance(0.5) ? this.old : this.newest;
  }
}
