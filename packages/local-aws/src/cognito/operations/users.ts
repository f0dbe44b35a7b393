import * as t from "io-ts";
import { inputsOf, wholeNumber } from "../../inputs";
import { checkChange } from "../attributes";
import { describeUser, describeUserFully } from "../describe";
import { notAuthorized } from "../errors";
import { attributeOf, type User, type UserPool, withAttributes } from "../model";
import { invite, revokeSessions, verifiedEmail, withPassword } from "../user-changes";
import { putUser, removeUser, requireUser } from "../users";
import { createUser } from "./create-user";
import { givenAttributes, valuesOf } from "./given-attributes";
import { type Operations, operation } from "./operation";
import { pageOf } from "./pages";
import { userFilter } from "./user-filter";

const ofUser = { UserPoolId: t.string, Username: t.string };
/** An operation that makes something else of a user. */
const changeUser = <A extends { readonly UserPoolId: string; readonly Username: string }>(
  codec: t.Type<A, unknown, unknown>,
  change: (user: User, input: A, pool: UserPool) => User,
) =>
  operation(codec, (input, cognito) =>
    cognito.pools.change(input.UserPoolId, (pool) => {
      const user = change(requireUser(pool, input.Username), input, pool);
      return { pool: putUser(pool, { ...user, modifiedAt: Date.now() }), answer: undefined };
    }),
  );

const setPassword = changeUser(
  inputsOf({ ...ofUser, Password: t.string }, { Permanent: t.boolean }),
  (user, { Password, Permanent = false }, pool) => {
    return Permanent ? withPassword(pool, user, Password) : invite(pool, user, Password);
  },
);

const updateAttributes = changeUser(
  inputsOf({ ...ofUser, UserAttributes: givenAttributes }, {}, ["ClientMetadata"]),
  (user, { UserAttributes }, pool) => {
    const changed = valuesOf(UserAttributes);
    checkChange(pool, user, changed);
    // A new address is not verified, unless the administrator says so.
    const address = changed.find(({ Name }) => Name === "email")?.Value;
    const isNew = address !== undefined && address !== attributeOf(user, "email");
    const unverified = isNew ? [{ Name: "email_verified", Value: "false" }] : [];
    return withAttributes(withAttributes(user, unverified), changed);
  },
);

/** Sends a code, with which the user has to choose a new password. */
const resetPassword = operation(
  inputsOf(ofUser, {}, ["ClientMetadata"]),
  async ({ UserPoolId, Username }, { pools, codes, messages }) => {
    const { sub, email } = await pools.change(UserPoolId, (pool) => {
      const user = requireUser(pool, Username);
      if (user.status === "FORCE_CHANGE_PASSWORD") {
        throw notAuthorized("User password cannot be reset in the current state.");
      }
      const address = verifiedEmail(user);
      const next: User = { ...user, status: "RESET_REQUIRED", modifiedAt: Date.now() };
      return { pool: putUser(pool, next), answer: { sub: user.sub, email: address } };
    });
    messages.sendCode(email, codes.issue("reset password", sub));
    return {};
  },
);

const listUsers = operation(
  inputsOf(
    { UserPoolId: t.string },
    {
      AttributesToGet: t.array(t.string),
      Filter: t.string,
      Limit: wholeNumber(0, 60),
      PaginationToken: t.string,
    },
  ),
  ({ UserPoolId, AttributesToGet, Filter, Limit, PaginationToken }, { pools }) => {
    const users = pools.get(UserPoolId).users.filter(userFilter(Filter));
    const { items, next } = pageOf(users, Limit, PaginationToken);
    const Users = items.map((user) => describeUser(user, AttributesToGet));
    return { Users, PaginationToken: next };
  },
);

const getUser = operation(inputsOf(ofUser, {}), ({ UserPoolId, Username }, { pools }) =>
  describeUserFully(requireUser(pools.get(UserPoolId), Username)),
);

const deleteUser = operation(inputsOf(ofUser, {}), ({ UserPoolId, Username }, { pools }) =>
  pools.change(UserPoolId, (pool) => ({
    pool: removeUser(pool, requireUser(pool, Username)),
    answer: undefined,
  })),
);

/** Operations of administrators on users. */
export const userOperations: Operations = {
  AdminCreateUser: createUser,
  AdminGetUser: getUser,
  AdminDeleteUser: deleteUser,
  AdminSetUserPassword: setPassword,
  AdminResetUserPassword: resetPassword,
  AdminUpdateUserAttributes: updateAttributes,
  AdminDisableUser: changeUser(inputsOf(ofUser, {}), (user) => ({
    ...revokeSessions(user),
    enabled: false,
  })),
  AdminEnableUser: changeUser(inputsOf(ofUser, {}), (user) => ({ ...user, enabled: true })),
  AdminUserGlobalSignOut: changeUser(inputsOf(ofUser, {}), revokeSessions),
  ListUsers: listUsers,
};
