import { describe, expect, it } from "vitest";
import {
  evaluate,
  parsePolicy,
  parseResourcePolicy,
  parseTrustPolicy,
  type RequestContext,
  trusts,
} from "../../src/iam/policy";

const table = "arn:aws:dynamodb:eu-central-1:000000000000:table/events";

function allows(statement: unknown, action = "dynamodb:GetItem", resource = table): boolean {
  const statements = parsePolicy({ Version: "2012-10-17", Statement: statement }, "policy");
  return evaluate(statements, action, resource, {}) === "Allow";
}

const conditional = (Condition: object) => ({
  Effect: "Allow",
  Action: "a:B",
  Resource: "*",
  Condition,
});

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
    [conditional({ NumericEquals: { "aws:SourceAccount": "1" } }), "NumericEquals"],
    [conditional({ StringNotLikely: { "aws:SourceAccount": "1" } }), "StringNotLikely"],
    [conditional({ StringEquals: { "aws:Moon": "full" } }), "aws:Moon"],
    [
      conditional({ StringEquals: { "aws:SourceAccount": `$\{aws:username}` } }),
      "policy variables",
    ],
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
    expect(evaluate(parsePolicy(text, "policy"), "a:B", "x", {})).toBe("Allow");
    expect(() => parsePolicy("{", 'policy "p"')).toThrow('policy "p" is not JSON');
  });
});

describe("a condition", () => {
  const role = "arn:aws:iam::000000000000:role/writer";
  const met = (condition: object, request: RequestContext) => {
    const document = { Version: "2012-10-17", Statement: conditional(condition) };
    return evaluate(parsePolicy(document, "policy"), "a:B", "x", request) === "Allow";
  };

  it.each([
    ["StringEquals", "ab", "ab", true],
    ["StringEquals", "a*", "ab", false],
    ["StringNotEquals", "ab", "ab", false],
    ["StringLike", "a*", "ab", true],
    ["StringNotLike", "a*", "ab", false],
    ["StringEqualsIgnoreCase", "AB", "ab", true],
    ["ArnEquals", "arn:aws:iam::000000000000:role/w*", role, true],
    ["ArnLike", "arn:aws:iam::*:role/writer", role, true],
    // Each part of an ARN has to match by itself.
    ["ArnLike", "arn:aws:iam:*", role, false],
    ["ArnLike", "arn:*:role/writer", role, false],
    ["ArnNotEquals", role, role, false],
    ["ArnNotEquals", `${role}2`, role, true],
    ["Bool", "true", "TRUE", true],
    ["Bool", "false", "true", false],
  ])("%s %s is met by %s: %s", (operator, pattern, value, expected) => {
    const condition = { [operator]: { "aws:PrincipalArn": pattern } };
    expect(met(condition, { "aws:principalarn": value })).toBe(expected);
  });

  it("is met by any of its values, and a negated one by none of them", () => {
    const request = { "aws:principalarn": role };
    const among = { "aws:PrincipalArn": ["arn:aws:iam::000000000000:role/other", role] };
    expect(met({ ArnEquals: among }, request)).toBe(true);
    expect(met({ ArnNotEquals: among }, request)).toBe(false);
  });

  it("has to be met in every operator and key", () => {
    const condition = {
      StringEquals: { "aws:SourceAccount": "1", "AWS:SourceArn": "a" },
      Bool: { "aws:SecureTransport": "true" },
    };
    const request = {
      "aws:sourceaccount": "1",
      "aws:sourcearn": "a",
      "aws:securetransport": "true",
    };
    expect(met(condition, request)).toBe(true);
    for (const key of Object.keys(request)) {
      expect(met(condition, { ...request, [key]: "other" })).toBe(false);
    }
  });

  it("of a key that the request has no value for is met only if it is negated or says so", () => {
    const meets = (operator: string) => met({ [operator]: { "aws:SourceArn": role } }, {});
    expect(["ArnEquals", "StringLike", "Bool"].filter(meets)).toEqual([]);
    const lenient = ["ArnNotEquals", "StringNotLike", "ArnEqualsIfExists", "BoolIfExists"];
    expect(lenient.filter(meets)).toEqual(lenient);
  });
});

describe("a resource's policy", () => {
  const writer = "arn:aws:iam::000000000000:role/writer";
  const says = (Effect: "Allow" | "Deny", Principal: unknown, arn = writer) => {
    const Statement = { Effect, Principal, Action: "dynamodb:*", Resource: table };
    const request = { "aws:principalarn": arn, "aws:principalaccount": "000000000000" };
    const policy = parseResourcePolicy({ Version: "2012-10-17", Statement }, "policy");
    return evaluate(policy, "dynamodb:PutItem", table, request);
  };

  it("speaks of everybody, or of the principals that it names", () => {
    expect(says("Deny", "*")).toBe("Deny");
    expect(says("Allow", { AWS: "*" })).toBe("Allow");
    expect(says("Allow", { AWS: writer })).toBe("Allow");
    expect(says("Allow", { AWS: [`${writer}2`] })).toBeUndefined();
    expect(says("Allow", { Service: "lambda.amazonaws.com" })).toBeUndefined();
  });

  it("denies an account's identities what it denies the account, but leaves it to the account to allow them", () => {
    for (const account of ["000000000000", "arn:aws:iam::000000000000:root"]) {
      expect(says("Deny", { AWS: account })).toBe("Deny");
      expect(says("Allow", { AWS: account })).toBeUndefined();
    }
    expect(says("Deny", { AWS: "111111111111" })).toBeUndefined();
  });

  it.each([
    [{ Federated: "accounts.example.com" }, "Federated"],
    [{ AWS: "arn:aws:sts::000000000000:assumed-role/writer/session" }, "assumed-role"],
    [undefined, "Principal"],
  ])("is rejected if it names a principal of an unsupported kind: %j", (principal, named) => {
    expect(() => says("Deny", principal)).toThrow(named);
  });
});

describe("a trust policy", () => {
  const policy = (Principal: unknown) => ({
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Action: "sts:AssumeRole", Principal }],
  });

  it("trusts only the services that it names", () => {
    const statements = parseTrustPolicy(policy({ Service: "lambda.amazonaws.com" }), "trust");
    expect(trusts(statements, "lambda.amazonaws.com", {})).toBe(true);
    expect(trusts(statements, "appsync.amazonaws.com", {})).toBe(false);
  });

  it("is rejected if it names principals other than services", () => {
    expect(() => parseTrustPolicy(policy({ AWS: "*" }), "trust")).toThrow('"AWS"');
  });
});
