import {
  createHash,
  createPublicKey,
  createSign,
  generateKeyPair,
  randomBytes,
  randomUUID,
} from "node:crypto";
import { promisify } from "node:util";
import { JwtRsaVerifier } from "aws-jwt-verify";
import { JwtExpiredError } from "aws-jwt-verify/error";
import { notAuthorized } from "./errors";
import type { AppClient, Session, User, UserPool } from "./model";
import { validityMs } from "./settings";
import type { UserPools } from "./user-pools";
import { groupsOf, putUser } from "./users";

const hash = (text: string): string => createHash("sha256").update(text).digest("hex");

/** A new key for a pool's tokens, in PEM. */
export async function newSigningKey(): Promise<string> {
  const { privateKey } = await promisify(generateKeyPair)("rsa", { modulusLength: 2048 });
  return privateKey.export({ format: "pem", type: "pkcs8" }).toString();
}

/** The pool's public key, as token verifiers read it. */
export function publicKeyOf(pool: UserPool) {
  const { n, e } = createPublicKey(pool.privateKey).export({ format: "jwk" });
  return {
    kty: "RSA",
    alg: "RS256",
    use: "sig" as const,
    kid: hash(String(n)).slice(0, 32),
    n: String(n),
    e: String(e),
  };
}

/** Whom an access token belongs to. */
export interface TokenHolder {
  readonly pool: UserPool;
  readonly user: User;
  readonly client: AppClient;
}

export interface TokenSet {
  readonly AccessToken: string;
  readonly IdToken: string;
  readonly RefreshToken?: string;
  readonly TokenType: "Bearer";
  readonly ExpiresIn: number;
}

/** Issues tokens, and tells whose they are. */
export class Tokens {
  readonly #pools: UserPools;
  readonly #issuerOf: (poolId: string) => string;

  constructor(pools: UserPools, issuerOf: (poolId: string) => string) {
    this.#pools = pools;
    this.#issuerOf = issuerOf;
  }

  /** A sign-in's tokens, and the pool with the sign-in in it. */
  signIn(pool: UserPool, client: AppClient, user: User): { pool: UserPool; tokens: TokenSet } {
    const now = Date.now();
    const RefreshToken = randomBytes(96).toString("base64url");
    const session: Session = {
      eventId: randomUUID(),
      originJti: randomUUID(),
      clientId: client.id,
      refreshTokenHash: hash(RefreshToken),
      authTime: now,
      endsAt: now + validityMs(client.settings, "RefreshToken"),
      revoked: false,
    };
    const current = user.sessions.filter(({ endsAt }) => endsAt > now);
    const signedIn = { ...user, sessions: [...current, session] };
    const next = putUser(pool, signedIn);
    return { pool: next, tokens: { ...this.issue(next, client, signedIn, session), RefreshToken } };
  }

  /** The tokens that a sign-in stands for. */
  issue(pool: UserPool, client: AppClient, user: User, session: Session): TokenSet {
    const iat = Math.floor(Date.now() / 1_000);
    const groups = groupsOf(pool, user);
    const revocable = client.settings.EnableTokenRevocation !== false;
    const shared = {
      sub: user.sub,
      ...(groups.length > 0 && { "cognito:groups": groups }),
      iss: this.#issuerOf(pool.id),
      ...(revocable && { origin_jti: session.originJti }),
      event_id: session.eventId,
      auth_time: Math.floor(session.authTime / 1_000),
      iat,
    };
    const seconds = (kind: "AccessToken" | "IdToken"): number =>
      validityMs(client.settings, kind) / 1_000;
    const ExpiresIn = seconds("AccessToken");
    const access = {
      ...shared,
      client_id: client.id,
      token_use: "access",
      scope: "aws.cognito.signin.user.admin",
      exp: iat + ExpiresIn,
      jti: randomUUID(),
      username: user.username,
    };
    const id = {
      ...attributeClaims(user),
      ...shared,
      "cognito:username": user.username,
      aud: client.id,
      token_use: "id",
      exp: iat + seconds("IdToken"),
      jti: randomUUID(),
    };
    return {
      AccessToken: sign(pool, access),
      IdToken: sign(pool, id),
      TokenType: "Bearer",
      ExpiresIn,
    };
  }

  /** Whose access token it is. Throws NotAuthorizedException for one that Cognito's API would not take. */
  holder(accessToken: string): TokenHolder {
    const claims = this.#verify(accessToken);
    const pool = this.#pools.get(claims.pool.id);
    const user = pool.users.find(({ sub }) => sub === claims.sub);
    const client = pool.clients.find(({ id }) => id === claims.clientId);
    const session = user?.sessions.find(({ eventId }) => eventId === claims.eventId);
    if (user === undefined || client === undefined) {
      throw notAuthorized("Invalid Access Token");
    }
    if (session === undefined || session.revoked) {
      throw notAuthorized("Access Token has been revoked");
    }
    if (!user.enabled) {
      throw notAuthorized("User is disabled.");
    }
    return { pool, user, client };
  }

  /** The sign-in that the refresh token belongs to. */
  refreshed(
    pool: UserPool,
    client: AppClient,
    refreshToken: string,
  ): { user: User; session: Session } {
    const refreshTokenHash = hash(refreshToken);
    for (const user of pool.users) {
      const session = user.sessions.find((one) => one.refreshTokenHash === refreshTokenHash);
      if (session !== undefined && session.clientId === client.id) {
        return { user, session };
      }
    }
    throw notAuthorized("Invalid Refresh Token");
  }

  #verify(token: string) {
    const [, payload = ""] = token.split(".");
    const pool = this.#pools.find(poolIdIn(payload));
    try {
      if (pool === undefined) {
        throw new Error("of another issuer");
      }
      const issuer = this.#issuerOf(pool.id);
      const verifier = JwtRsaVerifier.create({ issuer, audience: null });
      verifier.cacheJwks({ keys: [publicKeyOf(pool)] });
      const { token_use, sub, event_id, client_id } = verifier.verifySync(token);
      if (token_use !== "access") {
        throw new Error("for another use");
      }
      return { pool, sub, eventId: event_id, clientId: client_id };
    } catch (error) {
      throw notAuthorized(
        error instanceof JwtExpiredError ? "Access Token has expired" : "Invalid Access Token",
      );
    }
  }
}

/** The pool in the issuer of a token that is not verified yet. */
function poolIdIn(payload: string): string {
  try {
    const { iss } = JSON.parse(Buffer.from(payload, "base64url").toString("utf8"));
    return String(iss).split("/").at(-1) ?? "";
  } catch {
    return "";
  }
}

/** Whether an address is verified is a boolean in tokens, though a text in Cognito's API. */
function attributeClaims({ attributes }: User): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    attributes.map(({ Name, Value }) => [
      Name,
      Name.endsWith("_verified") ? Value === "true" : Value,
    ]),
  );
}

function sign(pool: UserPool, claims: object): string {
  const header = { kid: publicKeyOf(pool).kid, alg: "RS256" };
  const text = [header, claims]
    .map((part) => Buffer.from(JSON.stringify(part)).toString("base64url"))
    .join(".");
  return `${text}.${createSign("RSA-SHA256").update(text).sign(pool.privateKey, "base64url")}`;
}
