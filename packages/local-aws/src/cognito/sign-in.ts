import { ServiceError } from "../aws-json";
import { missingAttributes } from "./attributes";
import type { Step } from "./challenges";
import { notAuthorized } from "./errors";
import type { AppClient, User, UserPool } from "./model";
import type { Cognito } from "./operations/operation";
import type { TokenSet } from "./tokens";
import type { Change } from "./user-pools";
import { putUser } from "./users";

/** What a client gets: the next challenge, or the tokens. */
export type Answer =
  | {
      readonly ChallengeName: Step["name"];
      readonly Session?: string;
      readonly ChallengeParameters: Readonly<Record<string, string>>;
    }
  | {
      readonly ChallengeParameters: Readonly<Record<string, never>>;
      readonly AuthenticationResult: TokenSet;
    };

/** Signs a user in who has shown the password, and the code of an authenticator where `mfaIsDone`. */
export function proceed(
  cognito: Cognito,
  pool: UserPool,
  client: AppClient,
  user: User,
  mfaIsDone = false,
): Change<Answer> {
  refuseUnlessActive(user);
  const step = nextStep(pool, user, mfaIsDone);
  if (step === undefined) {
    const { pool: next, tokens } = cognito.tokens.signIn(pool, client, user);
    return { pool: next, answer: { ChallengeParameters: {}, AuthenticationResult: tokens } };
  }
  const answer: Answer = {
    ChallengeName: step.name,
    Session: cognito.challenges.issue(pool, client, user.sub, step),
    ChallengeParameters: parametersOf(step, pool, user),
  };
  // What the user has answered so far counts, such as a new password.
  return { pool: putUser(pool, user), answer };
}

/** New tokens of a sign-in, as long as the user may sign in. */
export function refresh(
  cognito: Cognito,
  pool: UserPool,
  client: AppClient,
  token: string,
): Answer {
  const { user, session } = cognito.tokens.refreshed(pool, client, token);
  refuseUnlessActive(user);
  if (session.revoked) {
    throw notAuthorized("Refresh Token has been revoked");
  }
  if (session.endsAt <= Date.now()) {
    throw notAuthorized("Refresh Token has expired");
  }
  return {
    ChallengeParameters: {},
    AuthenticationResult: cognito.tokens.issue(pool, client, user, session),
  };
}

function refuseUnlessActive(user: User): void {
  if (!user.enabled) {
    throw notAuthorized("User is disabled.");
  }
  if (user.status === "UNCONFIRMED") {
    throw new ServiceError("UserNotConfirmedException", "User is not confirmed.");
  }
  if (user.status === "RESET_REQUIRED") {
    throw new ServiceError(
      "PasswordResetRequiredException",
      "Password reset required for the user",
    );
  }
  if (user.status === "FORCE_CHANGE_PASSWORD" && (user.passwordEndsAt ?? 0) < Date.now()) {
    throw notAuthorized("Temporary password has expired and must be reset by an administrator.");
  }
}

function nextStep(pool: UserPool, user: User, mfaIsDone: boolean): Step | undefined {
  if (user.status === "FORCE_CHANGE_PASSWORD") {
    return { name: "NEW_PASSWORD_REQUIRED" };
  }
  const { MfaConfiguration = "OFF" } = pool.mfa;
  if (mfaIsDone || MfaConfiguration === "OFF") {
    return undefined;
  }
  if (user.totp !== undefined && (user.totp.enabled || MfaConfiguration === "ON")) {
    return { name: "SOFTWARE_TOKEN_MFA" };
  }
  return MfaConfiguration === "ON" ? { name: "MFA_SETUP", verified: false } : undefined;
}

function parametersOf(step: Step, pool: UserPool, user: User): Readonly<Record<string, string>> {
  const USER_ID_FOR_SRP = user.username;
  switch (step.name) {
    case "NEW_PASSWORD_REQUIRED":
      return {
        USER_ID_FOR_SRP,
        requiredAttributes: JSON.stringify(
          missingAttributes(pool, user).map((name) => `userAttributes.${name}`),
        ),
        userAttributes: JSON.stringify(
          Object.fromEntries(user.attributes.map(({ Name, Value }) => [Name, Value])),
        ),
      };
    case "MFA_SETUP":
      return { USER_ID_FOR_SRP, MFAS_CAN_SETUP: '["SOFTWARE_TOKEN_MFA"]' };
    default:
      return { USER_ID_FOR_SRP };
  }
}
