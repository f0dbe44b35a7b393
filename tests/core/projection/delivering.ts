import type { Account } from "../../../core/ledger/account";
import { answerRequest, type RebuildRequest } from "../../../core/projection/answer-request";
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

/** How long a message of the rebuild queue is out of sight, unless it is done with. */
const visibilityTimeoutMs = 60_000;

/** Lets the rebuilder work off what it was asked for, for as long as the clock stands still. */
export const workOnRequests = async (
  world: World,
  options: ProjectorOptions = {},
): Promise<readonly RebuildRequest[]> => {
  const again: RebuildRequest[] = [];
  for (let next = world.requests.shift(); next !== undefined; next = world.requests.shift()) {
    const answer = await answerRequest<Account>(next)(world.environment(options))();
    if (answer === "AGAIN") again.push({ ...next, again: true });
  }
  return again;
};

/** The same, until nothing is left to be done: messages that are to come again do so after their time. */
export const workOffRequests = async (
  world: World,
  options: ProjectorOptions = {},
): Promise<void> => {
  let rounds = 0;
  for (let again = world.requests.splice(0); again.length > 0; world.time += visibilityTimeoutMs) {
    rounds += 1;
    if (rounds > 1_000) throw new Error("the rebuilder makes no progress");
    world.requests.push(...again);
    again = [...(await workOnRequests(world, options))];
  }
};
