import { describe, expect, it } from "vitest";
import { invoke } from "../../src/resources/invokes";

const call = (name: string, inputs = {}) => {
  const module = name === "getPolicyDocument" ? "iam" : "index";
  return invoke(`aws:${module}/${name}:${name}`, inputs, { region: "eu-central-1" });
};
const render = (inputs: object) => JSON.parse(String(call("getPolicyDocument", inputs).json));

describe("a provider's function", () => {
  it("answers with the caller, the region and the partition", () => {
    expect(call("getCallerIdentity")).toMatchObject({
      accountId: "000000000000",
      arn: "arn:aws:iam::000000000000:user/administrator",
    });
    expect(call("getRegion")).toMatchObject({ id: "eu-central-1", name: "eu-central-1" });
    expect(call("getPartition")).toMatchObject({ partition: "aws", dnsSuffix: "amazonaws.com" });
  });

  it("is refused in a line where it, or what it is asked, is not known", () => {
    expect(() => call("getAvailabilityZones")).toThrow(
      "the program calls aws:index/getAvailabilityZones:getAvailabilityZones, which is not supported locally",
    );
    expect(() => call("getRegion", { name: "us-east-1" })).toThrow('"name" is not supported');
  });
});

describe("a policy document", () => {
  const variable = "$".concat("{aws:username}");

  it("is rendered as the provider does, with indents and without", () => {
    const { json, minifiedJson } = call("getPolicyDocument", {
      statements: [
        { sid: "1", actions: ["s3:GetBucketLocation", "s3:ListAllMyBuckets"], resources: ["*"] },
      ],
    });
    expect(json).toBe(
      `{
  "Version": "2012-10-17",
  "Statement": [
    {
      "Sid": "1",
      "Effect": "Allow",
      "Action": [
        "s3:ListAllMyBuckets",
        "s3:GetBucketLocation"
      ],
      "Resource": "*"
    }
  ]
}`,
    );
    expect(minifiedJson).toBe(JSON.stringify(JSON.parse(String(json))));
  });

  it("has no statements where none are given", () => {
    expect(call("getPolicyDocument").minifiedJson).toBe('{"Version":"2012-10-17"}');
  });

  it("collects principals by type, and knows everybody", () => {
    const principal = (...principals: object[]) =>
      render({ statements: [{ actions: ["sts:AssumeRole"], principals }] }).Statement[0].Principal;
    expect(
      principal(
        { type: "Service", identifiers: ["lambda.amazonaws.com"] },
        { type: "AWS", identifiers: ["111111111111", "222222222222"] },
        { type: "AWS", identifiers: ["333333333333"] },
      ),
    ).toEqual({
      AWS: ["222222222222", "111111111111", "333333333333"],
      Service: "lambda.amazonaws.com",
    });
    expect(principal({ type: "*", identifiers: ["*"] })).toBe("*");
    expect(principal({ type: "AWS", identifiers: ["*"] })).toEqual({ AWS: "*" });
  });

  it("collects conditions by test and variable, in the order of their values", () => {
    const conditions = [
      { test: "StringLike", variable: "s3:prefix", values: ["", "home/&{aws:username}/"] },
      { test: "StringEquals", variable: "b", values: ["2"] },
      { test: "StringEquals", variable: "a", values: ["1"] },
      { test: "StringEquals", variable: "b", values: ["1"] },
    ];
    const [{ Condition }] = render({ statements: [{ notActions: ["a:b"], conditions }] }).Statement;
    expect(JSON.stringify(Condition)).toBe(
      `{"StringEquals":{"a":"1","b":["2","1"]},"StringLike":{"s3:prefix":["","home/${variable}/"]}}`,
    );
  });

  it("resolves &{} in resources, and escapes as Go does", () => {
    const { minifiedJson } = call("getPolicyDocument", {
      statements: [{ effect: "Deny", actions: ["a:<b>"], notResources: ["arn:&{aws:username}&"] }],
    });
    expect(minifiedJson).toContain('"Action":"a:\\u003cb\\u003e"');
    expect(minifiedJson).toContain(`"NotResource":"arn:${variable}\\u0026"`);
  });

  it("is merged with others, whose statements it replaces by their ids and which replace its own", () => {
    const source = (...Statement: object[]) => JSON.stringify({ Version: "2008-10-17", Statement });
    const document = render({
      policyId: "own",
      sourcePolicyDocuments: [
        source({ Effect: "Allow", Action: ["x:1", "x:2"] }, { Sid: "A", Action: "source" }),
      ],
      statements: [
        { sid: "A", actions: ["own"] },
        { sid: "B", actions: ["own"] },
      ],
      overridePolicyDocuments: [source({ Sid: "B", Action: "override" }, { Action: "added" })],
    });
    expect(document).toEqual({
      Version: "2012-10-17",
      Id: "own",
      Statement: [
        { Effect: "Allow", Action: ["x:1", "x:2"] },
        { Sid: "A", Effect: "Allow", Action: "own" },
        { Sid: "B", Action: "override" },
        { Action: "added" },
      ],
    });
  });

  it.each([
    [{ statements: [{ sid: "A" }, { sid: "A" }] }, "duplicate Sid (A)"],
    [{ statements: [{ sid: "a-b" }] }, '"statements.0.sid" must be letters and digits'],
    [{ statements: [{ effect: "Maybe" }] }, "must be Allow or Deny"],
    [
      { version: "2008-10-17", statements: [{ resources: ["&{aws:username}"] }] },
      "version 2008-10-17 has no variables",
    ],
    [{ sourceJson: "{}" }, '"sourceJson" is not supported locally'],
  ])("is refused: %j", (inputs, message) => {
    expect(() => render(inputs)).toThrow(message);
  });
});
