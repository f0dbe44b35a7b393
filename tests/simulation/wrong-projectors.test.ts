import { describe, expect, it } from "vitest";
import { firstCaught } from "./run";
import { wrongProjectors } from "./wrong-projectors";

describe("the simulation catches a projector that", () => {
  for (const { mistake, within, variant } of wrongProjectors) {
    it(`${mistake}, within ${within} seeds`, async () => {
      expect((await firstCaught(variant, within))?.violation).toBeDefined();
    });
  }
});
