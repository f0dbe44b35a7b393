/** Checks that Velocity does make of the fixed cases what is written down, and that the local side does as well. */
import { isDeepStrictEqual } from "node:util";
import { type Case, caseContext } from "./cases";
import { contextData, type Outcome, renderHere } from "./outcome";
import type { Velocity } from "./velocity";

/** What is wrong with the case, if anything. */
export async function problemOf(velocity: Velocity, fixed: Case): Promise<string | undefined> {
  const { template } = fixed;
  const theirs = resultOf(await velocity.render({ template, context: contextData(caseContext) }));
  if (!isDeepStrictEqual(theirs, fixed.velocity)) {
    return `${JSON.stringify(template)}: Velocity gives ${JSON.stringify(theirs)}, written down is ${JSON.stringify(fixed.velocity)}`;
  }
  return problemHere(fixed);
}

/** The same without Velocity, which is how the package's tests check the cases. */
export function problemHere({ template, velocity, refused }: Case): string | undefined {
  const here = renderHere(template, caseContext);
  const fails = velocity === null || refused !== undefined;
  const right = fails
    ? here.failed?.includes(refused ?? "") === true
    : isDeepStrictEqual(resultOf(here), velocity);
  return right ? undefined : `${JSON.stringify(template)}: here it gives ${JSON.stringify(here)}`;
}

function resultOf({ text, returned, failed }: Outcome): Case["velocity"] {
  return failed === undefined ? (text ?? { returned }) : null;
}
