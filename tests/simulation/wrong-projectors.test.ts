import { describe, expect, it } from "vitest";
import { subject } from "../core/ledger/subject";
import { firstCaught, wrongProjectors } from ".";

describe("the simulation catches a projector that", () => {
  for (const { mistake, within, variant } of wrongProjectors) {
    it(`${mistake}, within ${within} seeds`, async () => {
      expect((await firstCaught(subject, variant, within))?.violation).toBeDefined();
    });
  }
});
