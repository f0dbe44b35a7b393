import { describe, expect, it } from "vitest";
import type { Cloud } from "../src/cloud";
import { Iam } from "../src/iam/iam";
import type { Step } from "../src/progress";
import { provision, type Registration } from "../src/resources";

const region = "eu-central-1";
const steps: Step[] = [];
// The part of the cloud that these resources need.
const cloud = {
  region,
  iam: new Iam({ region }),
  progress: (step: Step) => steps.push(step),
} as unknown as Cloud;

const make = (type: string, inputs: Registration["inputs"], custom = true) =>
  provision({ type, name: "mine", inputs, custom }, cloud);

const assumeRolePolicy = JSON.stringify({
  Version: "2012-10-17",
  Statement: [
    { Effect: "Allow", Principal: { Service: "lambda.amazonaws.com" }, Action: "sts:AssumeRole" },
  ],
});

describe("a resource", () => {
  it("is created on its engine and reported as progress", async () => {
    expect(await make("aws:iam/role:Role", { assumeRolePolicy })).toEqual({
      id: "mine",
      state: { assumeRolePolicy, name: "mine", arn: "arn:aws:iam::000000000000:role/mine" },
    });
    expect(steps).toEqual([{ resource: "mine", type: "aws:iam/role:Role" }]);
  });

  it("is rejected if its type is unsupported, as is a component of another package", async () => {
    const refusal = (type: string) => `mine: the resource type ${type} is not supported locally`;
    await expect(make("aws:s3/bucket:Bucket", {})).rejects.toThrow(refusal("aws:s3/bucket:Bucket"));
    await expect(make("awsx:ec2:Vpc", {}, false)).rejects.toThrow(refusal("awsx:ec2:Vpc"));
  });

  it.each(["shop:index:Group", "other-project:index:Group", "pulumi:pulumi:Stack"])(
    "passes where it only groups others: %s",
    async (type) => {
      expect(await make(type, { a: 1 }, false)).toEqual({ id: "", state: { a: 1 } });
    },
  );

  it.each([
    ["aws:iam/role:Role", { assumeRolePolicy, maxSessionDuration: 7200 }, "maxSessionDuration"],
    ["aws:dynamodb/table:Table", { hashKey: "id", ttl: { enabled: true } }, "ttl"],
    ["aws:cognito/userPool:UserPool", { mfaConfiguration: "ON" }, "mfaConfiguration"],
    ["aws:cognito/userPoolClient:UserPoolClient", { callbackUrls: [] }, "callbackUrls"],
    ["aws:lambda/function:Function", { layers: [] }, "layers"],
    ["aws:sqs/queue:Queue", { fifoQueue: true }, "fifoQueue"],
  ])("is rejected for an input without local effect: %s", async (type, inputs, input) => {
    await expect(make(type, inputs)).rejects.toThrow(
      `the input "${input}" is not supported locally`,
    );
  });
});
