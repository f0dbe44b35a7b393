import type { StreamId } from "../../core/projection/identifiers";
import { suspensionKey } from "../../lambda/adapters/rows";
import { AtRest } from "./at-rest";
import { ChangeStream } from "./change-stream";
import { startDamage } from "./damage";
import { Expectations } from "./expectations";
import { loseOne, mendEvents, startFaultyWriter } from "./faulty-writer";
import { Functions, type Variant } from "./functions";
import { type Counts, Violation } from "./journal";
import { delivery } from "./mapping";
import { Operators } from "./operators";
import type { Plan } from "./plan";
import { Projector } from "./projector";
import { PublicationWatch } from "./publication-watch";
import { RebuildQueue } from "./queue";
import { startReaders } from "./readers";
import { Rebuilder } from "./rebuilder";
import { Releases } from "./releases";
import { Newsroom } from "./reports";
import { RowWatch } from "./row-watch";
import { RuleWatch } from "./rule-watch";
import type { Simulated } from "./simulated";
import type { StoredEvent } from "./subject";
import { Watch } from "./watch";
import { World } from "./world";
import { startWriters, writeHistory } from "./writers";

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
  const world = new World(plan, tracing, variant.isSameCommand);
  /** The streams that nobody folds on, unless there is another event: of which something was given up. */
  const abandoned = new Set<StreamId>();
  const abandon = (streamId: StreamId) => void abandoned.add(streamId);
  world.listeners.push(({ table, key }) => {
    if (table !== world.events) return;
    const streamId = key.streamId as StreamId;
    const { partition } = simulated.rules.rows;
    world.name(streamId, [partition(streamId), suspensionKey(streamId).sk]);
  });
  const expectations = new Expectations(world, simulated);
  const rules = new RuleWatch(world, expectations, simulated.rules.rows);
  const rows = new RowWatch(world, expectations, rules);
  const publications = new PublicationWatch(world, expectations, rows);
  const watch = new Watch(world, expectations, rows, rules);
  const newsroom = new Newsroom(world);
  const releases = new Releases(world, simulated);
  const functions = new Functions(world, publications, newsroom, () => queue, variant);
  const projector = new Projector(world, functions, watch, publications);
  const rebuilder = new Rebuilder(world, functions, watch);
  const queue: RebuildQueue = new RebuildQueue(
    world,
    (message) => rebuilder.invoke(releases.current(), message),
    ({ streamId }) => abandon(streamId),
  );
  const deliver = delivery(
    world,
    (records) => projector.invoke(releases.current(), records),
    (records) => {
      for (const { streamId } of records) abandon(streamId);
    },
  );
  const stream = new ChangeStream(world, deliver, abandon);
  // A long history was folded long ago, or never: none of it is delivered any more.
  writeHistory(world, simulated);
  world.listeners.push(({ table, key, kept, before }) => {
    if (table !== world.events) return;
    const eventName = kept === undefined ? "REMOVE" : before === undefined ? "INSERT" : "MODIFY";
    stream.add({
      eventName,
      ...(key as Pick<StoredEvent, "streamId" | "version">),
      image: kept?.stored,
    });
  });
  return {
    ...{ world, simulated, watch, rows, newsroom, releases, abandoned, stream, publications },
    atRest: new AtRest(world, simulated, expectations, newsroom),
    operators: new Operators(world, functions, releases, abandon),
  };
};

type Everybody<State> = ReturnType<typeof assemble<State>>;

const toRest = async <State>({ world, rows, newsroom }: Everybody<State>): Promise<void> => {
  const { journal } = world;
  await world.scheduler.run(() => {
    rows.afterStep();
    newsroom.afterStep();
    return journal.violation === undefined;
  });
  if (journal.violation !== undefined) throw new Violation(journal.violation);
};

/**
 * Runs commands, deliveries and operators, all at once. Afterwards every stream is folded or suspended, unless the mapping
 * gave up one of its records.
 */
