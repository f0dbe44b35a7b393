import { describe, expect, it } from "vitest";
import type { Cloud } from "../../src/cloud";
import { Iam } from "../../src/iam/iam";
import { provision } from "../../src/resources";

const region = "eu-central-1";
const iam = new Iam({ region });
let made = 0;

const make = (type: string, name: string, inputs: object) =>
  provision({ type, name, inputs: { ...inputs }, custom: true }, {
    region,
    iam,
    progress: () => {},
  } as unknown as Cloud);

const assumeRolePolicy = JSON.stringify({
  Version: "2012-10-17",
  Statement: [
    { Effect: "Allow", Principal: { Service: "lambda.amazonaws.com" }, Action: "sts:AssumeRole" },
  ],
});
const policy = (Action: string, Resource = "*") => ({
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Action, Resource }],
});

async function role(inputs: object = {}) {
  const name = `role-${made++}`;
  const { state } = await make("aws:iam/role:Role", name, { assumeRolePolicy, ...inputs });
  const allows = (action: string, resource = "x") =>
    iam.allows(iam.principalOf(String(state.arn)), action, resource);
  return { name, allows };
}
const attach = (roleName: string, policyArn: unknown) =>
  make("aws:iam/rolePolicyAttachment:RolePolicyAttachment", "a", { role: roleName, policyArn });
const ofAws = (name: string) => `arn:aws:iam::aws:policy/${name}`;

describe("a managed policy", () => {
  it("gives its permissions to the roles that it is attached to", async () => {
    const first = await role();
    const second = await role();
    const third = await role();
    const { id, state } = await make("aws:iam/policy:Policy", "reads", {
      policy: JSON.stringify(policy("dynamodb:GetItem", "table")),
      path: "/mine/",
      description: "d",
    });
    expect([id, state.arn]).toEqual(Array(2).fill("arn:aws:iam::000000000000:policy/mine/reads"));
    await attach(first.name, state.arn);
    await make("aws:iam/policyAttachment:PolicyAttachment", "all", {
      policyArn: state.arn,
      roles: [second.name],
    });
    expect(first.allows("dynamodb:GetItem", "table")).toBe(true);
    expect(first.allows("dynamodb:GetItem", "other")).toBe(false);
    expect(second.allows("dynamodb:GetItem", "table")).toBe(true);
    expect(third.allows("dynamodb:GetItem", "table")).toBe(false);
  });

  it("of AWS's own allows what is known of it, and no more", async () => {
    const { name, allows } = await role();
    await attach(name, ofAws("service-role/AWSLambdaBasicExecutionRole"));
    expect([allows("logs:PutLogEvents"), allows("dynamodb:GetRecords")]).toEqual([true, false]);
    await attach(name, ofAws("service-role/AWSLambdaDynamoDBExecutionRole"));
    expect([allows("dynamodb:GetRecords"), allows("dynamodb:GetItem")]).toEqual([true, false]);
    await attach(name, ofAws("AmazonS3FullAccess"));
    await attach(name, ofAws("AmazonDynamoDBReadOnlyAccess"));
    expect([allows("dynamodb:GetItem"), allows("dynamodb:PutItem")]).toEqual([true, false]);
  });

  it("may be an input of the role, beside policies in it", async () => {
    const { allows } = await role({
      managedPolicyArns: [ofAws("AmazonSQSFullAccess")],
      inlinePolicies: [{ name: "in", policy: JSON.stringify(policy("lambda:InvokeFunction")) }],
    });
    expect(allows("sqs:SendMessage")).toBe(true);
    expect(allows("lambda:InvokeFunction")).toBe(true);
    expect(allows("dynamodb:GetItem")).toBe(false);
  });

  it.each([
    [
      ofAws("AmazonAthenaFullAccess"),
      `the policy ${ofAws("AmazonAthenaFullAccess")} is not supported locally`,
    ],
    [
      "arn:aws:iam::000000000000:policy/none",
      "there is no policy arn:aws:iam::000000000000:policy/none",
    ],
  ])("that is not known is refused by name: %s", async (arn, message) => {
    const { name } = await role();
    await expect(attach(name, arn)).rejects.toThrow(`role "${name}": ${message}`);
  });

  it("exists once under its name", async () => {
    const create = () => make("aws:iam/policy:Policy", "twice", { policy: policy("sqs:*") });
    await create();
    await expect(create()).rejects.toThrow('policy "twice" exists already');
  });
});

it("a policy of a queue denies what it denies, to whom all is allowed", async () => {
  const { state } = await make("aws:iam/role:Role", "sender", {
    assumeRolePolicy,
    managedPolicyArns: ["arn:aws:iam::aws:policy/AmazonSQSFullAccess"],
  });
  const queueArn = `arn:aws:sqs:${region}:000000000000:jobs`;
  const deny = (Condition: object) =>
    make("aws:sqs/queuePolicy:QueuePolicy", "jobs", {
      queueUrl: "http://127.0.0.1:1/000000000000/jobs",
      policy: {
        Version: "2012-10-17",
        Statement: {
          Effect: "Deny",
          Principal: "*",
          Action: "sqs:*",
          Resource: queueArn,
          Condition,
        },
      },
    });
  const allowed = () => iam.allows(iam.principalOf(String(state.arn)), "sqs:SendMessage", queueArn);
  await deny({ Bool: { "aws:SecureTransport": "false" } });
  expect(allowed()).toBe(true);
  await deny({ Bool: { "aws:SecureTransport": "true" } });
  expect(allowed()).toBe(false);
});
