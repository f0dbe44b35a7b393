/** Authenticates callers and authorizes their access to fields. */
import { JwtRsaVerifier } from "aws-jwt-verify";
import { FetchError, JwtExpiredError, JwtParseError } from "aws-jwt-verify/error";
import { SimpleJwksCache } from "aws-jwt-verify/jwk";
import { type GraphQLResolveInfo, isObjectType } from "graphql";
import { type Iam, IamError, localAccountId, type Principal, type SignedRequest } from "../iam/iam";
import type { AuthenticationProvider, UserPoolConfig } from "./api-definition";
import type { ApiKeys } from "./api-keys";
import { RequestError, unauthorizedRequest } from "./errors";
import { matchesWhole } from "./java-regex";
import { readDirective } from "./schema";

/** The authorization modes, each with the directive that admits it and the value of $util.authType(). */
const modes = {
  AMAZON_COGNITO_USER_POOLS: {
    directive: "aws_cognito_user_pools",
    authType: "User Pool Authorization",
  },
  API_KEY: { directive: "aws_api_key", authType: "API Key Authorization" },
  AWS_IAM: { directive: "aws_iam", authType: "IAM Authorization" },
} as const;

type Mode = keyof typeof modes;

export interface Caller {
  readonly mode: Mode;
  readonly authType: string;
  /** $ctx.identity; a key has none. */
  readonly identity: Readonly<Record<string, unknown>> | null;
  readonly groups: readonly string[];
  /** Under IAM, the principal whose policies apply. */
  readonly principal?: Principal;
  /** When the caller's token expires, in milliseconds since 1970. */
  readonly expiresAt?: number;
}

export interface AuthorizationOptions {
  readonly iam: Iam;
  readonly apiArn: string;
  /** The default mode first. */
  readonly providers: readonly AuthenticationProvider[];
  /** http://127.0.0.1:<port>/<poolId> */
  readonly issuerOf: (userPoolId: string) => string;
  readonly apiKeys: Pick<ApiKeys, "admits">;
}

export class Authorization {
  readonly #defaultMode: Mode;
  readonly #modes: ReadonlySet<Mode>;
  readonly #defaultAction: "ALLOW" | "DENY";
  readonly #verifyToken: ((token: string) => Promise<Claims>) | undefined;
  readonly #options: AuthorizationOptions;

  constructor(options: AuthorizationOptions) {
    this.#options = options;
    const found = options.providers.map(({ authenticationType }) => toMode(authenticationType));
    this.#modes = new Set(found);
    if (this.#modes.size < found.length) {
      throw new Error("an authorization mode may be listed only once");
    }
    this.#defaultMode = found[0] as Mode;
    const pool = options.providers.find(
      ({ authenticationType }) => authenticationType === "AMAZON_COGNITO_USER_POOLS",
    )?.userPoolConfig;
    this.#defaultAction = readDefaultAction(pool);
    this.#verifyToken = pool && tokenVerifier(pool, options.issuerOf(pool.userPoolId));
  }

  /** Throws RequestError if the request's Authorization header, or the API key without one, does not verify. */
  async authenticate(request: SignedRequest, sourceIp: string): Promise<Caller> {
    const { authorization, "x-api-key": apiKey } = request.headers;
    if (!authorization && apiKey) {
      return this.#authenticateKey(apiKey);
    }
    if (!authorization) {
      throw unauthorizedRequest("Valid authorization header not provided.");
    }
    return authorization.startsWith("AWS4-HMAC-SHA256")
      ? await this.#authenticateIam(request, sourceIp)
      : await this.#authenticateToken(authorization, sourceIp);
  }

  /**
   * Whether the caller may access the field. The field's directives decide, otherwise its type's; without directives
   * the field is open to the default mode. Under IAM the policies must also allow each field of a root type.
   */
  mayAccess(caller: Caller, info: Pick<GraphQLResolveInfo, "parentType" | "fieldName" | "schema">) {
    const { parentType, fieldName, schema } = info;
    const field = parentType.getFields()[fieldName];
    const own = field?.astNode?.directives;
    const admitted =
      this.#admits(caller, own) ?? this.#admits(caller, parentType.astNode?.directives);
    if (!(admitted ?? this.#admitsByDefault(caller))) {
      return false;
    }
    const roots = [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()];
    if (
      caller.principal === undefined ||
      !isObjectType(parentType) ||
      !roots.includes(parentType)
    ) {
      return true;
    }
    const resource = `${this.#options.apiArn}/types/${parentType.name}/fields/${fieldName}`;
    return this.#options.iam.allows(caller.principal, "appsync:GraphQL", resource);
  }

  /** undefined if no directive concerns authorization */
  #admits(caller: Caller, directives: Parameters<typeof readDirective>[0]): boolean | undefined {
    const names = [...Object.values(modes).map(({ directive }) => directive), "aws_auth"];
    if (!names.some((name) => readDirective(directives, name) !== undefined)) {
      return undefined;
    }
    const rule =
      readDirective(directives, modes[caller.mode].directive) ??
      (caller.mode === "AMAZON_COGNITO_USER_POOLS"
        ? readDirective(directives, "aws_auth")
        : undefined);
    if (rule === undefined) {
      return false;
    }
    const groups = rule.cognito_groups as readonly string[] | undefined;
    return groups === undefined || groups.some((group) => caller.groups.includes(group));
  }

