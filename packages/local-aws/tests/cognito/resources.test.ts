import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Cloud } from "../../src/cloud";
import { provision } from "../../src/resources";
import { region, startWorld, type World } from "./harness";

let folder: string;
let world: World;
// The part of the cloud that these resources need.
let cloud: Cloud;

async function start(): Promise<void> {
  world = await startWorld(folder);
  cloud = { region, cognito: world.cognito, progress: () => {} } as unknown as Cloud;
}
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "cognito-resources-"));
  await start();
});
afterAll(async () => {
  await world.stop();
  await rm(folder, { recursive: true });
});

const make = (type: string, name: string, inputs: Readonly<Record<string, unknown>>) =>
  provision({ type: `aws:cognito/${type}`, name, inputs, custom: true }, cloud);

const pool = {
  usernameAttributes: ["email"],
  usernameConfiguration: { caseSensitive: false },
  passwordPolicy: { minimumLength: 8, requireNumbers: true },
};

describe("a program's user pool", () => {
  it("has the program's settings, its authenticators, clients and groups", async () => {
    const { id, state } = await make("userPool:UserPool", "people", {
      ...pool,
      mfaConfiguration: "OPTIONAL",
      softwareTokenMfaConfiguration: { enabled: true },
      userAttributeUpdateSettings: { attributesRequireVerificationBeforeUpdates: ["email"] },
    });
    const { host } = new URL(world.cognito.endpoint);
    expect(state).toMatchObject({
      name: "people",
      arn: `arn:aws:cognito-idp:${region}:000000000000:userpool/${id}`,
      endpoint: `${host}/${id}`,
    });
    const client = await make("userPoolClient:UserPoolClient", "app", {
      userPoolId: id,
      generateSecret: false,
      explicitAuthFlows: ["ALLOW_USER_SRP_AUTH"],
    });
    await make("userGroup:UserGroup", "operators", { userPoolId: id, description: "all" });
    expect(world.cognito.pools.get(id)).toMatchObject({
      settings: {
        PoolName: "people",
        Policies: { PasswordPolicy: { MinimumLength: 8, RequireNumbers: true } },
        UserAttributeUpdateSettings: { AttributesRequireVerificationBeforeUpdate: ["email"] },
      },
      mfa: { MfaConfiguration: "OPTIONAL", SoftwareTokenMfaConfiguration: { Enabled: true } },
      clients: [{ id: client.id, settings: { ExplicitAuthFlows: ["ALLOW_USER_SRP_AUTH"] } }],
      groups: [{ settings: { GroupName: "operators", Description: "all" } }],
    });
  });

  it("is the kept one at the next start, with the settings that the program has then", async () => {
    const before = world.cognito.pools.all();
    await world.stop();
    await start();
    const { id } = await make("userPool:UserPool", "people", {
      ...pool,
      passwordPolicy: { minimumLength: 20 },
    });
    const client = await make("userPoolClient:UserPoolClient", "app", {
      userPoolId: id,
      accessTokenValidity: 2,
    });
    await make("userGroup:UserGroup", "operators", { userPoolId: id });
    const [after] = world.cognito.pools.all();
    expect(id).toBe(before[0]?.id);
    expect(client.id).toBe(before[0]?.clients[0]?.id);
    expect(after).toMatchObject({
      settings: { Policies: { PasswordPolicy: { MinimumLength: 20 } } },
      mfa: { MfaConfiguration: "OFF" },
      clients: [{ settings: { AccessTokenValidity: 2 } }],
    });
    expect(after?.settings).not.toHaveProperty("UserAttributeUpdateSettings");
    expect(after?.groups).toHaveLength(1);
  });

  it("is refused where AWS would replace the kept one together with its users", async () => {
    await expect(
      make("userPool:UserPool", "people", { ...pool, usernameAttributes: [] }),
    ).rejects.toThrow("user pool people: UsernameAttributes differs from that of the pool");
  });

  it.each([
    ["lambdaConfig", { lambdaConfig: { preSignUp: "arn" } }],
    ["minimumLength", { passwordPolicy: { minimumLength: 3 } }],
    ["SoftwareTokenMfaConfiguration", { mfaConfiguration: "ON" }],
  ])(
    "is refused for a setting that does nothing here, or that Cognito refuses: %s",
    async (name, inputs) => {
      await expect(make("userPool:UserPool", "others", inputs)).rejects.toThrow(
        new RegExp(name, "i"),
      );
    },
  );
});
