import { identity } from "fp-ts/function";
import { describe, expect, it } from "vitest";
import { subject } from "../core/ledger/subject";
import { firstCaught, planFor, wrongProjectors } from ".";

describe("the simulation catches a projector that", () => {
  for (const { mistake, within = 10, kind, provoke = identity, variant } of wrongProjectors) {
    it(`${mistake}, within ${within} seeds`, async () => {
      const planOf = (seed: number) => provoke(planFor(seed, kind));
      expect((await firstCaught(subject, variant, within, planOf))?.violation).toBeDefined();
    });
  }
});
