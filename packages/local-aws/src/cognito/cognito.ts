import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import { join } from "node:path";
import { awsJson, type Call, type Input, ServiceError } from "../aws-json";
import { serve } from "../http-server";
import type { Iam } from "../iam/iam";
import { Challenges } from "./challenges";
import { arnOf } from "./describe";
import { type Message, Messages } from "./messages";
import { OneTimeCodes } from "./one-time-codes";
import { publicOperations, signedOperations } from "./operations";
import type { Cognito as Context } from "./operations/operation";
import { PoolFiles } from "./pool-files";
import { publicKeyOf, Tokens } from "./tokens";
import { UserPools } from "./user-pools";

export interface CognitoOptions {
  readonly region: string;
  readonly iam: Iam;
  /** The port for clients, and part of the tokens' issuers. Any free port if omitted. */
  readonly port?: number;
  /** The folder that keeps pools and users between runs; they are in memory if omitted. */
  readonly dataDirectory?: string;
  /** Gets what Cognito would send by e-mail or SMS. */
  readonly deliver: (message: Message) => void;
}

export interface Cognito {
  readonly endpoint: string;
  /** The issuer in the pool's tokens. It serves the keys at /.well-known/jwks.json. */
  issuer(userPoolId: string): string;
  readonly pools: Pick<UserPools, "all" | "get">;
  /** Runs an operation as the administrator, for this process alone. */
  administer(operation: string, input: Input): Promise<Readonly<Record<string, unknown>>>;
  stop(): Promise<void>;
}

/** Starts user pools that answer as Cognito's API does. */
export async function startCognito(options: CognitoOptions): Promise<Cognito> {
  const { region, iam, port = 0, dataDirectory, deliver } = options;
  const files =
    dataDirectory === undefined ? undefined : new PoolFiles(join(dataDirectory, "cognito"));
  const pools = new UserPools((await files?.load()) ?? [], files);
  // The port is a part of the issuer, so the server listens first.
  let listener: RequestListener = (_request, response) => response.writeHead(503).end();
  const server = await serve({ name: "Cognito", port }, (...exchange) => listener(...exchange));
  const issuer = (userPoolId: string): string => `${server.url}/${userPoolId}`;
  const context: Context = {
    region,
    pools,
    tokens: new Tokens(pools, issuer),
    challenges: new Challenges(),
    codes: new OneTimeCodes(),
    messages: new Messages(deliver),
  };
  listener = createListener(context, iam, issuer);
  return {
    endpoint: server.url,
    issuer,
    pools,
    administer: async (name, input) => {
      const operation = signedOperations.get(name);
      if (operation === undefined) {
        throw unknownOperation(name);
      }
      return operation(input, context);
    },
    stop: () => server.stop(),
  };
}

function unknownOperation(name: string): ServiceError {
  return new ServiceError(
    "UnknownOperationException",
    `${name} is not offered by the local Cognito`,
  );
}

function createListener(
  context: Context,
  iam: Iam,
  issuer: (userPoolId: string) => string,
): RequestListener {
  const { region, pools } = context;

  async function authorize({ operation, input, request }: Call): Promise<void> {
    const principal = await iam.authenticate(request, "cognito-idp");
    const pool = input.UserPoolId;
    const resource = typeof pool === "string" ? arnOf(region, pool) : "*";
    const refusal = iam.refusal(principal, `cognito-idp:${operation}`, resource);
    if (refusal !== undefined) {
      throw refusal;
    }
  }

  async function run(call: Call) {
    const open = publicOperations.get(call.operation);
    if (open !== undefined) {
      return open(call.input, context);
    }
    const signed = signedOperations.get(call.operation);
    if (signed === undefined) {
      throw unknownOperation(call.operation);
    }
    await authorize(call);
    return signed(call.input, context);
  }

  const operations = awsJson(
    { version: "1.1", services: ["AWSCognitoIdentityProviderService"] },
    async (call) => ({ status: 200, body: JSON.stringify(await run(call)) }),
  );

  /** The public documents that token verifiers read. */
  function documentAt(path: string): object | undefined {
    const [, poolId = "", name] = /^\/([\w-]+)\/\.well-known\/(.+)$/.exec(path) ?? [];
    const pool = pools.find(poolId);
    if (pool === undefined) {
      return undefined;
    }
    const jwks_uri = `${issuer(pool.id)}/.well-known/jwks.json`;
    switch (name) {
      case "jwks.json":
        return { keys: [publicKeyOf(pool)] };
      case "openid-configuration":
        return {
          issuer: issuer(pool.id),
          jwks_uri,
          id_token_signing_alg_values_supported: ["RS256"],
        };
      default:
        return undefined;
    }
  }

  return (request, response) => {
    allowAllOrigins(request, response);
    if (request.method === "OPTIONS") {
      response.writeHead(200).end();
    } else if (request.method === "GET") {
      const document = documentAt(request.url ?? "");
      const status = document === undefined ? 404 : 200;
      response.writeHead(status, { "content-type": "application/json" });
      response.end(JSON.stringify(document ?? { message: "not found" }));
    } else {
      operations(request, response);
    }
  };
}

/** Cognito permits calls from pages of any origin: what they may ask for needs a password, a token or a signature. */
function allowAllOrigins(request: IncomingMessage, response: ServerResponse): void {
  response.setHeader("access-control-allow-origin", "*");
  response.setHeader("access-control-expose-headers", "x-amzn-RequestId,x-amzn-ErrorType,Date");
  if (request.method === "OPTIONS") {
    const wanted = request.headers["access-control-request-headers"] ?? "*";
    response.setHeader("access-control-allow-headers", wanted);
    response.setHeader("access-control-allow-methods", "GET,POST,OPTIONS");
    response.setHeader("access-control-max-age", "172800");
  }
}
