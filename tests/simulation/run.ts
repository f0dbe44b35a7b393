import { addCounts, type Counts, noCounts } from "./journal";
import { type Plan, planFor, simplerThan } from "./plan";
import type { Variant } from "./projector";
import { type Outcome, simulate } from "./simulate";

/** What a range of seeds came to. */
export interface Summary {
  readonly counts: Counts;
  readonly failures: ReadonlyArray<{ readonly seed: number; readonly violation: string }>;
}

/** Runs `seeds` seeds from `from` on. */
export const runSeeds = async (from: number, seeds: number): Promise<Summary> => {
  const counts = noCounts();
  const failures = [];
  for (let seed = from; seed < from + seeds; seed += 1) {
    const outcome = await simulate(planFor(seed));
    addCounts(counts, outcome.counts);
    if (outcome.violation !== undefined) failures.push({ seed, violation: outcome.violation });
  }
  return { counts, failures };
};

/** The first of `seeds` seeds at which a wrong projector is caught. */
export const firstCaught = async (
  variant: Variant,
  seeds: number,
): Promise<Outcome | undefined> => {
  for (let seed = 1; seed <= seeds; seed += 1) {
    const outcome = await simulate(planFor(seed), variant);
    if (outcome.violation !== undefined) return outcome;
  }
  return undefined;
};

/** Takes a failing plan down, step by step, to one of which every simpler plan passes. */
export const shrink = async (plan: Plan, variant: Variant = {}): Promise<Plan> => {
  for (const simpler of simplerThan(plan)) {
    const { violation } = await simulate(simpler, variant);
    if (violation !== undefined) return shrink(simpler, variant);
  }
  return plan;
};
