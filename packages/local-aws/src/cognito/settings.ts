import * as t from "io-ts";
import { inputsOf, oneOf, textLike, wholeNumber } from "../inputs";
import { invalidParameter, unsupported } from "./errors";

// The settings of pools, clients and groups, under Cognito's own names. What is not listed is refused; what is listed
// as ignored changes nothing for users and clients.

const attributeDefinition = inputsOf(
  { Name: t.string },
  {
    AttributeDataType: oneOf("String", "Number", "DateTime", "Boolean"),
    DeveloperOnlyAttribute: t.boolean,
    Mutable: t.boolean,
    Required: t.boolean,
    NumberAttributeConstraints: inputsOf({}, { MinValue: t.string, MaxValue: t.string }),
    StringAttributeConstraints: inputsOf({}, { MinLength: t.string, MaxLength: t.string }),
  },
);
export type AttributeDefinition = t.TypeOf<typeof attributeDefinition>;

const passwordPolicy = inputsOf(
  {},
  {
    MinimumLength: wholeNumber(6, 99),
    RequireUppercase: t.boolean,
    RequireLowercase: t.boolean,
    RequireNumbers: t.boolean,
    RequireSymbols: t.boolean,
    TemporaryPasswordValidityDays: wholeNumber(0, 365),
  },
);
export type PasswordPolicy = t.TypeOf<typeof passwordPolicy>;

/** What UpdateUserPool replaces as a whole. */
export const changeablePoolSettings = {
  AccountRecoverySetting: t.UnknownRecord,
  AdminCreateUserConfig: inputsOf({}, { AllowAdminCreateUserOnly: t.boolean }, [
    "InviteMessageTemplate",
  ]),
  AutoVerifiedAttributes: t.array(oneOf("email")),
  DeletionProtection: oneOf("ACTIVE", "INACTIVE"),
  Policies: inputsOf({}, { PasswordPolicy: passwordPolicy }),
  UserAttributeUpdateSettings: inputsOf(
    {},
    { AttributesRequireVerificationBeforeUpdate: t.array(oneOf("email")) },
  ),
};

/** What stays as it is for a pool's whole life. */
export const lastingPoolSettings = {
  Schema: t.array(attributeDefinition),
  UsernameAttributes: t.array(oneOf("email")),
  UsernameConfiguration: inputsOf({ CaseSensitive: t.boolean }, {}),
};

/** E-mail is not sent here, and nothing is watched or billed. */
export const ignoredPoolSettings = [
  "EmailConfiguration",
  "UserPoolAddOns",
  "UserPoolTags",
  "UserPoolTier",
];

export const poolName = textLike(
  "1 to 128 letters, digits, spaces and +=,.@-",
  /^[\w\s+=,.@-]{1,128}$/,
);

export const userPoolSettings = inputsOf(
  { PoolName: poolName },
  { ...changeablePoolSettings, ...lastingPoolSettings },
  ignoredPoolSettings,
);
export type UserPoolSettings = t.TypeOf<typeof userPoolSettings>;

export const mfaSettings = inputsOf(
  {},
  {
    MfaConfiguration: oneOf("OFF", "ON", "OPTIONAL"),
    SoftwareTokenMfaConfiguration: inputsOf({}, { Enabled: t.boolean }),
  },
);
export type MfaSettings = t.TypeOf<typeof mfaSettings>;

const flow = oneOf(
  "ALLOW_ADMIN_USER_PASSWORD_AUTH",
  "ALLOW_CUSTOM_AUTH",
  "ALLOW_REFRESH_TOKEN_AUTH",
  "ALLOW_USER_PASSWORD_AUTH",
  "ALLOW_USER_SRP_AUTH",
);
export type Flow = t.TypeOf<typeof flow>;

const unit = oneOf("seconds", "minutes", "hours", "days");

export const changeableClientSettings = {
  AccessTokenValidity: wholeNumber(0, 86_400),
  AuthSessionValidity: wholeNumber(3, 15),
  EnableTokenRevocation: t.boolean,
  ExplicitAuthFlows: t.array(flow),
  IdTokenValidity: wholeNumber(0, 86_400),
  PreventUserExistenceErrors: oneOf("LEGACY", "ENABLED"),
  RefreshTokenValidity: wholeNumber(0, 315_360_000),
  TokenValidityUnits: inputsOf({}, { AccessToken: unit, IdToken: unit, RefreshToken: unit }),
};

export const appClientSettings = inputsOf({ ClientName: t.string }, changeableClientSettings);
export type AppClientSettings = t.TypeOf<typeof appClientSettings>;

export const groupName = textLike("1 to 128 characters", /^.{1,128}$/s);

export const groupSettings = {
  Description: t.string,
  Precedence: wholeNumber(0, 2_147_483_647),
};

/** The flows of a client for which none are named (API reference, CreateUserPoolClient). */
const defaultFlows: readonly Flow[] = [
  "ALLOW_REFRESH_TOKEN_AUTH",
  "ALLOW_USER_SRP_AUTH",
  "ALLOW_CUSTOM_AUTH",
];

export function flowsOf(settings: AppClientSettings): readonly Flow[] {
  return settings.ExplicitAuthFlows ?? defaultFlows;
}

const unitMs = { seconds: 1_000, minutes: 60_000, hours: 3_600_000, days: 86_400_000 };

/** How long each kind of token is valid, by its bounds in the API reference of CreateUserPoolClient. */
const validities = {
  AccessToken: { value: 1, unit: "hours", leastMs: 5 * unitMs.minutes, mostMs: unitMs.days },
  IdToken: { value: 1, unit: "hours", leastMs: 5 * unitMs.minutes, mostMs: unitMs.days },
  RefreshToken: { value: 30, unit: "days", leastMs: unitMs.hours, mostMs: 3650 * unitMs.days },
} as const;

export type TokenKind = keyof typeof validities;

export const tokenKinds = Object.keys(validities) as readonly TokenKind[];

/** A validity of 0 is none: Cognito's default counts, whatever the unit. */
export function validityOf(settings: AppClientSettings, kind: TokenKind) {
  const { value, unit: defaultUnit } = validities[kind];
  const given = settings[`${kind}Validity`];
  return given === undefined || given === 0
    ? { value, unit: defaultUnit }
    : { value: given, unit: settings.TokenValidityUnits?.[kind] ?? defaultUnit };
}

export function validityMs(settings: AppClientSettings, kind: TokenKind): number {
  const { value, unit: validityUnit } = validityOf(settings, kind);
  return value * unitMs[validityUnit];
}

/** Throws InvalidParameterException where the client's settings contradict each other or ask for what is not here. */
export function checkClientSettings(settings: AppClientSettings): void {
  if (flowsOf(settings).includes("ALLOW_CUSTOM_AUTH") && settings.ExplicitAuthFlows !== undefined) {
    throw unsupported("ALLOW_CUSTOM_AUTH");
  }
  for (const kind of tokenKinds) {
    const ms = validityMs(settings, kind);
    const { leastMs, mostMs } = validities[kind];
    if (ms < leastMs || ms > mostMs) {
      throw invalidParameter("Invalid range for token validity.");
    }
  }
}
