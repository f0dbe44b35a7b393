import { type Batch, decideBatch, type Outcome, readResponse } from "local-aws";
import type { StreamRecord } from "./change-stream";
import type { Process } from "./scheduler";
import type { World } from "./world";

// The event source mapping. The local cloud's own code decides after an invocation what to retry and what to discard; the
// rest is simulated.

type Invoke = (records: ReadonlyArray<StreamRecord>) => Promise<unknown>;

const outcomeOf = async (invoke: Invoke, batch: Batch<StreamRecord>): Promise<Outcome> => {
  try {
    return readResponse(await invoke(batch.records), batch);
  } catch {
    return { kind: "failed" };
  }
};

/** Delivery is at least once: a batch may come again, at any time, although it has succeeded. */
const perhapsAgain = (world: World, invoke: Invoke, batch: Batch<StreamRecord>): void => {
  if (!world.random.chance(world.plan.faults.duplicate)) return;
  world.start(async () => {
    await world.pause(world.network, 2_000);
    await invoke(batch.records).catch(() => undefined);
  });
};

/** Delivers records until they have succeeded or the retries are used up. */
export const delivery =
  (world: World, invoke: Invoke, discard: (records: ReadonlyArray<StreamRecord>) => void) =>
  async (records: ReadonlyArray<StreamRecord>): Promise<void> => {
    const { journal, plan } = world;
    const mapping: Process = world.process("mapping");
    const waiting: Batch<StreamRecord>[] = [{ records, failures: 0 }];
    for (let batch = waiting.shift(); batch !== undefined; batch = waiting.shift()) {
      const outcome = await outcomeOf(invoke, batch);
      const { retry, discarded } = decideBatch(batch, outcome, plan);
      perhapsAgain(world, invoke, batch);
      if (outcome.kind === "partial") journal.count("partialFailures");
      if (outcome.kind === "failed") journal.count("failedBatches");
      if (retry.length > 1) journal.count("bisects");
      if (discarded !== undefined) {
        journal.count("discarded", discarded.records.length);
        discard(discarded.records);
      }
      waiting.unshift(...retry);
      if (retry.length > 0) await world.pause(mapping, 200);
    }
  };