const live = async <State>(everybody: Everybody<State>): Promise<void> => {
  const { world, simulated, watch, operators, stream, abandoned, atRest, publications } = everybody;
  startWriters(world, simulated);
  startFaultyWriter(world, simulated);
  startReaders(world, simulated, watch);
  operators.start();
  startDamage(world, simulated);
  for (let n = 0; n < world.plan.shardSplits; n += 1) {
    world.start(async () => {
      await world.pause(world.network, world.plan.duration);
      stream.split();
    });
  }
  await toRest(everybody);
  atRest.logsAreRight();
  const inGoodHands = world
    .streams()
    .filter((streamId) => !abandoned.has(streamId) && !world.damaged.has(streamId));
  atRest.streamsAreFolded(inGoodHands);
  atRest.suspensionsAreKnown(inGoodHands);
  atRest.nothingIsLeftOver(inGoodHands);
  publications.nothingIsLeftUnpublished(inGoodHands);
};

/** Events vanish, and their streams are rebuilt: each is suspended there, unless it has to be suspended before. */
const lose = async <State>(everybody: Everybody<State>): Promise<void> => {
  const { world, releases, operators, abandoned, atRest } = everybody;
  releases.complete();
  for (let n = 1; n <= world.plan.lostEvents; n += 1) {
    const sound = world.streams().filter((streamId) => !world.damaged.has(streamId));
    const streamId = world.random.pickAny(sound);
    if (streamId !== undefined) loseOne(world, streamId, world.log(streamId).length);
  }
  const incomplete = world.streams().filter((streamId) => world.hasLost(streamId));
  for (const streamId of incomplete) {
    world.start(() => operators.rebuild(streamId, releases.newest));
  }
  if (incomplete.length > 0) operators.start();
  await toRest(everybody);
  const inGoodHands = incomplete.filter((streamId) => !abandoned.has(streamId));
  atRest.suspendedAtFirstFault(inGoodHands);
  atRest.suspensionsAreKnown(inGoodHands);
};

/** Operators mend by the runbook every stream that is suspended or was given up. None may stay so. */
const mend = async <State>(everybody: Everybody<State>): Promise<void> => {
  const { world, rows, releases, operators, abandoned, atRest } = everybody;
  // First what was lost: `verify` accuses a stream that lacks an event.
  mendEvents(world, ({ reason }) => reason === "MISSING_EVENT");
  await toRest(everybody);
  const damaged = [...world.damaged];
  for (const streamId of damaged) {
    world.start(() => operators.verifyAndRebuild(streamId, (id) => rows.isSound(id)));
  }
  await toRest(everybody);
  for (const streamId of damaged) {
    if (rows.isSound(streamId)) world.damaged.delete(streamId);
    else if (!abandoned.has(streamId)) {
      throw world.journal.violated(`${streamId} is still damaged`);
    }
  }
  mendEvents(world, () => true);
  for (const streamId of abandoned) {
    world.start(() => operators.rebuild(streamId, releases.newest));
  }
  abandoned.clear();
  world.start(() => operators.resumeSuspended(releases.newest));
  await toRest(everybody);
  const suspended = atRest.streamsAreFolded(world.streams());
  if (suspended.length > 0) throw world.journal.violated(`${suspended} are still suspended`);
  atRest.nothingIsLost();
};

/** Rebuilds every stream: to the same state, in rows of the newest projection version only. */
const rebuild = async <State>(everybody: Everybody<State>): Promise<void> => {
  const { world, releases, operators, abandoned, atRest } = everybody;
  for (const streamId of world.streams()) {
    world.start(() => operators.rebuild(streamId, releases.newest));
  }
  await toRest(everybody);
  atRest.streamsAreFolded(world.streams());
  atRest.nothingIsLeftOver(world.streams().filter((streamId) => !abandoned.has(streamId)));
  atRest.projectedAs(releases.newest.rules.projectionVersion);
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
    for (const phase of plan.rebuildsAll ? [live, lose, mend, rebuild] : [live, lose, mend]) {
      await phase(everybody);
    }
  } catch (error) {
    if (!(error instanceof Violation)) journal.violated(String(error));
  }
  journal.count("runs");
  journal.count("steps", scheduler.steps);
  return { plan, violation: journal.violation, counts: journal.counts, trace: journal.lines };
};
