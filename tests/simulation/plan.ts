import { Random } from "./random";

/** How likely each fault is, each time it could happen: from 0 to 1. */
export interface Faults {
  readonly throttled: number;
  readonly unanswered: number;
  readonly repeatedWrite: number;
  readonly crashBefore: number;
  readonly crashAfter: number;
  readonly landsLate: number;
  readonly slow: number;
  readonly publishFails: number;
  readonly publishSlow: number;
  readonly duplicate: number;
  readonly impatientClient: number;
}

/** One run, drawn from its seed. Times are simulated milliseconds. */
export interface Plan {
  readonly seed: number;
  readonly streams: number;
  readonly clients: number;
  readonly commandsPerClient: number;
  /** Events that a faulty writer puts into the event table: no release can decode them. */
  readonly corruptedEvents: number;
  /** The share of commands that become events which the old release does not know yet. */
  readonly unknownEvents: number;
  readonly duration: number;
  readonly faults: Faults;
  /** The event table's page ends early after so many events. */
  readonly pageSize: number;
  readonly shards: number;
  readonly shardSplits: number;
  readonly parallelizationFactor: number;
  readonly batchSize: number;
  /** How long a batch may wait for more records. */
  readonly batchingWindow: number;
  readonly maximumRetryAttempts: number;
  readonly bisect: boolean;
  /** How late a record may come out of the stream. */
  readonly streamDelay: number;
  /** An old release works first, then beside the new one, then the new one alone. */
  readonly deployment:
    | { readonly from: number; readonly to: number; readonly raises: boolean }
    | undefined;
  readonly resumes: number;
  readonly rebuilds: number;
  /** Rebuilds by somebody whose checkout is that of the old release. */
  readonly oldRebuilds: number;
  readonly readers: number;
  /** The write with this number, counted from 0, is the one that its writer crashes at; no other fault is drawn then. */
  readonly crashAt: { readonly write: number; readonly when: "before" | "after" } | undefined;
}

/** In a short run more happens at the same time. */
const durations = [500, 3_000] as const;

/** Most runs have a few kinds of faults, so that each kind also occurs where the others do not. */
const faultsFrom = (random: Random): Faults => {
  const rate = (share: number, most: number) => (random.chance(share) ? random.next() * most : 0);
  return {
    throttled: rate(0.5, 0.2),
    unanswered: rate(0.4, 0.2),
    repeatedWrite: rate(0.3, 0.2),
    crashBefore: rate(0.4, 0.1),
    crashAfter: rate(0.4, 0.1),
    landsLate: rate(0.3, 0.1),
    slow: rate(0.4, 0.2),
    publishFails: rate(0.3, 0.5),
    publishSlow: rate(0.3, 0.3),
    duplicate: rate(0.6, 0.4),
    impatientClient: rate(0.5, 0.4),
  };
};

const deploymentFrom = (random: Random, duration: number): Plan["deployment"] => {
  const from = random.between(0, duration);
  return { from, to: from + random.between(100, duration), raises: random.chance(0.5) };
};

const mixedPlan = (seed: number, random: Random): Plan => {
  const duration = random.pick(durations);
  return {
    seed,
    streams: random.between(1, 5),
    clients: random.between(1, 4),
    commandsPerClient: random.between(2, 10),
    corruptedEvents: random.chance(0.35) ? random.between(1, 3) : 0,
    unknownEvents: random.chance(0.6) ? random.next() * 0.3 : 0,
    duration,
    faults: faultsFrom(random),
    pageSize: random.pick([1, 2, 5, 100]),
    shards: random.between(1, 3),
    shardSplits: random.chance(0.4) ? random.between(1, 3) : 0,
    parallelizationFactor: random.between(1, 3),
    batchSize: random.pick([1, 3, 10, 100]),
    batchingWindow: random.pick([0, 20, 100]),
    maximumRetryAttempts: random.pick([0, 2, 6]),
    bisect: random.chance(0.8),
    streamDelay: random.pick([0, 50, 500]),
    deployment: random.chance(0.5) ? deploymentFrom(random, duration) : undefined,
    resumes: random.chance(0.6) ? random.between(1, 4) : 0,
    rebuilds: random.chance(0.4) ? random.between(1, 3) : 0,
    oldRebuilds: random.chance(0.2) ? random.between(1, 2) : 0,
    readers: random.between(0, 2),
    crashAt: undefined,
  };
};

/** A plan about streams that are suspended and resumed in the midst of traffic: short ones, with many operators. */
const suspendingPlan = (plan: Plan, random: Random): Plan => ({
  ...plan,
  streams: 6,
  clients: 4,
  commandsPerClient: 3,
  duration: 400,
  unknownEvents: 0.2,
  batchingWindow: 0,
  streamDelay: 0,
  deployment: { from: 100, to: 150, raises: random.chance(0.5) },
  resumes: random.between(0, 4),
  rebuilds: random.between(0, 8),
  faults: { ...plan.faults, throttled: 0, slow: 0.3 },
});

/** A plan about two releases that write the same rows: both rebuild streams while writes of the old one are under way. */
const overlappingPlan = (plan: Plan, random: Random): Plan => ({
  ...plan,
  streams: 2,
  commandsPerClient: 5,
  duration: 500,
  deployment: { from: 100, to: 600, raises: true },
  rebuilds: random.between(2, 6),
  oldRebuilds: random.between(2, 6),
  faults: { ...plan.faults, throttled: 0, slow: 0.4, landsLate: 0.05 },
});

export const planFor = (seed: number): Plan => {
  // Not the seed itself: the run draws from that, and would repeat the plan's draws.
  const random = new Random(seed ^ 0x5eed);
  const plan = mixedPlan(seed, random);
  const kind = random.next();
  if (kind < 0.3) return suspendingPlan(plan, random);
  return kind < 0.5 ? overlappingPlan(plan, random) : plan;
};

export const noFaults: Faults = {
  throttled: 0,
  unanswered: 0,
  repeatedWrite: 0,
  crashBefore: 0,
  crashAfter: 0,
  landsLate: 0,
  slow: 0,
  publishFails: 0,
  publishSlow: 0,
  duplicate: 0,
  impatientClient: 0,
};

/** Every plan that is one step simpler: one kind of fault less, half of a number, no deployment. */
export const simplerThan = (plan: Plan): ReadonlyArray<Plan> => {
  const numbers = [
    ["streams", 1],
    ["clients", 1],
    ["commandsPerClient", 1],
    ["corruptedEvents", 0],
    ["unknownEvents", 0],
    ["shards", 1],
    ["shardSplits", 0],
    ["parallelizationFactor", 1],
    ["batchSize", 1],
    ["batchingWindow", 0],
    ["streamDelay", 0],
    ["resumes", 0],
    ["rebuilds", 0],
    ["oldRebuilds", 0],
    ["readers", 0],
  ] as const;
  const lower = numbers
    .filter(([name, least]) => plan[name] > least)
    .flatMap(([name, least]) => [
      { ...plan, [name]: least },
      { ...plan, [name]: Math.max(least, Math.floor(plan[name] / 2)) },
    ]);
  const withoutFault = Object.entries(plan.faults)
    .filter(([, rate]) => rate > 0)
    .map(([name]) => ({ ...plan, faults: { ...plan.faults, [name]: 0 } }));
  const others = plan.deployment === undefined ? [] : [{ ...plan, deployment: undefined }];
  return [...others, ...withoutFault, ...lower];
};
