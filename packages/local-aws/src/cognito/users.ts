import { createHmac, randomBytes, randomUUID, timingSafeEqual } from "node:crypto";
import { userNotFound } from "./errors";
import { attributeOf, type PasswordVerifier, type User, type UserPool } from "./model";
import { randomSalt, verifierOf } from "./srp";

/** What users of the pool are told apart by: a pool that ignores case does so for names and addresses alike. */
export function canonical(pool: UserPool, name: string): string {
  return pool.settings.UsernameConfiguration?.CaseSensitive === false ? name.toLowerCase() : name;
}

/** Whether users sign in with their e-mail address; their user name is their sub then. */
export function signsInByEmail({ settings }: UserPool): boolean {
  return settings.UsernameAttributes?.includes("email") === true;
}

/** Finds a user by user name, sub, or the address where users sign in with it. */
export function findUser(pool: UserPool, name: string): User | undefined {
  const wanted = canonical(pool, name);
  return pool.users.find(
    (user) =>
      canonical(pool, user.username) === wanted ||
      user.sub === name ||
      (signsInByEmail(pool) && emailOf(pool, user) === wanted),
  );
}

function emailOf(pool: UserPool, user: User): string | undefined {
  const email = attributeOf(user, "email");
  return email === undefined ? undefined : canonical(pool, email);
}

export function requireUser(pool: UserPool, name: string): User {
  const user = findUser(pool, name);
  if (user === undefined) {
    throw userNotFound();
  }
  return user;
}

/** The pool with the user in the place of the one with the same sub, or with the user besides the others. */
export function putUser(pool: UserPool, user: User): UserPool {
  const exists = pool.users.some(({ sub }) => sub === user.sub);
  const users = exists
    ? pool.users.map((other) => (other.sub === user.sub ? user : other))
    : [...pool.users, user];
  return { ...pool, users };
}

export function removeUser(pool: UserPool, { sub, username }: User): UserPool {
  return {
    ...pool,
    users: pool.users.filter((user) => user.sub !== sub),
    groups: pool.groups.map((group) => ({
      ...group,
      members: group.members.filter((member) => member !== username),
    })),
  };
}

/** The names of the user's groups, the most important one first. */
export function groupsOf(pool: UserPool, user: User): readonly string[] {
  const lowest = Number.MAX_SAFE_INTEGER;
  return pool.groups
    .filter(({ members }) => members.includes(user.username))
    .sort((a, b) => (a.settings.Precedence ?? lowest) - (b.settings.Precedence ?? lowest))
    .map(({ settings }) => settings.GroupName);
}

/** What is kept of a password: nobody can sign in with it, or read the password from it. */
export function protect(pool: UserPool, username: string, password: string): PasswordVerifier {
  const salt = randomSalt();
  const identity = { userPoolId: pool.id, userId: username };
  return { salt: salt.toString(16), verifier: verifierOf(identity, password, salt).toString(16) };
}

/** An unknown user's password takes as long to be refused as a known one's. */
export function isPassword(
  pool: UserPool,
  { username, password: kept }: Pick<User, "username" | "password">,
  password: string,
): boolean {
  const salt = BigInt(`0x${kept?.salt ?? "1"}`);
  const found = verifierOf({ userPoolId: pool.id, userId: username }, password, salt).toString(16);
  const [a, b] = [Buffer.from(found), Buffer.from(kept?.verifier ?? "")];
  return a.length === b.length && timingSafeEqual(a, b);
}

/**
 * Stands in for an unknown user: always the same one for a name, so that a challenge tells nothing. Nobody knows the
 * password.
 */
export function madeUpUser(pool: UserPool, name: string) {
  const hash = createHmac("sha512", pool.secret).update(canonical(pool, name)).digest("hex");
  const [salt, verifier, a, b] = [
    hash.slice(0, 32),
    hash.slice(32, 64),
    hash.slice(64, 72),
    hash.slice(72),
  ];
  const uuid = `${a}-${b.slice(0, 4)}-4${b.slice(5, 8)}-8${b.slice(9, 12)}-${b.slice(12, 24)}`;
  return { username: signsInByEmail(pool) ? uuid : name, password: { salt, verifier } };
}

export const newSub = (): string => randomUUID();

export const newPoolSecret = (): string => randomBytes(32).toString("hex");
