import { Random } from "./random";

/** How likely each fault is, each time it could happen: from 0 to 1. */
export interface Faults {
  readonly throttled: number;
  readonly unanswered: number;
  readonly repeatedWrite: number;
  readonly crashBefore: number;
  readonly crashAfter: number;
  readonly landsLate: number;
  readonly crashBeforeRead: number;
  readonly crashAfterRead: number;
  readonly conflicted: number;
  readonly leftUndone: number;
  readonly messageAgain: number;
  readonly slow: number;
  readonly publishFails: number;
  readonly publishSlow: number;
  readonly duplicate: number;
  readonly impatientClient: number;
}

/** When a new release is rolled out, beside the old one until it is alone; and when it is taken back, if ever. */
interface Deployment {
  readonly from: number;
  readonly to: number;
  /** Whether it raises the projection version: the same events give other rows. */
  readonly raises: boolean;
  /** Whether it can read the summaries that the old one has written. */
  readonly readsEarlierRows: boolean;
  readonly rollback: { readonly at: number; readonly again: number } | undefined;
}

/** One run, drawn from its seed. Times are simulated milliseconds. */
export interface Plan {
  readonly seed: number;
  readonly streams: number;
  readonly clients: number;
  readonly commandsPerClient: number;
  /** Events that a faulty program puts into the event table: no release can fold them. */
  readonly faultyEvents: number;
  /** Events that vanish from the event table. */
  readonly lostEvents: number;
  /** The share of commands that become events which the old release does not know yet. */
  readonly unknownEvents: number;
  readonly duration: number;
  readonly faults: Faults;
  /** The event table's page ends early after so many events. */
  readonly pageSize: number;
  /** How likely a record of the stream is trimmed before anybody has read it. */
  readonly trimmed: number;
  /** The events of the first stream that have been recorded long ago. */
  readonly history: number;
  /** When the templates begin to record events in a new form. */
  readonly newFormAt: number;
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
  readonly deployment: Deployment | undefined;
  /** How often a message of the rebuild queue is received at most. */
  readonly maxReceiveCount: number;
  /** How often somebody damages rows of the read model by hand. */
  readonly damages: number;
  readonly verifications: number;
  readonly resumes: number;
  readonly rebuilds: number;
  /** How likely a rebuild is followed by another when the rows are about to be removed that it has replaced. */
  readonly rebuildsAgain: number;
  /** Rebuilds by somebody whose checkout is that of the old release. */
  readonly oldRebuilds: number;
  /** Whether every stream is rebuilt in the end, whatever state it is in. */
  readonly rebuildsAll: boolean;
  readonly readers: number;
  /** How long a reader may take between its two requests, at most. */
  readonly readerPause: number;
  /** How long an invocation may take before it is killed. */
  readonly timeout: number;
  /** The write with this number, counted from 0, is the one that its writer crashes at; no other fault is drawn then. */
  readonly crashAt: { readonly write: number; readonly when: "before" | "after" } | undefined;
}

/** In a short run more happens at the same time; in a long one, rows are removed meanwhile that a rebuild has replaced. */
const durations = [500, 500, 3_000, 150_000] as const;

/** As in infra/rebuild-queue.ts. */
const lambdaTimeout = 30_000;

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
    crashBeforeRead: rate(0.3, 0.05),
    crashAfterRead: rate(0.3, 0.05),
    conflicted: rate(0.3, 0.2),
    leftUndone: rate(0.4, 0.3),
    messageAgain: rate(0.4, 0.3),
    slow: rate(0.4, 0.2),
    publishFails: rate(0.3, 0.5),
    publishSlow: rate(0.3, 0.3),
    duplicate: rate(0.6, 0.4),
    impatientClient: rate(0.5, 0.4),
  };
};

const deploymentFrom = (random: Random, duration: number): Plan["deployment"] => {
  const from = random.between(0, duration);
  const to = from + random.between(100, duration);
  const at = random.between(from, to + duration);
  const rollback = random.chance(0.3)
    ? { at, again: at + random.between(50, duration) }
    : undefined;
  return { from, to, raises: random.chance(0.5), readsEarlierRows: random.chance(0.5), rollback };
};

