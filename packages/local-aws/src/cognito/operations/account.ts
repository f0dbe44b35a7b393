import * as t from "io-ts";
import { inputsOf } from "../../inputs";
import { checkChange, refuseUnwritable } from "../attributes";
import { attributesOf, describeMfa } from "../describe";
import { incorrectPassword, invalidParameter } from "../errors";
import { type Attribute, attributeOf, type User, withAttributes } from "../model";
import type { TokenHolder } from "../tokens";
import { revokeSessions, withPassword } from "../user-changes";
import type { Change } from "../user-pools";
import { isPassword, putUser, removeUser } from "../users";
import { givenAttributes, valuesOf } from "./given-attributes";
import { type Cognito, type Operations, operation } from "./operation";

/** Changes what the holder of an access token has. */
function changeHolder<A>(
  { tokens, pools }: Cognito,
  accessToken: string,
  change: (holder: TokenHolder) => Change<A>,
): Promise<A> {
  const { pool } = tokens.holder(accessToken);
  return pools.change(pool.id, () => change(tokens.holder(accessToken)));
}

const withToken = { AccessToken: t.string };
const metadata = ["ClientMetadata"];

const getUser = operation(inputsOf(withToken, {}), ({ AccessToken }, { tokens }) => {
  const { user } = tokens.holder(AccessToken);
  return { Username: user.username, UserAttributes: attributesOf(user), ...describeMfa(user) };
});

const changePassword = operation(
  inputsOf({ ...withToken, ProposedPassword: t.string }, { PreviousPassword: t.string }),
  ({ AccessToken, PreviousPassword, ProposedPassword }, cognito) =>
    changeHolder(cognito, AccessToken, ({ pool, user }) => {
      if (!isPassword(pool, user, PreviousPassword ?? "")) {
        throw incorrectPassword();
      }
      const next = withPassword(pool, user, ProposedPassword);
      return { pool: putUser(pool, next), answer: undefined };
    }),
);

const globalSignOut = operation(inputsOf(withToken, {}), ({ AccessToken }, cognito) =>
  changeHolder(cognito, AccessToken, ({ pool, user }) => ({
    pool: putUser(pool, revokeSessions(user)),
    answer: undefined,
  })),
);

const deleteUser = operation(inputsOf(withToken, {}), ({ AccessToken }, cognito) =>
  changeHolder(cognito, AccessToken, ({ pool, user }) => ({
    pool: removeUser(pool, user),
    answer: undefined,
  })),
);

/** A new address is verified by a code: afterwards, or before it counts, as the pool has it. */
const updateAttributes = operation(
  inputsOf({ ...withToken, UserAttributes: givenAttributes }, {}, metadata),
  async ({ AccessToken, UserAttributes }, cognito) => {
    const wanted = valuesOf(UserAttributes);
    refuseUnwritable(wanted);
    const { user, newEmail } = await changeHolder(cognito, AccessToken, ({ pool, user }) => {
      checkChange(pool, user, wanted);
      const email = wanted.find(({ Name }) => Name === "email")?.Value;
      const changesEmail = email !== undefined && email !== attributeOf(user, "email");
      const { AutoVerifiedAttributes, UserAttributeUpdateSettings } = pool.settings;
      const waits =
        changesEmail &&
        UserAttributeUpdateSettings?.AttributesRequireVerificationBeforeUpdate?.includes("email");
      const now: readonly Attribute[] = [
        ...wanted.filter(({ Name }) => !(waits && Name === "email")),
        ...(changesEmail && !waits ? [{ Name: "email_verified", Value: "false" }] : []),
      ];
      const next: User = { ...withAttributes(user, now), modifiedAt: Date.now() };
      const isAsked = changesEmail && AutoVerifiedAttributes?.includes("email");
      return {
        pool: putUser(pool, next),
        answer: { user: next, newEmail: isAsked ? email : undefined },
      };
    });
    return {
      CodeDeliveryDetailsList: newEmail === undefined ? [] : [sendCode(cognito, user, newEmail)],
    };
  },
);

function sendCode({ codes, messages }: Cognito, user: User, email: string) {
  return messages.sendCode(email, codes.issue("verify email", user.sub, email));
}

const forEmail = { ...withToken, AttributeName: t.string };

function requireEmail(attributeName: string): void {
  if (attributeName !== "email") {
    throw invalidParameter(`${attributeName} cannot be verified`);
  }
}

const askForCode = operation(
  inputsOf(forEmail, {}, metadata),
  ({ AccessToken, AttributeName }, cognito) => {
    requireEmail(AttributeName);
    const { user } = cognito.tokens.holder(AccessToken);
    const email = attributeOf(user, "email");
    if (email === undefined) {
      throw invalidParameter("User does not have the attribute email");
    }
    return { CodeDeliveryDetails: sendCode(cognito, user, email) };
  },
);

const verifyAttribute = operation(
  inputsOf({ ...forEmail, Code: t.string }, {}),
  ({ AccessToken, AttributeName, Code }, cognito) => {
    requireEmail(AttributeName);
    return changeHolder(cognito, AccessToken, ({ pool, user }) => {
      const email = cognito.codes.redeem("verify email", user.sub, Code);
      const verified = [{ Name: "email", Value: email }];
      // Another user may have come by the address since.
      checkChange(pool, user, verified);
      const next = withAttributes(user, [...verified, { Name: "email_verified", Value: "true" }]);
      return { pool: putUser(pool, { ...next, modifiedAt: Date.now() }), answer: undefined };
    });
  },
);

/** Operations of signed-in users on what is theirs. */
export const accountOperations: Operations = {
  GetUser: getUser,
  ChangePassword: changePassword,
  GlobalSignOut: globalSignOut,
  DeleteUser: deleteUser,
  UpdateUserAttributes: updateAttributes,
  GetUserAttributeVerificationCode: askForCode,
  VerifyUserAttribute: verifyAttribute,
};
