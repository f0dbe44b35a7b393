import { describe, expect, it } from "vitest";
import { firstCaught, wrongProjectors } from "../../../tests/simulation";
import { simulationOf } from "../../../tests/simulation/suite";
import { subject } from "./subject";

simulationOf(subject);

describe("the simulation catches a projector that", () => {
  for (const { mistake, within, variant } of wrongProjectors) {
    it(mistake, async () => {
      expect((await firstCaught(subject, variant, within))?.violation).toBeDefined();
    });
  }
});
