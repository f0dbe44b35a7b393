import { describe, expect, it } from "vitest";
import { template } from "../../infra/templates";

describe("a template that asks for a value of the deployment", () => {
  it("is refused where there is no such value", () => {
    expect(() => template("shared/getSummaries.request", { eventTable: "events" })).toThrow(
      "vtl/shared/getSummaries.request.vtl asks for {{readModelTable}}; what it can have: eventTable",
    );
  });
});
