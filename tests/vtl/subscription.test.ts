import { describe, expect, it } from "vitest";
import { callers, refusalOf, render, unauthorized } from "./templates";

describe("onAccountChange", () => {
  const subscribe = (caller: keyof typeof callers) =>
    render("shared/onChange.request", {
      identity: callers[caller],
      arguments: { owner: "alice" },
      info: { fieldName: "onAccountChange", parentTypeName: "Subscription" },
    });

  it.each(["owner", "operator"] as const)("lets the %s subscribe", (caller) => {
    expect(subscribe(caller)).toEqual({ json: { version: "2018-05-29", payload: {} } });
  });

  it.each(["stranger", "user without groups"] as const)(
    "rejects a %s as unauthorized",
    (caller) => {
      expect(refusalOf(subscribe(caller))).toEqual(unauthorized("onAccountChange", "Subscription"));
    },
  );

  it("answers a new subscriber with null: changes come later", () => {
    expect(render("shared/onChange.response", { result: {} })).toEqual({ json: null });
  });
});

describe("publishAccountChange", () => {
  const change = { accountId: "savings", owner: "alice", version: 7, memo: null, balance: "250" };

  it("passes the change on unchanged", () => {
    const context = { arguments: { change } };
    expect(render("shared/publishChange.request", context)).toEqual({
      json: { version: "2018-05-29", payload: change },
    });
    expect(render("shared/publishChange.response", { result: change })).toEqual({
      json: change,
    });
  });
});

describe("an error of the data source", () => {
  it.each(["onChange", "publishChange"])("is passed on by %s", (name) => {
    const error = { message: "It broke.", type: "InternalFailure" };
    expect(refusalOf(render(`shared/${name}.response`, { error }))).toEqual({
      message: "It broke.",
      errorType: "InternalFailure",
      data: null,
      errorInfo: null,
    });
  });
});
