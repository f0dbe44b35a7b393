import * as t from "io-ts";
import { ServiceError } from "../../aws-json";
import { inputsOf } from "../../inputs";
import { missingAttributes, refuseUnwritable } from "../attributes";
import { codeMismatch, invalidParameter, notAuthorized, userNotFound } from "../errors";
import { type CodeDelivery, codeDelivery } from "../messages";
import { type AppClient, attributeOf, type User, type UserPool, withAttributes } from "../model";
import { newUser, verifiedEmail, withPassword } from "../user-changes";
import { findUser, putUser, requireUser, signsInByEmail } from "../users";
import { type Cognito, type Operations, operation } from "./operation";

const ofUser = { ClientId: t.string, Username: t.string };
const ignored = ["AnalyticsMetadata", "ClientMetadata", "UserContextData", "ValidationData"];

const tellsNothing = ({ settings }: AppClient): boolean =>
  settings.PreventUserExistenceErrors === "ENABLED";

function sendConfirmation({ codes, messages }: Cognito, pool: UserPool, user: User) {
  const email = attributeOf(user, "email");
  return email !== undefined && pool.settings.AutoVerifiedAttributes?.includes("email")
    ? messages.sendCode(email, codes.issue("confirm sign-up", user.sub))
    : undefined;
}

const signUp = operation(
  inputsOf(
    { ...ofUser, Password: t.string },
    { UserAttributes: t.array(inputsOf({ Name: t.string, Value: t.string }, {})) },
    ignored,
  ),
  async ({ ClientId, Username, Password, UserAttributes = [] }, cognito) => {
    const { pool } = cognito.pools.client(ClientId);
    if (pool.settings.AdminCreateUserConfig?.AllowAdminCreateUserOnly === true) {
      throw notAuthorized("SignUp is not permitted for this user pool");
    }
    refuseUnwritable(UserAttributes);
    const user = await cognito.pools.change(pool.id, (current) => {
      if (findUser(current, Username) !== undefined) {
        throw new ServiceError("UsernameExistsException", "User already exists");
      }
      const made = newUser(current, Username, UserAttributes);
      const [missing] = missingAttributes(current, made);
      if (missing !== undefined) {
        throw invalidParameter(
          `Attributes did not conform to the schema: ${missing}: The attribute is required`,
        );
      }
      const next: User = { ...withPassword(current, made, Password), status: "UNCONFIRMED" };
      return { pool: putUser(current, next), answer: next };
    });
    const CodeDeliveryDetails = sendConfirmation(cognito, pool, user);
    return {
      UserConfirmed: false,
      UserSub: user.sub,
      ...(CodeDeliveryDetails && { CodeDeliveryDetails }),
    };
  },
);

function confirmed(user: User): User {
  if (user.status !== "UNCONFIRMED") {
    throw notAuthorized(`User cannot be confirmed. Current status is ${user.status}`);
  }
  return { ...user, status: "CONFIRMED", modifiedAt: Date.now() };
}

const confirmSignUp = operation(
  inputsOf({ ...ofUser, ConfirmationCode: t.string }, {}, [...ignored, "ForceAliasCreation"]),
  ({ ClientId, Username, ConfirmationCode }, { pools, codes }) => {
    const { pool, client } = pools.client(ClientId);
    return pools.change(pool.id, (current) => {
      const user = findUser(current, Username);
      if (user === undefined) {
        throw unknownUserOfCode(client);
      }
      const next = confirmed(user);
      codes.redeem("confirm sign-up", user.sub, ConfirmationCode);
      const verified = withAttributes(next, [{ Name: "email_verified", Value: "true" }]);
      return { pool: putUser(current, verified), answer: undefined };
    });
  },
);

const resend = operation(inputsOf(ofUser, {}, ignored), ({ ClientId, Username }, cognito) => {
  const { pool, client } = cognito.pools.client(ClientId);
  const user = findUser(pool, Username);
  if (user === undefined && tellsNothing(client)) {
    return { CodeDeliveryDetails: madeUpDelivery(pool, Username) };
  }
  const known = requireUser(pool, Username);
  if (known.status !== "UNCONFIRMED") {
    throw invalidParameter("User is already confirmed.");
  }
  return { CodeDeliveryDetails: sendConfirmation(cognito, pool, known) };
});

/** What an unknown user is told: that a code is on its way. */
function madeUpDelivery(pool: UserPool, username: string): CodeDelivery {
  return codeDelivery(signsInByEmail(pool) ? username : `${username}@example.com`);
}

function unknownUserOfCode(client: AppClient): Error {
  return tellsNothing(client)
    ? codeMismatch("Invalid verification code provided, please try again.")
    : userNotFound();
}

const forgotPassword = operation(
  inputsOf(ofUser, {}, ignored),
  ({ ClientId, Username }, cognito) => {
    const { pool, client } = cognito.pools.client(ClientId);
    const user = findUser(pool, Username);
    if (user === undefined && tellsNothing(client)) {
      return { CodeDeliveryDetails: madeUpDelivery(pool, Username) };
    }
    const known = requireUser(pool, Username);
    if (!known.enabled) {
      throw notAuthorized("User is disabled.");
    }
    if (known.status === "FORCE_CHANGE_PASSWORD") {
      throw notAuthorized("User password cannot be reset in the current state.");
    }
    const email = verifiedEmail(known);
    const code = cognito.codes.issue("reset password", known.sub);
    return { CodeDeliveryDetails: cognito.messages.sendCode(email, code) };
  },
);

const confirmForgotPassword = operation(
  inputsOf({ ...ofUser, ConfirmationCode: t.string, Password: t.string }, {}, ignored),
  ({ ClientId, Username, ConfirmationCode, Password }, { pools, codes }) => {
    const { pool, client } = pools.client(ClientId);
    return pools.change(pool.id, (current) => {
      const user = findUser(current, Username);
      if (user === undefined) {
        throw unknownUserOfCode(client);
      }
      // The password first: a code that is redeemed is gone.
      const next = withPassword(current, user, Password);
      codes.redeem("reset password", user.sub, ConfirmationCode);
      return { pool: putUser(current, next), answer: undefined };
    });
  },
);

/** Operations of users who are not signed in. */
export const signUpOperations: Operations = {
  SignUp: signUp,
  ConfirmSignUp: confirmSignUp,
  ResendConfirmationCode: resend,
  ForgotPassword: forgotPassword,
  ConfirmForgotPassword: confirmForgotPassword,
};

export const adminSignUpOperations: Operations = {
  AdminConfirmSignUp: operation(
    inputsOf({ UserPoolId: t.string, Username: t.string }, {}, ["ClientMetadata"]),
    ({ UserPoolId, Username }, { pools }) =>
      pools.change(UserPoolId, (pool) => ({
        pool: putUser(pool, confirmed(requireUser(pool, Username))),
        answer: undefined,
      })),
  ),
};
