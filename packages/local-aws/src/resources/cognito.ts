import { isDeepStrictEqual } from "node:util";
import * as t from "io-ts";
import type { Cloud } from "../cloud";
import { arnOf } from "../cognito/describe";
import { inputsOf, resourceInputs } from "../inputs";
import { provisioner } from "./resource";

// A pool, a client and a group that were kept from an earlier run, under the same name, are used again, with the
// settings that the program has now.

type Settings = Readonly<Record<string, unknown>>;

/** Pulumi's names for Cognito's settings differ from Cognito's own in their first letter alone, with few exceptions. */
function cognitoNames(value: Settings): Settings;
function cognitoNames(value: unknown): unknown;
function cognitoNames(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.map(cognitoNames);
  }
  if (typeof value !== "object" || value === null) {
    return value;
  }
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [
      key.charAt(0).toUpperCase() + key.slice(1),
      cognitoNames(member),
    ]),
  );
}

const attribute = inputsOf(
  { name: t.string, attributeDataType: t.string },
  {
    developerOnlyAttribute: t.boolean,
    mutable: t.boolean,
    required: t.boolean,
    numberAttributeConstraints: inputsOf({}, { minValue: t.string, maxValue: t.string }),
    stringAttributeConstraints: inputsOf({}, { minLength: t.string, maxLength: t.string }),
  },
);

const passwordPolicy = inputsOf(
  {},
  {
    minimumLength: t.number,
    requireLowercase: t.boolean,
    requireNumbers: t.boolean,
    requireSymbols: t.boolean,
    requireUppercase: t.boolean,
    temporaryPasswordValidityDays: t.number,
  },
);

const recoveryMechanism = inputsOf({ name: t.string, priority: t.number }, {});

const poolInputs = resourceInputs(
  {},
  {
    name: t.string,
    accountRecoverySetting: inputsOf({}, { recoveryMechanisms: t.array(recoveryMechanism) }),
    adminCreateUserConfig: inputsOf({}, { allowAdminCreateUserOnly: t.boolean }, [
      // Messages have Cognito's own words here.
      "inviteMessageTemplate",
    ]),
    autoVerifiedAttributes: t.array(t.string),
    deletionProtection: t.string,
    mfaConfiguration: t.string,
    passwordPolicy,
    schemas: t.array(attribute),
    softwareTokenMfaConfiguration: inputsOf({ enabled: t.boolean }, {}),
    userAttributeUpdateSettings: inputsOf(
      { attributesRequireVerificationBeforeUpdates: t.array(t.string) },
      {},
    ),
    usernameAttributes: t.array(t.string),
    usernameConfiguration: inputsOf({}, { caseSensitive: t.boolean }),
  },
  // Nobody attacks it here, and nothing is billed.
  ["userPoolAddOns", "userPoolTier"],
);

type PoolInputs = t.TypeOf<typeof poolInputs>;

/** The settings as Cognito's operations take them: those that last for a pool's life, those that do not, and MFA's. */
function poolSettings({ name: _, ...inputs }: PoolInputs) {
  const { schemas, usernameAttributes, usernameConfiguration, ...changeable } = inputs;
  const { passwordPolicy: policy, userAttributeUpdateSettings: updates, ...others } = changeable;
  const { mfaConfiguration = "OFF", softwareTokenMfaConfiguration, ...named } = others;
  return {
    lasting: cognitoNames({
      ...(schemas && { schema: schemas }),
      ...(usernameAttributes && { usernameAttributes }),
      ...(usernameConfiguration && { usernameConfiguration }),
    }),
    changeable: cognitoNames({
      ...named,
      ...(policy && { policies: { passwordPolicy: policy } }),
      ...(updates && {
        userAttributeUpdateSettings: {
          attributesRequireVerificationBeforeUpdate:
            updates.attributesRequireVerificationBeforeUpdates,
        },
      }),
    }),
    mfa: cognitoNames({
      mfaConfiguration,
      ...(softwareTokenMfaConfiguration && { softwareTokenMfaConfiguration }),
    }),
  };
}

/** Throws where the program's pool is another than the kept one, so that AWS would replace it and lose its users. */
function refuseReplacement(name: string, kept: Settings, wanted: Settings): void {
  const names = ["Schema", "UsernameAttributes", "UsernameConfiguration"];
  const changed = names.find((setting) => !isDeepStrictEqual(kept[setting], wanted[setting]));
  if (changed !== undefined) {
    throw new Error(
      `user pool ${name}: ${changed} differs from that of the pool in the data folder, which would have to be replaced together with its users: use another folder`,
    );
  }
}

/** aws.cognito.UserPool */
export const userPool = provisioner("user pool", poolInputs, async (name, inputs, cloud) => {
  const { cognito, region } = cloud;
  const { lasting, changeable, mfa } = poolSettings(inputs);
  const kept = cognito.pools.all().find(({ settings }) => settings.PoolName === name);
  if (kept !== undefined) {
    refuseReplacement(name, kept.settings, lasting);
    await cognito.administer("UpdateUserPool", { UserPoolId: kept.id, ...changeable });
  }
  const id = kept?.id ?? (await createPool(cloud, { PoolName: name, ...lasting, ...changeable }));
  await cognito.administer("SetUserPoolMfaConfig", { UserPoolId: id, ...mfa });
  const { host } = new URL(cognito.endpoint);
  return { id, state: { name, arn: arnOf(region, id), endpoint: `${host}/${id}` } };
});

async function createPool({ cognito }: Cloud, settings: Settings): Promise<string> {
  const made = await cognito.administer("CreateUserPool", settings);
  return (made.UserPool as { readonly Id: string }).Id;
}

const units = inputsOf({}, { accessToken: t.string, idToken: t.string, refreshToken: t.string });

const clientInputs = resourceInputs(
  { userPoolId: t.string },
  {
    name: t.string,
    accessTokenValidity: t.number,
    authSessionValidity: t.number,
    enableTokenRevocation: t.boolean,
    explicitAuthFlows: t.array(t.string),
    generateSecret: t.boolean,
    idTokenValidity: t.number,
    preventUserExistenceErrors: t.string,
    refreshTokenValidity: t.number,
    tokenValidityUnits: units,
  },
);

/** aws.cognito.UserPoolClient */
export const userPoolClient = provisioner(
  "user pool client",
  clientInputs,
  async (name, { name: _, generateSecret, ...inputs }, { cognito }) => {
    const settings = { ClientName: name, ...cognitoNames(inputs) };
    const kept = cognito.pools
      .get(inputs.userPoolId)
      .clients.find((client) => client.settings.ClientName === name);
    const made =
      kept === undefined
        ? await cognito.administer("CreateUserPoolClient", {
            ...settings,
            GenerateSecret: generateSecret,
          })
        : await cognito.administer("UpdateUserPoolClient", { ...settings, ClientId: kept.id });
    return {
      id: (made.UserPoolClient as { readonly ClientId: string }).ClientId,
      state: { name },
    };
  },
);

const groupInputs = resourceInputs(
  { userPoolId: t.string },
  { name: t.string, description: t.string, precedence: t.number },
);

/** aws.cognito.UserGroup */
export const userGroup = provisioner(
  "user group",
  groupInputs,
  async (name, { name: _, ...inputs }, { cognito }) => {
    const { groups } = cognito.pools.get(inputs.userPoolId);
    const isKept = groups.some(({ settings }) => settings.GroupName === name);
    await cognito.administer(isKept ? "UpdateGroup" : "CreateGroup", {
      GroupName: name,
      ...cognitoNames(inputs),
    });
    return { id: `${inputs.userPoolId}/${name}`, state: { name } };
  },
);
