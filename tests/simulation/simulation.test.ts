import { PutCommand } from "@aws-sdk/lib-dynamodb";
import { describe, expect, it } from "vitest";
import { noFaults, type Plan, planFor } from "./plan";
import type { Variant } from "./projector";
import { firstCaught, runSeeds, shrink } from "./run";
import { simulate } from "./simulate";

describe("the projection, with everything that can go wrong", () => {
  it("keeps every promise of the ledger", async () => {
    const { counts, failures } = await runSeeds(1, 100);
    expect(failures).toEqual([]);
    const never = Object.entries(counts).filter(([, count]) => count === 0);
    expect(never, "what the run never met").toEqual([]);
  });

  /** Two clients, a poisoned event, a deployment that raises the projection, and no fault but the crash. */
  const crashing = (crashAt: Plan["crashAt"]): Plan => ({
    ...planFor(1),
    ...{ accounts: 1, clients: 2, commandsPerClient: 3, corruptedEvents: 1, unknownEvents: 0.3 },
    ...{ resumes: 1, rebuilds: 1, shardSplits: 1, pageSize: 2, faults: noFaults },
    deployment: { from: 500, to: 1_500, raises: true },
    crashAt,
  });

  for (const when of ["before", "after"] as const) {
    it(`survives a crash ${when} every single write of a run`, async () => {
      let crashed = true;
      let write = 0;
      for (; crashed; write += 1) {
        const { counts, violation } = await simulate(crashing({ write, when }));
        expect(violation, `at write ${write}`).toBeUndefined();
        crashed = counts.crashBefore + counts.crashAfter > 0;
      }
      expect(write).toBeGreaterThan(30);
    });
  }
});

describe("the simulation", () => {
  const impossible: Variant = {
    client: ({ send }) => ({
      send: (command) =>
        send(
          command instanceof PutCommand
            ? new PutCommand({ ...command.input, ConditionExpression: "contains(pk, :a)" })
            : command,
        ),
    }),
  };

  it("takes the same steps for the same seed", async () => {
    const first = await simulate(planFor(11), {}, true);
    const second = await simulate(planFor(11), {}, true);
    expect(first.trace.length).toBeGreaterThan(50);
    expect(second).toEqual(first);
  });

  it("takes the same steps whether they are written down or not", async () => {
    const traced = await simulate(planFor(12), {}, true);
    expect((await simulate(planFor(12))).counts).toEqual(traced.counts);
  });

  it("refuses an expression that it does not know instead of guessing", async () => {
    const { violation } = await simulate(planFor(1), impossible);
    expect(violation).toContain("does not know the expression: contains(pk, :a)");
  });

  it("reduces a failing run to a simpler one that fails, too", async () => {
    const caught = await firstCaught(impossible, 1);
    const simpler = await shrink(caught?.plan ?? planFor(1), impossible);
    expect(simpler).toMatchObject({ clients: 1, commandsPerClient: 1, faults: noFaults });
    expect((await simulate(simpler, impossible)).violation).toBeDefined();
  });
});
