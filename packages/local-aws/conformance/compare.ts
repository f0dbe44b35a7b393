/** Renders samples here and in Velocity, and tells where the two differ. */
import fc from "fast-check";
import { contextData, isSame, type Outcome, renderHere } from "./outcome";
import type { Sample } from "./snippets";
import type { Velocity } from "./velocity";

/** How the samples of one source went. */
export class Tally {
  agreed = 0;
  /** What Velocity rejects as well. */
  rejected = 0;
  /** What Velocity renders, and is refused here. */
  refused = 0;
  /** Why the last one was refused. */
  reason = "";

  get total(): number {
    return this.agreed + this.rejected + this.refused;
  }

  /** The part that says nothing about what is rendered here. */
  get refusedShare(): number {
    return this.refused / Math.max(this.agreed + this.refused, 1);
  }
}

export interface Difference {
  readonly sample: Sample;
  readonly here: Outcome;
  readonly velocity: Outcome;
}

/** Returns the difference, if there is one. */
export async function compare(
  velocity: Velocity,
  sample: Sample,
  tally: Tally,
): Promise<Difference | undefined> {
  const { template, context } = sample;
  const theirs = await velocity.render({ template, context: contextData(context) });
  const here = renderHere(template, context);
  if (here.failed !== undefined) {
    if (theirs.failed === undefined) {
      tally.refused += 1;
      tally.reason = here.failed;
    } else {
      tally.rejected += 1;
    }
    return undefined;
  }
  if (isSame(here, theirs)) {
    tally.agreed += 1;
    return undefined;
  }
  return { sample, here, velocity: theirs };
}

/** So many are under way at once, because the answers take longer to travel than to find. */
const atOnce = 200;

/** Compares as many samples as are asked for. Returns the first difference, in the smallest sample that shows it. */
export async function compareSamples(
  velocity: Velocity,
  samples: fc.Arbitrary<Sample>,
  { seed, runs }: { readonly seed: number; readonly runs: number },
  tally: Tally,
): Promise<Difference | undefined> {
  const drawn = fc.sample(samples, { seed, numRuns: runs });
  for (let start = 0; start < drawn.length; start += atOnce) {
    const some = drawn.slice(start, start + atOnce);
    const found = await Promise.all(some.map((sample) => compare(velocity, sample, tally)));
    const difference = found.find((found) => found !== undefined);
    if (difference !== undefined) {
      return (await smallest(velocity, samples, { seed, runs })) ?? difference;
    }
  }
  return undefined;
}

/** Draws the same samples again, and shrinks the first that differs. */
async function smallest(
  velocity: Velocity,
  samples: fc.Arbitrary<Sample>,
  { seed, runs }: { readonly seed: number; readonly runs: number },
): Promise<Difference | undefined> {
  let last: Difference | undefined;
  const property = fc.asyncProperty(samples, async (sample) => {
    const difference = await compare(velocity, sample, new Tally());
    last = difference ?? last;
    return difference === undefined;
  });
  await fc.check(property, { seed, numRuns: runs });
  return last;
}
