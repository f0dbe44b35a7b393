import { describe, expect, it } from "vitest";
import type { Envelope } from "../../core/projection/envelope";
import { noFaults, type Plan, planFor } from "./plan";
import { runPlan, runSeeds } from "./run";
import type { Subject } from "./subject";

export interface SimulationOptions {
  readonly seeds: number;
  /** What so few seeds do not meet; they have to meet all else. */
  readonly neverMet?: readonly string[];
}

/** Two clients, a poison event, a deployment that raises the projection version, and no fault but the crash. */
const crashing = (crashAt: Plan["crashAt"]): Plan => ({
  ...planFor(1),
  ...{ streams: 1, clients: 2, commandsPerClient: 3, faultyEvents: 1, unknownEvents: 0.3 },
  ...{
    resumes: 1,
    rebuilds: 1,
    shardSplits: 1,
    pageSize: 2,
    history: 0,
    lostEvents: 0,
    trimmed: 0,
    rebuildsAll: true,
    faults: noFaults,
  },
  deployment: { from: 500, to: 1_500, raises: true, readsEarlierRows: true, rollback: undefined },
  crashAt,
});

/** Registers the simulation of a subject's domain as tests: the first seeds, and a crash at every write of one run. */
export const simulationOf = <Request extends Envelope, State, Movement>(
  subject: Subject<Request, State, Movement>,
  { seeds, neverMet = [] }: SimulationOptions,
): void => {
  describe(`the projection of ${subject.domain.name} streams, with everything that can go wrong`, () => {
    it(`keeps every promise in the first ${seeds} seeds`, async () => {
      const { counts, failures } = await runSeeds(subject, 1, seeds);
      expect(failures).toEqual([]);
      const never = Object.entries(counts).flatMap(([name, count]) => (count === 0 ? [name] : []));
      expect(never, "what the run never met").toEqual(neverMet);
    }, 600_000);

    for (const when of ["before", "after"] as const) {
      it(`survives a crash ${when} every single write of a run`, async () => {
        let crashed = true;
        let write = 0;
        for (; crashed; write += 1) {
          const { counts, violation } = await runPlan(subject, crashing({ write, when }));
          expect(violation, `at write ${write}`).toBeUndefined();
          crashed = counts.crashBefore + counts.crashAfter > 0;
        }
        expect(write).toBeGreaterThan(30);
      });
    }
  });
};
