import { attributesFor, checkAttributes } from "./attributes";
import { invalidParameter } from "./errors";
import { attributeOf, type User, type UserPool } from "./model";
import { checkPassword, temporaryValidityMs } from "./password-policy";
import { canonical, newSub, protect, signsInByEmail } from "./users";

// What becomes of users.

/** Throws where the pool cannot have such a user. */
export function newUser(pool: UserPool, name: string, given: User["attributes"]): User {
  const found = attributesFor(pool, name, given);
  checkAttributes(pool, found);
  const now = Date.now();
  const sub = newSub();
  const username = signsInByEmail(pool) ? sub : canonical(pool, name);
  return {
    username,
    sub,
    attributes: found,
    enabled: true,
    status: "UNCONFIRMED",
    createdAt: now,
    modifiedAt: now,
    sessions: [],
  };
}

/** The user with a new temporary password. */
export function invite(pool: UserPool, user: User, password: string): User {
  checkPassword(password, pool.settings.Policies?.PasswordPolicy);
  const now = Date.now();
  return {
    ...user,
    status: "FORCE_CHANGE_PASSWORD",
    password: protect(pool, user.username, password),
    passwordEndsAt: now + temporaryValidityMs(pool.settings.Policies?.PasswordPolicy),
    modifiedAt: now,
  };
}

/** The user with a password of the user's own. */
export function withPassword(pool: UserPool, user: User, password: string): User {
  checkPassword(password, pool.settings.Policies?.PasswordPolicy);
  const { passwordEndsAt: _, ...others } = user;
  return {
    ...others,
    status: "CONFIRMED",
    password: protect(pool, user.username, password),
    modifiedAt: Date.now(),
  };
}

/** The user, signed out everywhere. */
export const revokeSessions = (user: User): User => ({
  ...user,
  sessions: user.sessions.map((session) => ({ ...session, revoked: true })),
});

/** Where a code for a new password can go to. */
export function verifiedEmail(user: User): string {
  const email = attributeOf(user, "email");
  if (email === undefined || attributeOf(user, "email_verified") !== "true") {
    throw invalidParameter(
      "Cannot reset password for the user as there is no registered/verified email or phone_number",
    );
  }
  return email;
}
