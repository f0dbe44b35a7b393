import { localAccountId } from "../iam/iam";
import type { AppClient, Group, User, UserPool } from "./model";
import { defaultPolicy } from "./password-policy";
import { flowsOf, tokenKinds, validityOf } from "./settings";

// Pools, clients, groups and users as Cognito's API shows them. Its moments are seconds since 1970.

const seconds = (ms: number): number => ms / 1_000;

export function arnOf(region: string, poolId: string): string {
  return `arn:aws:cognito-idp:${region}:${localAccountId}:userpool/${poolId}`;
}

export function describePool(region: string, pool: UserPool): Readonly<Record<string, unknown>> {
  const { PoolName, Schema, Policies, ...settings } = pool.settings;
  return {
    ...settings,
    Id: pool.id,
    Name: PoolName,
    Arn: arnOf(region, pool.id),
    SchemaAttributes: Schema ?? [],
    Policies: { PasswordPolicy: Policies?.PasswordPolicy ?? defaultPolicy },
    MfaConfiguration: pool.mfa.MfaConfiguration ?? "OFF",
    EstimatedNumberOfUsers: pool.users.length,
    CreationDate: seconds(pool.createdAt),
    LastModifiedDate: seconds(pool.modifiedAt),
  };
}

export function describeClient(
  pool: UserPool,
  client: AppClient,
): Readonly<Record<string, unknown>> {
  const validities = tokenKinds.map((kind) => [kind, validityOf(client.settings, kind)] as const);
  return {
    ...client.settings,
    ClientId: client.id,
    UserPoolId: pool.id,
    ExplicitAuthFlows: flowsOf(client.settings),
    EnableTokenRevocation: client.settings.EnableTokenRevocation ?? true,
    ...Object.fromEntries(validities.map(([kind, { value }]) => [`${kind}Validity`, value])),
    TokenValidityUnits: Object.fromEntries(validities.map(([kind, { unit }]) => [kind, unit])),
    CreationDate: seconds(client.createdAt),
    LastModifiedDate: seconds(client.modifiedAt),
  };
}

export function describeGroup(pool: UserPool, group: Group): Readonly<Record<string, unknown>> {
  return {
    ...group.settings,
    UserPoolId: pool.id,
    CreationDate: seconds(group.createdAt),
    LastModifiedDate: seconds(group.modifiedAt),
  };
}

/** As lists show a user. */
export function describeUser(
  user: User,
  names?: readonly string[],
): Readonly<Record<string, unknown>> {
  const attributes = attributesOf(user);
  return {
    Username: user.username,
    Attributes:
      names === undefined ? attributes : attributes.filter(({ Name }) => names.includes(Name)),
    ...stateOf(user),
  };
}

/** As AdminGetUser shows it. */
export function describeUserFully(user: User): Readonly<Record<string, unknown>> {
  return {
    Username: user.username,
    UserAttributes: attributesOf(user),
    ...stateOf(user),
    ...describeMfa(user),
  };
}

export function describeMfa({ totp }: User): Readonly<Record<string, unknown>> {
  return totp?.enabled !== true
    ? {}
    : {
        UserMFASettingList: ["SOFTWARE_TOKEN_MFA"],
        ...(totp.preferred && { PreferredMfaSetting: "SOFTWARE_TOKEN_MFA" }),
      };
}

export function attributesOf({ sub, attributes }: User) {
  return [{ Name: "sub", Value: sub }, ...attributes];
}

function stateOf(user: User) {
  return {
    UserCreateDate: seconds(user.createdAt),
    UserLastModifiedDate: seconds(user.modifiedAt),
    Enabled: user.enabled,
    UserStatus: user.status,
  };
}
