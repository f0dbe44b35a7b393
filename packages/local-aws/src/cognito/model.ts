import * as t from "io-ts";
import { inputsOf, oneOf } from "../inputs";
import {
  appClientSettings,
  groupName,
  groupSettings,
  mfaSettings,
  userPoolSettings,
} from "./settings";

// What a user pool consists of, as it is kept: values that are never changed, but replaced by others. Moments are
// milliseconds since 1970.

const attribute = inputsOf({ Name: t.string, Value: t.string }, {});
export type Attribute = t.TypeOf<typeof attribute>;

/** A sign-in: what its tokens go back to. Tokens count as long as it does. */
const session = inputsOf(
  {
    /** The claim event_id of its tokens. */
    eventId: t.string,
    /** The claim origin_jti. */
    originJti: t.string,
    clientId: t.string,
    /** The SHA-256 of the refresh token. */
    refreshTokenHash: t.string,
    authTime: t.number,
    endsAt: t.number,
    revoked: t.boolean,
  },
  {},
);
export type Session = t.TypeOf<typeof session>;

const passwordVerifier = inputsOf({ salt: t.string, verifier: t.string }, {});
export type PasswordVerifier = t.TypeOf<typeof passwordVerifier>;

const totp = inputsOf(
  {
    secret: t.string,
    /** The step of the last code that was used: none counts twice. */
    lastStep: t.number,
    /** Whether sign-in asks for it. */
    enabled: t.boolean,
    preferred: t.boolean,
  },
  {},
);

const user = inputsOf(
  {
    username: t.string,
    sub: t.string,
    attributes: t.readonlyArray(attribute),
    enabled: t.boolean,
    status: oneOf("UNCONFIRMED", "CONFIRMED", "FORCE_CHANGE_PASSWORD", "RESET_REQUIRED"),
    createdAt: t.number,
    modifiedAt: t.number,
    sessions: t.readonlyArray(session),
  },
  {
    password: passwordVerifier,
    /** Of a temporary password. */
    passwordEndsAt: t.number,
    totp,
    /** The secret of an authenticator that has not shown a code yet. */
    pendingTotp: t.string,
  },
);
export type User = t.TypeOf<typeof user>;

const group = inputsOf(
  {
    settings: inputsOf({ GroupName: groupName }, groupSettings),
    /** By their user names. */
    members: t.readonlyArray(t.string),
    createdAt: t.number,
    modifiedAt: t.number,
  },
  {},
);
export type Group = t.TypeOf<typeof group>;

const appClient = inputsOf(
  { id: t.string, settings: appClientSettings, createdAt: t.number, modifiedAt: t.number },
  {},
);
export type AppClient = t.TypeOf<typeof appClient>;

export const userPool = inputsOf(
  {
    id: t.string,
    settings: userPoolSettings,
    mfa: mfaSettings,
    createdAt: t.number,
    modifiedAt: t.number,
    /** What its tokens are signed with, in PEM. */
    privateKey: t.string,
    /** What the made-up salts and ids of unknown users are made of. */
    secret: t.string,
    clients: t.readonlyArray(appClient),
    groups: t.readonlyArray(group),
    users: t.readonlyArray(user),
  },
  {},
);
export type UserPool = t.TypeOf<typeof userPool>;

export function attributeOf(holder: Pick<User, "attributes">, name: string): string | undefined {
  return holder.attributes.find(({ Name }) => Name === name)?.Value;
}

/** The user with these attributes besides the others, or instead of them. */
export function withAttributes(holder: User, attributes: readonly Attribute[]): User {
  const names = new Set(attributes.map(({ Name }) => Name));
  const others = holder.attributes.filter(({ Name }) => !names.has(Name));
  return { ...holder, attributes: [...others, ...attributes] };
}
