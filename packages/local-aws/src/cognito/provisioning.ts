import { type Input, ServiceError } from "../aws-json";

/**
 * What pools and clients are made from. cognito-local drops what it does not know without a word, and keeps settings
 * that it never acts on: inputs that change what users or clients see are refused unless they are true here.
 */
const known: Readonly<Record<string, readonly string[]>> = {
  CreateUserPool: [
    "PoolName",
    "Policies",
    "AdminCreateUserConfig",
    "AutoVerifiedAttributes",
    "Schema",
    "UsernameAttributes",
    "UsernameConfiguration",
    // These change nothing for a user who is already there; deleting pools is not offered.
    "AccountRecoverySetting",
    "DeletionProtection",
    "EmailConfiguration",
    "MfaConfiguration",
    "UserPoolAddOns",
    "UserPoolTags",
    "UserPoolTier",
  ],
  CreateUserPoolClient: [
    "UserPoolId",
    "ClientName",
    "ExplicitAuthFlows",
    "PreventUserExistenceErrors",
    "AccessTokenValidity",
    "IdTokenValidity",
    "RefreshTokenValidity",
    "TokenValidityUnits",
    "GenerateSecret",
    "RefreshTokenRotation",
    // Revoking tokens is not offered.
    "EnableTokenRevocation",
  ],
  CreateGroup: ["UserPoolId", "GroupName", "Description", "Precedence"],
};

/** Checks and completes the input of an operation that makes something; the others pass unchanged. */
export function provisioned(operation: string, input: Input): Input {
  const names = known[operation];
  const unknown = Object.keys(input).find((name) => names !== undefined && !names.includes(name));
  if (unknown !== undefined) {
    throw unsupported(`${operation} with ${unknown}`);
  }
  if (operation === "CreateUserPool") {
    if ((input.MfaConfiguration ?? "OFF") !== "OFF") {
      throw unsupported("multi-factor authentication");
    }
    const { UsernameAttributes = [] } = input as { UsernameAttributes?: readonly string[] };
    if (UsernameAttributes.some((name) => name !== "email")) {
      throw unsupported(`UsernameAttributes ${UsernameAttributes.join(", ")}`);
    }
  }
  return operation === "CreateUserPoolClient" ? completeClient(input) : input;
}

/** The allowed flows of a client that names none (API reference, CreateUserPoolClient). */
const defaultFlows = ["ALLOW_REFRESH_TOKEN_AUTH", "ALLOW_USER_SRP_AUTH", "ALLOW_CUSTOM_AUTH"];

const kinds = ["AccessToken", "IdToken", "RefreshToken"] as const;

function completeClient(input: Input): Input {
  const { ExplicitAuthFlows = defaultFlows } = input as { ExplicitAuthFlows?: readonly string[] };
  const legacy = ExplicitAuthFlows.find((flow) => !flow.startsWith("ALLOW_"));
  if (legacy !== undefined) {
    throw unsupported(`the legacy flow ${legacy}`);
  }
  if (input.GenerateSecret === true) {
    throw unsupported("an app client with a secret");
  }
  const rotation = input.RefreshTokenRotation as { Feature?: string } | undefined;
  if (rotation?.Feature === "ENABLED") {
    throw unsupported("RefreshTokenRotation");
  }
  return { ...input, ExplicitAuthFlows, ...validity(input) };
}

/** cognito-local's own defaults are not Cognito's: 24 hours, and minutes as the unit of id tokens. */
function validity(input: Input): Input {
  const units = (input.TokenValidityUnits ?? {}) as Readonly<Record<string, string | undefined>>;
  const completed = kinds.map((kind) => {
    const isRefresh = kind === "RefreshToken";
    const given = input[`${kind}Validity`];
    return given === undefined || given === 0
      ? ([kind, isRefresh ? 30 : 1, isRefresh ? "days" : "hours"] as const)
      : ([kind, given, units[kind] ?? (isRefresh ? "days" : "hours")] as const);
  });
  return {
    ...Object.fromEntries(completed.map(([kind, value]) => [`${kind}Validity`, value])),
    TokenValidityUnits: Object.fromEntries(completed.map(([kind, , unit]) => [kind, unit])),
  };
}

const unsupported = (what: string): ServiceError =>
  new ServiceError("InvalidParameterException", `${what} is not supported by the local Cognito`);
