import * as t from "io-ts";
import { ServiceError } from "../../aws-json";
import { inputsOf } from "../../inputs";
import { codeMismatch, expiredCode, invalidParameter, notAuthorized } from "../errors";
import type { User, UserPool } from "../model";
import { matchingStep, newSecret } from "../totp";
import { putUser, requireUser } from "../users";
import { type Cognito, type Operations, operation } from "./operation";

/** The user, whose authenticator has shown a code: it does not count again. */
export function proveTotp(user: User, code: string): User {
  const { totp } = user;
  const step = totp && matchingStep(totp.secret, code, Date.now());
  if (totp === undefined || step === undefined) {
    throw codeMismatch("Invalid code received for user");
  }
  if (step <= totp.lastStep) {
    throw expiredCode("Your software token has already been used once.");
  }
  return { ...user, totp: { ...totp, lastStep: step } };
}

const bySessionOrToken = { AccessToken: t.string, Session: t.string };

/** Whose authenticator it is: a signed-in user's, or that of a user who has to set one up to sign in. */
function userOf(
  { tokens, challenges, pools }: Cognito,
  { AccessToken, Session }: { readonly AccessToken?: string; readonly Session?: string },
): { readonly pool: UserPool; readonly user: User } {
  if (AccessToken !== undefined) {
    return tokens.holder(AccessToken);
  }
  if (Session === undefined) {
    throw invalidParameter("Either AccessToken or Session is required");
  }
  const { poolId, sub, step } = challenges.find(Session);
  const pool = pools.get(poolId);
  const user = pool.users.find((one) => one.sub === sub);
  if (step.name !== "MFA_SETUP" || user === undefined) {
    throw notAuthorized("Invalid session for the user.");
  }
  return { pool, user };
}

const associate = operation(inputsOf({}, bySessionOrToken), async (input, cognito) => {
  const { pool } = userOf(cognito, input);
  if (pool.mfa.SoftwareTokenMfaConfiguration?.Enabled !== true) {
    throw new ServiceError(
      "SoftwareTokenMFANotFoundException",
      "Software Token MFA has not been enabled by the userPool.",
    );
  }
  const SecretCode = newSecret();
  await cognito.pools.change(pool.id, (current) => {
    const { user: found } = userOf(cognito, input);
    return { pool: putUser(current, { ...found, pendingTotp: SecretCode }), answer: undefined };
  });
  const Session =
    input.Session &&
    cognito.challenges.continue(input.Session, { name: "MFA_SETUP", verified: false });
  return { SecretCode, ...(Session && { Session }) };
});

const verify = operation(
  inputsOf({ UserCode: t.string }, bySessionOrToken, ["FriendlyDeviceName"]),
  async (input, cognito) => {
    const { pool } = userOf(cognito, input);
    await cognito.pools.change(pool.id, (current) => {
      const { user: found } = userOf(cognito, input);
      const secret = found.pendingTotp;
      const step = secret && matchingStep(secret, input.UserCode, Date.now());
      if (secret === undefined || typeof step !== "number") {
        if (input.Session !== undefined) {
          cognito.challenges.fail(input.Session);
        }
        throw new ServiceError("EnableSoftwareTokenMFAException", "Code mismatch");
      }
      const { pendingTotp: _, ...others } = found;
      // A token that sign-in has asked for is asked for from now on; otherwise the user says so.
      const enabled = input.Session !== undefined;
      const totp = { secret, lastStep: step, enabled, preferred: enabled };
      return { pool: putUser(current, { ...others, totp }), answer: undefined };
    });
    const Session =
      input.Session &&
      cognito.challenges.continue(input.Session, { name: "MFA_SETUP", verified: true });
    return { Status: "SUCCESS", ...(Session && { Session }) };
  },
);

const preference = inputsOf({}, { Enabled: t.boolean, PreferredMfa: t.boolean });
const preferences = { SoftwareTokenMfaSettings: preference };
/** Factors that are not offered here may be left off, and no more. */
const offOnly = inputsOf({}, { Enabled: t.literal(false), PreferredMfa: t.literal(false) });
const otherFactors = { EmailMfaSettings: offOnly, SMSMfaSettings: offOnly };

function withPreference(
  user: User,
  { Enabled, PreferredMfa }: { readonly Enabled?: boolean; readonly PreferredMfa?: boolean } = {},
): User {
  if (user.totp === undefined) {
    if (Enabled === true || PreferredMfa === true) {
      throw invalidParameter("User has not verified software token mfa");
    }
    return user;
  }
  const enabled = Enabled ?? user.totp.enabled;
  const preferred = enabled && (PreferredMfa ?? user.totp.preferred);
  return { ...user, totp: { ...user.totp, enabled, preferred } };
}

const setPreference = operation(
  inputsOf({ AccessToken: t.string }, { ...preferences, ...otherFactors }),
  ({ AccessToken, SoftwareTokenMfaSettings }, { tokens, pools }) =>
    pools.change(tokens.holder(AccessToken).pool.id, (pool) => {
      const { user } = tokens.holder(AccessToken);
      return {
        pool: putUser(pool, withPreference(user, SoftwareTokenMfaSettings)),
        answer: undefined,
      };
    }),
);

/** Setting an authenticator up. */
export const authenticatorOperations: Operations = {
  AssociateSoftwareToken: associate,
  VerifySoftwareToken: verify,
  SetUserMFAPreference: setPreference,
};

export const adminAuthenticatorOperations: Operations = {
  AdminSetUserMFAPreference: operation(
    inputsOf({ UserPoolId: t.string, Username: t.string }, { ...preferences, ...otherFactors }),
    ({ UserPoolId, Username, SoftwareTokenMfaSettings }, { pools }) =>
      pools.change(UserPoolId, (pool) => {
        const user = requireUser(pool, Username);
        return {
          pool: putUser(pool, withPreference(user, SoftwareTokenMfaSettings)),
          answer: undefined,
        };
      }),
  ),
};
