import { type Input, ServiceError } from "../aws-json";
import { findUnknown } from "../inputs";

/**
 * The supported inputs of pools, clients and groups. cognito-local silently drops unknown inputs and stores settings
 * that it never applies. Inputs that change the behaviour for users or clients are therefore rejected unless supported.
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
    // No effect on an existing user. Deleting pools is not supported.
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
    // Revoking tokens is not supported.
    "EnableTokenRevocation",
  ],
  CreateGroup: ["UserPoolId", "GroupName", "Description", "Precedence"],
};

/** Validates and completes the input of an operation that creates a resource. Other inputs pass unchanged. */
export function completeInput(operation: string, input: Input): Input {
  const names = known[operation];
  const unknown = names && findUnknown(input, names);
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

/** The default flows of a client (API reference, CreateUserPoolClient). */
const defaultFlows = ["ALLOW_REFRESH_TOKEN_AUTH", "ALLOW_USER_SRP_AUTH", "ALLOW_CUSTOM_AUTH"];

const tokenKinds = ["AccessToken", "IdToken", "RefreshToken"] as const;

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

/** Sets Cognito's defaults. cognito-local's differ: 24 hours, and minutes as the unit of id tokens. */
function validity(input: Input): Input {
  const units = (input.TokenValidityUnits ?? {}) as Readonly<Record<string, string | undefined>>;
  const completed = tokenKinds.map((kind) => {
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

function unsupported(what: string): ServiceError {
  return new ServiceError(
    "InvalidParameterException",
    `${what} is not supported by the local Cognito`,
  );
}
