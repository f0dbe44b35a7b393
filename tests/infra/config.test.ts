import { readStackConfig } from "local-aws";
import { describe, expect, it } from "vitest";
import { decodeConfig } from "../../infra/config";

const faultsOf = (changes: Record<string, string | undefined>, region?: string) => {
  const values = Object.entries({ ...readStackConfig("dev").values, ...changes }).flatMap(
    ([key, value]) => (value === undefined ? [] : [[key, value]]),
  );
  const config = decodeConfig("event-ledger", region, Object.fromEntries(values));
  return config._tag === "Left" ? config.left : [];
};

describe("a stack's configuration", () => {
  it("is decoded into typed values", () => {
    const config = decodeConfig("event-ledger", "eu-central-1", readStackConfig("prod").values);
    expect(config).toEqual({
      _tag: "Right",
      right: {
        region: "eu-central-1",
        keepData: true,
        breakGlassRoleArn: undefined,
        allowReplacement: false,
        passwordSignIn: false,
        mfa: "ON",
        userPoolTier: "ESSENTIALS",
        threatProtection: "OFF",
        introspection: false,
        queryDepthLimit: 6,
        resolverCountLimit: 20,
        logLevel: "INFO",
        logRetentionDays: 365,
        auditTrail: true,
        auditLockDays: 365,
        firewall: true,
        requestsPerAddress: 2000,
        alarmRecipients: [],
        parallelizationFactor: 10,
        projectorConcurrency: 0,
        maxReadUnits: 0,
        maxWriteUnits: 0,
        backup: true,
        backupRetentionDays: 365,
      },
    });
  });

  it.each([
    ["passwordSignIn", "true", "clients would send passwords as they are"],
    ["mfa", "OFF", "whoever learns a password has the user's accounts"],
    ["introspection", "true", "every signed-in user could read the operators' part of the schema"],
  ])("may not have %s %s where the data is kept", (setting, value, reason) => {
    const dangerous = { [`event-ledger:${setting}`]: value };
    const others = { passwordSignIn: "false", introspection: "false", mfa: "ON" };
    const safe = Object.fromEntries(
      Object.entries(others).map(([key, value]) => [`event-ledger:${key}`, value]),
    );
    const faults = faultsOf(
      { ...safe, "event-ledger:keepData": "true", ...dangerous },
      "eu-central-1",
    );
    expect(faults).toEqual([
      expect.stringContaining(
        `event-ledger:${setting} is ${value} in a stack that keeps its data (keepData): ${reason}`,
      ),
    ]);
    expect(faultsOf(dangerous, "eu-central-1")).toEqual([]);
  });

  it("leaves other namespaces alone", () => {
    expect(faultsOf({ "aws:profile": "somebody" }, "eu-central-1")).toEqual([]);
  });

  it("reports all its faults at once, with the key, the value found and the values allowed", () => {
    const faults = faultsOf({
      "event-ledger:keepData": "yes",
      "event-ledger:queryDepthLimit": "76",
      "event-ledger:resolverCountLimit": "1e3",
      "event-ledger:logLevel": undefined,
      "event-ledger:logRetentionDays": "8",
      "event-ledger:colour": "red",
    });
    expect(faults).toEqual([
      "aws:region is not set; allowed: the name of an AWS region",
      expect.stringMatching(
        /^event-ledger:colour is not a setting of this project; its settings: keepData, .*requestsPerAddress, .*/,
      ),
      'event-ledger:keepData is "yes"; allowed: true, false',
      'event-ledger:queryDepthLimit is "76"; allowed: a whole number from 1 to 75',
      'event-ledger:resolverCountLimit is "1e3"; allowed: a whole number from 10 to 10000',
      "event-ledger:logLevel is not set; allowed: DEBUG, INFO, WARN, ERROR",
      expect.stringMatching(/^event-ledger:logRetentionDays is "8"; allowed: 1, 3, 5, 7, .*3653$/),
    ]);
  });

  it.each([
    ["none", []],
    ["arn:aws:iam::123456789012:role/break-glass", []],
    ["break-glass", ["the ARN of an IAM role, or none"]],
    ["arn:aws:iam::123456789012:user/anna", ["the ARN of an IAM role, or none"]],
  ])("takes the role %s: %j", (role, allowed) => {
    expect(faultsOf({ "event-ledger:breakGlassRoleArn": role }, "eu-central-1")).toEqual(
      allowed.map((each) => `event-ledger:breakGlassRoleArn is "${role}"; allowed: ${each}`),
    );
  });

  it("has no threat protection without the plan that offers it", () => {
    const faults = (userPoolTier: string) =>
      faultsOf(
        {
          "event-ledger:threatProtection": "ENFORCED",
          "event-ledger:userPoolTier": userPoolTier,
        },
        "eu-central-1",
      );
    expect(faults("PLUS")).toEqual([]);
    expect(faults("LITE")).toEqual([
      'event-ledger:userPoolTier is "LITE" with a threatProtection of ENFORCED; allowed: PLUS',
    ]);
  });

  it.each(["", "a@example.com", '["a@example.com", "b"]', "[1]", '{"a": "a@example.com"}'])(
    "takes only a list of addresses for recipients: %j",
    (recipients) => {
      expect(faultsOf({ "event-ledger:alarmRecipients": recipients }, "eu-central-1")).toEqual([
        `event-ledger:alarmRecipients is ${JSON.stringify(recipients)}; allowed: a list of e-mail addresses, such as ["a@example.com"]`,
      ]);
    },
  );

  it.each(["0", "-1", "1.5", "", " 7", "seven"])("allows no depth of %j", (depth) => {
    expect(faultsOf({ "event-ledger:queryDepthLimit": depth }, "eu-central-1")).toHaveLength(1);
  });
});