const mixedPlan = (seed: number, random: Random): Plan => {
  const duration = random.pick(durations);
  return {
    seed,
    streams: random.between(1, 5),
    clients: random.between(1, 4),
    commandsPerClient: random.between(2, 10),
    faultyEvents: random.chance(0.35) ? random.between(1, 3) : 0,
    unknownEvents: random.chance(0.6) ? random.next() * 0.3 : 0,
    duration,
    faults: faultsFrom(random),
    pageSize: random.pick([2, 5, 5, 100]),
    trimmed: random.chance(0.15) ? random.next() * 0.2 : 0,
    history: 0,
    newFormAt: random.chance(0.4) ? random.between(0, duration) : Number.POSITIVE_INFINITY,
    shards: random.between(1, 3),
    shardSplits: random.chance(0.4) ? random.between(1, 3) : 0,
    parallelizationFactor: random.between(1, 3),
    batchSize: random.pick([1, 3, 10, 100]),
    batchingWindow: random.pick([0, 20, 100]),
    maximumRetryAttempts: random.pick([0, 2, 6]),
    bisect: random.chance(0.8),
    streamDelay: random.pick([0, 50, 500]),
    deployment: random.chance(0.5) ? deploymentFrom(random, duration) : undefined,
    // A hundred, as in infra/rebuild-queue.ts, or so few that some are given up.
    maxReceiveCount: random.pick([100, 100, 2]),
    resumes: random.chance(0.6) ? random.between(1, 4) : 0,
    rebuilds: random.chance(0.4) ? random.between(1, 3) : 0,
    rebuildsAgain: random.pick([0, 0.5]),
    lostEvents: random.chance(0.15) ? random.between(1, 3) : 0,
    damages: random.chance(0.15) ? random.between(1, 3) : 0,
    verifications: random.chance(0.3) ? random.between(1, 3) : 0,
    oldRebuilds: random.chance(0.2) ? random.between(1, 2) : 0,
    rebuildsAll: random.chance(0.4),
    readers: random.between(0, 2),
    readerPause: random.pick([5, 500, 30_000]),
    timeout: random.pick([lambdaTimeout, lambdaTimeout, 2_000, 500]),
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
  deployment: {
    from: 100,
    to: 150,
    raises: random.chance(0.5),
    readsEarlierRows: true,
    rollback: undefined,
  },
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
  deployment: {
    from: 100,
    to: 600,
    raises: true,
    readsEarlierRows: random.chance(0.5),
    rollback: undefined,
  },
  rebuilds: random.between(2, 6),
  oldRebuilds: random.between(2, 6),
  faults: { ...plan.faults, throttled: 0, slow: 0.4, landsLate: 0.05 },
});

/** A plan about rows that are removed while the next rebuild of their stream begins. */
const removingPlan = (plan: Plan, random: Random): Plan => ({
  ...plan,
  streams: 2,
  clients: 2,
  commandsPerClient: 6,
  duration: 3_000,
  rebuilds: random.between(3, 6),
  rebuildsAgain: 1,
  timeout: lambdaTimeout,
  faults: { ...plan.faults, throttled: 0, slow: 0.4, landsLate: 0.05 },
});

/** A plan about batches that fail in part: many events of several streams at the same time. */
const batchingPlan = (plan: Plan): Plan => ({
  ...plan,
  streams: 5,
  clients: 5,
  commandsPerClient: 4,
  duration: 300,
  batchSize: 100,
  batchingWindow: 200,
  parallelizationFactor: 1,
  faults: { ...plan.faults, throttled: 0.1, crashBefore: 0, crashAfter: 0, landsLate: 0 },
});

/** A plan about a stream so long that nobody folds it in one go. */
const longPlan = (plan: Plan, random: Random): Plan => ({
  ...plan,
  streams: 1,
  clients: 2,
  commandsPerClient: 3,
  duration: 3_000,
  faultyEvents: 0,
  lostEvents: random.chance(0.4) ? 1 : 0,
  history: random.chance(0.15) ? random.between(3_000, 8_000) : random.between(300, 1_500),
  pageSize: 100,
  timeout: random.pick([500, 2_000]),
  maxReceiveCount: 100,
  rebuilds: 1,
  rebuildsAgain: 0,
  oldRebuilds: 0,
  resumes: 0,
});

const kinds = {
  mixed: (plan: Plan) => plan,
  suspending: suspendingPlan,
  overlapping: overlappingPlan,
  removing: removingPlan,
  batching: batchingPlan,
  long: longPlan,
};

export type Kind = keyof typeof kinds;

const anyKind = (random: Random): Kind => {
  const kind = random.next();
  // They take long.
  if (random.chance(0.02)) return "long";
  if (kind < 0.25) return "suspending";
  if (kind < 0.4) return "overlapping";
  if (kind < 0.5) return "removing";
  return kind < 0.65 ? "batching" : "mixed";
};

/** The plan of a seed: of any kind, or of a certain one. */
export const planFor = (seed: number, kind?: Kind): Plan => {
  // Not the seed itself: the run draws from that, and would repeat the plan's draws.
  const random = new Random(seed ^ 0x5eed);
  const plan = mixedPlan(seed, random);
  const drawn = anyKind(random);
  return kinds[kind ?? drawn](plan, random);
};

export const noFaults: Faults = {
  throttled: 0,
  unanswered: 0,
  repeatedWrite: 0,
  crashBefore: 0,
  crashAfter: 0,
  landsLate: 0,
  crashBeforeRead: 0,
  crashAfterRead: 0,
  conflicted: 0,
  leftUndone: 0,
  messageAgain: 0,
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
    ["faultyEvents", 0],
    ["lostEvents", 0],
    ["unknownEvents", 0],
    ["trimmed", 0],
    ["history", 0],
    ["shards", 1],
    ["shardSplits", 0],
    ["parallelizationFactor", 1],
    ["batchSize", 1],
    ["batchingWindow", 0],
    ["streamDelay", 0],
    ["damages", 0],
    ["verifications", 0],
    ["resumes", 0],
    ["rebuilds", 0],
    ["oldRebuilds", 0],
    ["readers", 0],
    ["readerPause", 5],
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
  const { deployment } = plan;
  const others: Plan[] = deployment === undefined ? [] : [{ ...plan, deployment: undefined }];
  if (deployment?.rollback !== undefined) {
    others.push({ ...plan, deployment: { ...deployment, rollback: undefined } });
  }
  return [...others, ...withoutFault, ...lower];
};
