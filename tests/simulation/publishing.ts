import { pipe } from "fp-ts/function";
import * as T from "fp-ts/Task";
import * as TE from "fp-ts/TaskEither";
import type { Publisher } from "../../core/projection/ports";
import type { Change } from "../../core/projection/summary";
import { call } from "../../lambda/adapters/availability";
import type { PublicationWatch } from "./publication-watch";
import type { Process } from "./scheduler";
import type { World } from "./world";

/** Publishes one change; rejects when that fails. */
export type Publish = (change: Change) => Promise<void>;

/** The publisher of one invocation, and what waits until it has published all that it was given. */
interface Publishing {
  readonly publisher: Publisher;
  readonly finish: () => Promise<void>;
}

/** One publication through the API, as one process reaches it. */
export const publishFrom =
  <State>(world: World, watch: PublicationWatch<State>, process: Process): Publish =>
  async (change) => {
    const { journal, plan, random } = world;
    watch.tried(change, process);
    const slow = random.chance(plan.faults.publishSlow);
    if (slow) journal.count("publishesSlow");
    await world.pause(process, slow ? 2_000 : 5);
    if (random.chance(plan.faults.publishFails)) throw new Error("AppSync answered 503");
    journal.count("published");
    watch.published(change, process);
  };

/** As the adapter has it: in order for each stream, beside the ledger's own work. A change that fails is dropped. */
export const publishingInOrder = (world: World, publish: Publish): Publishing => {
  const queues = new Map<string, Promise<void>>();
  const publishAll = (changes: ReadonlyArray<Change>) =>
    pipe(
      changes,
      T.traverseSeqArray((change) =>
        pipe(
          call(() => publish(change)),
          TE.getOrElse(() => async () => world.journal.count("publishesFailed")),
        ),
      ),
      T.asUnit,
    )();
  return {
    publisher: {
      publish: (changes) => async () => {
        const streamId = changes[0]?.streamId ?? "";
        const before = queues.get(streamId) ?? Promise.resolve();
        queues.set(
          streamId,
          before.then(() => publishAll(changes)),
        );
      },
    },
    finish: async () => {
      await Promise.all(queues.values());
    },
  };
};
