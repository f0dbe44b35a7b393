import { AtRest } from "./at-rest";
import { ChangeStream } from "./change-stream";
import { Expectations } from "./expectations";
import { type Counts, Violation } from "./journal";
import { delivery } from "./mapping";
import { Operators } from "./operators";
import type { Plan } from "./plan";
import { Projector, type Variant } from "./projector";
import { startReaders } from "./readers";
import { Releases } from "./releases";
import { Watch } from "./watch";
import { World } from "./world";
import { startWriters } from "./writers";

export interface Outcome {
  readonly plan: Plan;
  /** What was broken first; absent when nothing was. */
  readonly violation: string | undefined;
  readonly counts: Counts;
  readonly trace: ReadonlyArray<string>;
}

/** A world with everybody in it. */
const assemble = (plan: Plan, variant: Variant, tracing: boolean) => {
  const world = new World(plan, tracing);
  const expectations = new Expectations(world);
  const watch = new Watch(world, expectations);
  const releases = new Releases(world);
  const projector = new Projector(world, watch, variant);
  /** The streams of records that the mapping gave up. */
  const abandoned = new Set<string>();
  const deliver = delivery(
    world,
    (records) => projector.invoke(releases.current(), records),
    (records) => {
      for (const { streamId } of records) abandoned.add(streamId);
    },
  );
  const stream = new ChangeStream(world, deliver);
  world.listeners.push(({ table, key, item: image, before }) => {
    if (table !== world.events || image === undefined) return;
    const eventName = before === undefined ? "INSERT" : "MODIFY";
    const { streamId, version } = key as { streamId: string; version: number };
    stream.add({ eventName, streamId, version, image });
  });
  return {
    ...{ world, watch, releases, abandoned, stream },
    atRest: new AtRest(world, expectations),
    operators: new Operators(world, projector, releases),
  };
};

type Everybody = ReturnType<typeof assemble>;

const toRest = async ({ world, watch }: Everybody): Promise<void> => {
  const { journal } = world;
  await world.scheduler.run(() => {
    watch.afterStep();
    return journal.violation === undefined;
  });
  if (journal.violation !== undefined) throw new Violation(journal.violation);
};

/** Commands, deliveries and operators, all at once. What no record was given up of must then be folded, or suspended. */
const live = async (everybody: Everybody): Promise<void> => {
  const { world, watch, operators, stream, abandoned, atRest } = everybody;
  startWriters(world);
  startReaders(world, watch);
  operators.start();
  for (let n = 0; n < world.plan.shardSplits; n += 1) {
    world.start(async () => {
      await world.pause(world.network, world.plan.duration);
      stream.split();
    });
  }
  await toRest(everybody);
  atRest.logsAreRight();
  atRest.streamsAreFolded(world.streams().filter((streamId) => !abandoned.has(streamId)));
};

/** What is suspended or was given up is mended by the runbook. Nothing may be left of it. */
const mend = async (everybody: Everybody): Promise<void> => {
  const { world, releases, operators, abandoned, atRest } = everybody;
  releases.complete();
  operators.mend();
  for (const streamId of abandoned) {
    world.start(() => operators.rebuild(streamId, releases.newest));
  }
  world.start(() => operators.releaseHeld(releases.newest));
  await toRest(everybody);
  const suspended = atRest.streamsAreFolded(world.streams());
  if (suspended.length > 0) throw world.journal.violated(`${suspended} are still suspended`);
  atRest.moneyIsKept();
};

/** Last, every stream is folded anew, which must come to the same, in rows of the newest projection only. */
const rebuild = async (everybody: Everybody): Promise<void> => {
  const { world, releases, operators, atRest } = everybody;
  for (const streamId of world.streams()) {
    world.start(() => operators.rebuild(streamId, releases.newest));
  }
  await toRest(everybody);
  atRest.streamsAreFolded(world.streams());
  atRest.projectedAs(releases.newest.projection);
  atRest.moneyIsKept();
};

/** Runs one plan from its first command to the end of all mending, and holds it against the ledger's promises. */
export const simulate = async (
  plan: Plan,
  variant: Variant = {},
  tracing = false,
): Promise<Outcome> => {
  const everybody = assemble(plan, variant, tracing);
  const { journal, scheduler } = everybody.world;
  try {
    for (const phase of [live, mend, rebuild]) await phase(everybody);
  } catch (error) {
    if (!(error instanceof Violation)) journal.violated(String(error));
  }
  journal.count("runs");
  journal.count("steps", scheduler.steps);
  return { plan, violation: journal.violation, counts: journal.counts, trace: journal.lines };
};