  #admitsByDefault(caller: Caller): boolean {
    return (
      caller.mode === this.#defaultMode &&
      (caller.mode !== "AMAZON_COGNITO_USER_POOLS" || this.#defaultAction === "ALLOW")
    );
  }

  #authenticateKey(apiKey: string): Caller {
    if (!this.#modes.has("API_KEY") || !this.#options.apiKeys.admits(apiKey)) {
      throw unauthorizedRequest();
    }
    return { mode: "API_KEY", authType: modes.API_KEY.authType, identity: null, groups: [] };
  }

  async #authenticateToken(authorization: string, sourceIp: string): Promise<Caller> {
    if (this.#verifyToken === undefined) {
      throw unauthorizedRequest();
    }
    const claims = await this.#verifyToken(authorization.replace(/^Bearer /, ""));
    const groups = (claims["cognito:groups"] ?? []) as readonly string[];
    const mode = "AMAZON_COGNITO_USER_POOLS";
    const identity = {
      claims,
      defaultAuthStrategy: this.#defaultAction,
      groups: claims["cognito:groups"] ?? null,
      issuer: claims.iss,
      sourceIp: [sourceIp],
      sub: claims.sub,
      username: claims["cognito:username"] ?? claims.username,
    };
    const expiry = typeof claims.exp === "number" ? { expiresAt: claims.exp * 1000 } : {};
    return { mode, authType: modes[mode].authType, identity, groups, ...expiry };
  }

  async #authenticateIam(request: SignedRequest, sourceIp: string): Promise<Caller> {
    if (!this.#modes.has("AWS_IAM")) {
      throw unauthorizedRequest();
    }
    const principal = await this.#verifySignature(request);
    const identity = {
      accountId: localAccountId,
      cognitoIdentityAuthProvider: null,
      cognitoIdentityAuthType: null,
      cognitoIdentityId: null,
      cognitoIdentityPoolId: null,
      sourceIp: [sourceIp],
      userArn: principal.userArn,
      // On AWS this is the role's unique id and the session's name.
      username: principal.userArn.split("/").slice(1).join(":"),
    };
    return { mode: "AWS_IAM", authType: modes.AWS_IAM.authType, identity, groups: [], principal };
  }

  async #verifySignature(request: SignedRequest): Promise<Principal> {
    try {
      return await this.#options.iam.authenticate(request, "appsync");
    } catch (error) {
      if (error instanceof IamError) {
        throw new RequestError(401, error.type, error.message);
      }
      throw error;
    }
  }
}

type Claims = Readonly<Record<string, unknown>>;

function toMode(type: string): Mode {
  if (!Object.hasOwn(modes, type)) {
    throw new Error(
      `the authorization mode ${type} is not supported locally, only ${Object.keys(modes).join(", ")}`,
    );
  }
  return type as Mode;
}

function readDefaultAction(pool: UserPoolConfig | undefined): "ALLOW" | "DENY" {
  const action = pool?.defaultAction ?? "ALLOW";
  if (action !== "ALLOW" && action !== "DENY") {
    throw new Error(`the user pool's defaultAction must be ALLOW or DENY, not "${action}"`);
  }
  return action;
}

/** Verifies a token's signature, expiry, issuer, use and client. Accepts id and access tokens, as AWS does. */
function tokenVerifier(pool: UserPoolConfig, issuer: string): (token: string) => Promise<Claims> {
  const verifier = JwtRsaVerifier.create(
    { issuer, jwksUri: `${issuer}/.well-known/jwks.json`, audience: null },
    // The library's own fetcher supports https only.
    { jwksCache: new SimpleJwksCache({ fetcher: { fetch: fetchBytes } }) },
  );
  return async (token) => {
    const claims = await verifier.verify(token).catch((error: unknown) => {
      throw translateError(error);
    });
    const clientId = claims.token_use === "id" ? claims.aud : claims.client_id;
    const knownUse = claims.token_use === "id" || claims.token_use === "access";
    if (!knownUse || typeof clientId !== "string" || !isClient(pool, clientId)) {
      throw unauthorizedRequest();
    }
    return claims;
  };
}

function translateError(error: unknown): unknown {
  if (error instanceof FetchError) {
    // The user pool cannot be reached, which is not the client's fault.
    return error;
  }
  if (error instanceof JwtExpiredError) {
    return unauthorizedRequest("Token has expired.");
  }
  return error instanceof JwtParseError
    ? unauthorizedRequest("Unable to parse JWT token.")
    : unauthorizedRequest();
}

function isClient({ appIdClientRegex }: UserPoolConfig, clientId: string): boolean {
  return appIdClientRegex === undefined || matchesWhole(appIdClientRegex, clientId);
}

async function fetchBytes(uri: string): Promise<ArrayBuffer> {
  const response = await fetch(uri);
  if (!response.ok) {
    throw new Error(`${uri} answered ${response.status}`);
  }
  return await response.arrayBuffer();
}
