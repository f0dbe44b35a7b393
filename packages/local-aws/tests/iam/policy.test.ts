import { describe, expect, it } from "vitest";
import { evaluate, parsePolicy, parseTrustPolicy, trusts } from "../../src/iam/policy";

const table = "arn:aws:dynamodb:eu-central-1:000000000000:table/events";

function allows(statement: unknown, action = "dynamodb:GetItem", resource = table): boolean {
  return evaluate(
    parsePolicy({ Version: "2012-10-17", Statement: statement }, "policy"),
    action,
    resource,
  );
}

describe("an identity policy", () => {
  it("allows only what a statement names", () => {
    expect(allows([])).toBe(false);
    const statement = { Effect: "Allow", Action: "dynamodb:GetItem", Resource: table };
    expect(allows(statement)).toBe(true);
    expect(allows(statement, "dynamodb:PutItem")).toBe(false);
    expect(allows(statement, "dynamodb:GetItem", `${table}2`)).toBe(false);
    expect(allows(statement, "dynamodb:GetItem", `${table}/index/byOwner`)).toBe(false);
  });

  it("accepts lists of actions and resources", () => {
    const statement = {
      Effect: "Allow",
      Action: ["dynamodb:PutItem", "dynamodb:GetItem"],
      Resource: ["arn:aws:dynamodb:eu-central-1:000000000000:table/other", table],
    };
    expect(allows(statement)).toBe(true);
  });

  it.each([
    ["dynamodb:*", table],
    ["dynamodb:Get*", table],
    ["DYNAMODB:getitem", table],
    ["dynamodb:GetIte?", "*"],
    ["*", "arn:aws:dynamodb:*:*:table/ev?nts"],
  ])("allows a match with wildcards: %s on %s", (Action, Resource) => {
    expect(allows({ Effect: "Allow", Action, Resource })).toBe(true);
  });

  it.each([
    ["dynamodb:GetItem?", table],
    ["dynamodb:GetItem", table.toUpperCase()],
    ["dynamodb:GetItem", "arn:aws:dynamodb:*:table"],
    ["dynamodb.GetItem", table],
  ])("does not allow a mismatch: %s on %s", (Action, Resource) => {
    expect(allows({ Effect: "Allow", Action, Resource })).toBe(false);
  });

  it("denies what any statement denies, in any order", () => {
    const allow = { Effect: "Allow", Action: "*", Resource: "*" };
    const deny = { Effect: "Deny", Action: "dynamodb:GetItem", Resource: table };
    expect(allows([allow, deny])).toBe(false);
    expect(allows([deny, allow])).toBe(false);
    expect(allows([deny, allow], "dynamodb:PutItem")).toBe(true);
  });

  it.each([
    [{ Effect: "Allow", NotAction: "a:B", Resource: "*" }, "NotAction"],
    [{ Effect: "Allow", Action: "a:B", NotResource: "*" }, "NotResource"],
    [{ Effect: "Allow", Action: "a:B", Resource: "*", Condition: {} }, "Condition"],
    [{ Effect: "Allow", Action: "a:B", Resource: `arn:$\{aws:username}` }, "policy variables"],
    [{ Effect: "Maybe", Action: "a:B", Resource: "*" }, "Effect"],
    [{ Effect: "Allow", Action: "a:B" }, "Resource"],
  ])("is rejected if it uses an unsupported element: %j", (statement, named) => {
    expect(() => allows(statement)).toThrow(named);
  });

  it("may be JSON text, and is rejected if that is invalid", () => {
    const text = JSON.stringify({
      Version: "2012-10-17",
      Statement: { Effect: "Allow", Action: "a:B", Resource: "*" },
    });
    expect(evaluate(parsePolicy(text, "policy"), "a:B", "x")).toBe(true);
    expect(() => parsePolicy("{", 'policy "p"')).toThrow('policy "p" is not JSON');
  });
});

describe("a trust policy", () => {
  const policy = (Principal: unknown) => ({
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Action: "sts:AssumeRole", Principal }],
  });

  it("trusts only the services that it names", () => {
    const statements = parseTrustPolicy(policy({ Service: "lambda.amazonaws.com" }), "trust");
    expect(trusts(statements, "lambda.amazonaws.com")).toBe(true);
    expect(trusts(statements, "appsync.amazonaws.com")).toBe(false);
  });

  it("is rejected if it names principals other than services", () => {
    expect(() => parseTrustPolicy(policy({ AWS: "*" }), "trust")).toThrow('"AWS"');
  });
});
