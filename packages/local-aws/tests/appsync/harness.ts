/** Runs AppSync for tests with its own token issuer: signs tokens as Cognito does and serves the keys to AppSync. */
import { createSign, generateKeyPairSync, randomUUID } from "node:crypto";
import { Sha256 } from "@aws-crypto/sha256-js";
import { SignatureV4 } from "@smithy/signature-v4";
import type { ApiDefinition } from "../../src/appsync/api-definition";
import { AppSync, type AppSyncOptions, type CreatedApi } from "../../src/appsync/appsync";
import { type RunningServer, serve } from "../../src/http-server";
import { type Credentials, Iam } from "../../src/iam/iam";

export const region = "eu-central-1";
const poolId = `${region}_pool`;
const clientId = "client-1";

export interface Claims {
  readonly sub?: string;
  readonly groups?: readonly string[];
  readonly [claim: string]: unknown;
}

export interface SignIn {
  readonly server: RunningServer;
  issuerOf(pool: string): string;
  /** An id token, unless the claims override it. */
  token(claims?: Claims): string;
  /** The same claims, signed with a foreign key. */
  forged(claims?: Claims): string;
}

/** Generating keys takes a while, so a test file uses one pair. */
const ownKeys = generateKeyPairSync("rsa", { modulusLength: 2048 });
const foreignKeys = generateKeyPairSync("rsa", { modulusLength: 2048 });

async function startSignIn(): Promise<SignIn> {
  const jwk = {
    ...ownKeys.publicKey.export({ format: "jwk" }),
    kid: "k1",
    alg: "RS256",
    use: "sig",
  };
  const server = await serve({ name: "keys", port: 0 }, (_request, response) => {
    response.writeHead(200, { "content-type": "application/json" });
    response.end(JSON.stringify({ keys: [jwk] }));
  });
  const issuerOf = (pool: string) => `${server.url}/${pool}`;
  const sign = (key: typeof ownKeys.privateKey, { groups, ...claims }: Claims = {}) => {
    const now = Math.floor(Date.now() / 1000);
    const payload = {
      sub: "user-1",
      iss: issuerOf(poolId),
      aud: clientId,
      token_use: "id",
      iat: now,
      exp: now + 600,
      "cognito:username": "anna",
      ...(groups && { "cognito:groups": groups }),
      ...claims,
    };
    const text = [{ alg: "RS256", kid: "k1" }, payload].map(base64url).join(".");
    return `${text}.${createSign("RSA-SHA256").update(text).sign(key, "base64url")}`;
  };
  return {
    server,
    issuerOf,
    token: (claims) => sign(ownKeys.privateKey, claims),
    forged: (claims) => sign(foreignKeys.privateKey, claims),
  };
}

export function base64url(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString("base64url");
}

export interface TestApi {
  readonly appSync: AppSync;
  readonly api: CreatedApi;
  readonly iam: Iam;
  readonly signIn: SignIn;
  readonly logged: string[];
  /** Sends a request with the given token, by default one of user-1. */
  ask(query: string, variables?: object, token?: string): Promise<Answer>;
  /** Sends any body with any headers. */
  post(body: string, headers: Record<string, string>): Promise<Response>;
  /** Creates a resolver with a None data source; its request template renders the payload. */
  local(field: string, payload: string, response?: string): void;
  stop(): Promise<void>;
}

export interface Answer {
  readonly data: Record<string, unknown> | null;
  readonly errors?: readonly Record<string, unknown>[];
}

export async function startApi(
  definition: Partial<ApiDefinition> & { readonly schema: string },
  options: Partial<AppSyncOptions> = {},
): Promise<TestApi> {
  const signIn = await startSignIn();
  const iam = options.iam ?? new Iam({ region });
  const logged: string[] = [];
  const appSync = await AppSync.start({
    region,
    iam,
    dynamodbEndpoint: "http://127.0.0.1:1",
    userPoolIssuer: signIn.issuerOf,
    log: (line) => logged.push(line),
    ...options,
  });
  const api = appSync.createApi({
    name: "test",
    authenticationType: "AMAZON_COGNITO_USER_POOLS",
    userPoolConfig: { userPoolId: poolId, defaultAction: "ALLOW" },
    ...definition,
  });
  appSync.createDataSource(api.id, { name: "none", type: "NONE" });
  const post = (body: string, headers: Record<string, string>) =>
    fetch(api.uris.GRAPHQL, { method: "POST", body, headers });
  return {
    appSync,
    api,
    iam,
    signIn,
    logged,
    post,
    ask: async (query, variables = {}, token = signIn.token()) => {
      const response = await post(JSON.stringify({ query, variables }), { authorization: token });
      return (await response.json()) as Answer;
    },
    local: (field, payload, response = "$util.toJson($ctx.result)") => {
      const [type = "", name = ""] = field.split(".");
      appSync.createResolver(api.id, {
        type,
        field: name,
        dataSource: "none",
        requestTemplate: `{"version": "2018-05-29", "payload": ${payload}}`,
        responseTemplate: response,
      });
    },
    stop: async () => {
      await appSync.stop();
      await signIn.server.stop();
    },
  };
}

/** The headers of a POST, signed as AWS's SDKs do. */
export async function signedHeaders(
  url: string,
  body: string,
  credentials: Credentials,
): Promise<Record<string, string>> {
  const { host, hostname, pathname } = new URL(url);
  const signer = new SignatureV4({ credentials, region, service: "appsync", sha256: Sha256 });
  const { headers } = await signer.sign({
    method: "POST",
    protocol: "http:",
    hostname,
    path: pathname,
    headers: { host, "content-type": "application/json" },
    body,
  });
  return headers;
}

/** Creates a role with one Allow statement and returns its ARN. */
export function roleAllowing(iam: Iam, actions: readonly string[], resource: string): string {
  const name = `role-${randomUUID().slice(0, 8)}`;
  const arn = iam.createRole(name);
  iam.putRolePolicy(name, "only", {
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Action: actions, Resource: resource }],
  });
  return arn;
}
