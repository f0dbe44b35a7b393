import type { StreamId } from "../../core/projection/identifiers";
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
import type { Simulated } from "./simulated";
import type { StoredEvent } from "./subject";
import { Watch } from "./watch";
import { World } from "./world";
import { startWriters } from "./writers";

export interface Outcome {
  readonly plan: Plan;
  /** The first promise that was broken; absent when none was. */
  readonly violation: string | undefined;
  readonly counts: Counts;
  readonly trace: ReadonlyArray<string>;
}

/** A world with everybody in it. */
const assemble = <State>(
  simulated: Simulated<State>,
  plan: Plan,
  variant: Variant,
  tracing: boolean,
) => {
  const world = new World(plan, tracing);
  const expectations = new Expectations(world, simulated);
  const watch = new Watch(world, simulated, expectations);
  const releases = new Releases(world, simulated.projectionVersion);
  const projector = new Projector(world, simulated, watch, variant);
  /** The streams of records that the mapping gave up. */
  const abandoned = new Set<StreamId>();
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
    stream.add({ eventName, ...(key as Pick<StoredEvent, "streamId" | "version">), image });
  });
  return {
    ...{ world, simulated, watch, releases, abandoned, stream },
    atRest: new AtRest(world, simulated, expectations),
    operators: new Operators(world, projector, releases),
  };
};

type Everybody<State> = ReturnType<typeof assemble<State>>;

const toRest = async <State>({ world, watch }: Everybody<State>): Promise<void> => {
  const { journal } = world;
  await world.scheduler.run(() => {
    watch.afterStep();
    return journal.violation === undefined;
  });
  if (journal.violation !== undefined) throw new Violation(journal.violation);
};

/**
 * Runs commands, deliveries and operators, all at once. Afterwards every stream is folded or suspended, unless the mapping
 * gave up one of its records.
 */
const live = async <State>(everybody: Everybody<State>): Promise<void> => {
  const { world, simulated, watch, operators, stream, abandoned, atRest } = everybody;
  startWriters(world, simulated);
  startReaders(world, simulated, watch);
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

/** Operators mend by the runbook every stream that is suspended or was given up. None may stay so. */
const mend = async <State>(everybody: Everybody<State>): Promise<void> => {
  const { world, releases, operators, abandoned, atRest } = everybody;
  releases.complete();
  operators.mend();
  for (const streamId of abandoned) {
    world.start(() => operators.rebuild(streamId, releases.newest));
  }
  world.start(() => operators.resumeSuspended(releases.newest));
  await toRest(everybody);
  const suspended = atRest.streamsAreFolded(world.streams());
  if (suspended.length > 0) throw world.journal.violated(`${suspended} are still suspended`);
  atRest.nothingIsLost();
};

/** Rebuilds every stream: to the same state, in rows of the newest projection version only. */
const rebuild = async <State>(everybody: Everybody<State>): Promise<void> => {
  const { world, releases, operators, atRest } = everybody;
  for (const streamId of world.streams()) {
    world.start(() => operators.rebuild(streamId, releases.newest));
  }
  await toRest(everybody);
  atRest.streamsAreFolded(world.streams());
  atRest.projectedAs(releases.newest.projectionVersion);
  atRest.nothingIsLost();
};

/** Runs one plan from its first command to the end of all mending, and checks it against the promises. */
export const simulate = async <State>(
  simulated: Simulated<State>,
  plan: Plan,
  variant: Variant = {},
  tracing = false,
): Promise<Outcome> => {
  const everybody = assemble(simulated, plan, variant, tracing);
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
