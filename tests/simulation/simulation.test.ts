import { PutCommand } from "@aws-sdk/lib-dynamodb";
import { describe, expect, it } from "vitest";
import { subject } from "../core/ledger/subject";
import { trial } from "../trial";
import { firstCaught, noFaults, planFor, runPlan, shrinkPlan, type Variant } from ".";
import { simulationOf } from "./suite";

// A long history, which takes most of the time, is in seed 26.
simulationOf(subject, { seeds: trial(30, 60) });

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
    const first = await runPlan(subject, planFor(11), {}, true);
    const second = await runPlan(subject, planFor(11), {}, true);
    expect(first.trace.length).toBeGreaterThan(50);
    expect(second).toEqual(first);
  });

  it("takes the same steps whether they are written down or not", async () => {
    const traced = await runPlan(subject, planFor(12), {}, true);
    expect((await runPlan(subject, planFor(12))).counts).toEqual(traced.counts);
  });

  it("refuses an expression that it does not know instead of guessing", async () => {
    const { violation } = await runPlan(subject, planFor(1), impossible);
    expect(violation).toContain("does not know the expression: contains(pk, :a)");
  });

  it("reduces a failing run to a simpler one that fails, too", async () => {
    const caught = await firstCaught(subject, impossible, 1);
    const simpler = await shrinkPlan(subject, caught?.plan ?? planFor(1), impossible);
    expect(simpler).toMatchObject({ clients: 1, commandsPerClient: 1, faults: noFaults });
    expect((await runPlan(subject, simpler, impossible)).violation).toBeDefined();
  });
});
