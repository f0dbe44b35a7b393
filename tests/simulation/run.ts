import type { Envelope } from "../../core/projection/envelope";
import type { Variant } from "./functions";
import { addCounts, type Counts, noCounts } from "./journal";
import { type Plan, planFor, simplerThan } from "./plan";
import { type Outcome, simulate } from "./simulate";
import { type Simulated, simulatedOf } from "./simulated";
import type { Subject } from "./subject";

/** The outcome of a range of seeds. */
export interface Summary {
  readonly counts: Counts;
  readonly failures: ReadonlyArray<{ readonly seed: number; readonly violation: string }>;
}

/** Runs `seeds` seeds from `from` on. */
export const runSimulated = async <State>(
  simulated: Simulated<State>,
  from: number,
  seeds: number,
): Promise<Summary> => {
  const counts = noCounts();
  const failures = [];
  for (let seed = from; seed < from + seeds; seed += 1) {
    const outcome = await simulate(simulated, planFor(seed));
    addCounts(counts, outcome.counts);
    if (outcome.violation !== undefined) failures.push({ seed, violation: outcome.violation });
  }
  return { counts, failures };
};

/** Runs `seeds` seeds of a subject from `from` on. */
export const runSeeds = <Request extends Envelope, State, Movement>(
  subject: Subject<Request, State, Movement>,
  from: number,
  seeds: number,
): Promise<Summary> => runSimulated(simulatedOf(subject), from, seeds);

/** Runs one plan of a subject. */
export const runPlan = <Request extends Envelope, State, Movement>(
  subject: Subject<Request, State, Movement>,
  plan: Plan,
  variant: Variant = {},
  tracing = false,
): Promise<Outcome> => simulate(simulatedOf(subject), plan, variant, tracing);

/** The first of `seeds` seeds at which a wrong projector is caught. */
export const firstCaught = async <Request extends Envelope, State, Movement>(
  subject: Subject<Request, State, Movement>,
  variant: Variant,
  seeds: number,
  planOf: (seed: number) => Plan = planFor,
): Promise<Outcome | undefined> => {
  const simulated = simulatedOf(subject);
  for (let seed = 1; seed <= seeds; seed += 1) {
    const outcome = await simulate(simulated, planOf(seed), variant);
    if (outcome.violation !== undefined) return outcome;
  }
  return undefined;
};

/** Reduces a failing plan, step by step, to one of which every simpler plan passes. */
export const shrink = async <State>(
  simulated: Simulated<State>,
  plan: Plan,
  variant: Variant = {},
): Promise<Plan> => {
  for (const simpler of simplerThan(plan)) {
    const { violation } = await simulate(simulated, simpler, variant);
    if (violation !== undefined) return shrink(simulated, simpler, variant);
  }
  return plan;
};

/** Reduces a subject's failing plan, step by step, to one of which every simpler plan passes. */
export const shrinkPlan = <Request extends Envelope, State, Movement>(
  subject: Subject<Request, State, Movement>,
  plan: Plan,
  variant: Variant = {},
): Promise<Plan> => shrink(simulatedOf(subject), plan, variant);
