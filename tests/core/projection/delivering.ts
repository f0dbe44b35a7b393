import type { Account } from "../../../core/ledger/account";
import { projectStream } from "../../../core/projection/project-stream";
import { type StoredEvent, savings } from "../ledger/requests";
import { type ProjectorOptions, World } from "./memory";

/** A world whose event table has the events, and whose read model has nothing yet. */
export const worldWith = (events: readonly StoredEvent[]): World => {
  const world = new World();
  world.append(events);
  return world;
};

/** Delivers events of the stream "savings" to a projector, each as the event table holds it by now. */
export const deliver = (
  world: World,
  events: readonly StoredEvent[],
  options: ProjectorOptions = {},
) =>
  projectStream<Account>(
    savings,
    events.map(({ version }) => ({ version, stored: world.log.get("savings")?.get(version) })),
  )(world.environment(options))();
