import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import { JwtRsaVerifier } from "aws-jwt-verify";
import type { Jwks } from "aws-jwt-verify/jwk";
import type { JwtPayload } from "aws-jwt-verify/jwt-model";
import { type Answer, awsJson, type Call, type Input, ServiceError } from "../aws-json";
import { accessDenied, type Iam, localAccountId } from "../iam/iam";
import { type AppClient, Directory } from "./directory";
import type { Engine } from "./engine";
import { checkPassword, newPassword } from "./password-policy";
import { completeInput } from "./provisioning";
import { SignIn } from "./sign-in";

export interface GuardOptions {
  readonly region: string;
  readonly iam: Iam;
  /** The guard's own URL, the domain of the tokens' issuers. */
  readonly url: string;
  readonly engine: Engine;
}

/** Operations that cognito-local performs as Cognito does, once the caller is authorized. */
const administratorOperations = [
  "AdminAddUserToGroup",
  "AdminCreateUser",
  "AdminDeleteUser",
  "AdminDisableUser",
  "AdminEnableUser",
  "AdminGetUser",
  "AdminListGroupsForUser",
  "AdminRemoveUserFromGroup",
  "AdminSetUserPassword",
  "AdminUpdateUserAttributes",
  "CreateGroup",
  "CreateUserPool",
  "CreateUserPoolClient",
  "DescribeUserPool",
  "DescribeUserPoolClient",
  "GetGroup",
  "ListGroups",
  "ListUserPoolClients",
  "ListUserPools",
  "ListUsers",
  "ListUsersInGroup",
];

/** Serves cognito-local to clients and requires the signatures and tokens that Cognito requires. */
export async function createGuard(options: GuardOptions): Promise<RequestListener> {
  const { region, iam, url, engine } = options;
  const directory = new Directory(engine);
  await directory.load();
  const signIn = new SignIn(engine, directory);
  const arnPrefix = `arn:aws:cognito-idp:${region}:${localAccountId}:userpool/`;

  const publicOperations: Readonly<Record<string, (input: Input) => Promise<unknown>>> = {
    InitiateAuth: (input) => signIn.initiateAuth(input, false),
    RespondToAuthChallenge: (input) => signIn.respondToAuthChallenge(input),
    GetTokensFromRefreshToken: (input) => signIn.getTokensFromRefreshToken(input),
    GetUser: async (input) => {
      await verifyAccessToken(input.AccessToken);
      return engine.call("GetUser", input);
    },
  };
  const signedOperations: Readonly<Record<string, (input: Input) => Promise<unknown>>> = {
    AdminInitiateAuth: (input) => signIn.initiateAuth(input, true),
    AdminRespondToAuthChallenge: (input) => signIn.respondToAuthChallenge(input),
    ...Object.fromEntries(
      administratorOperations.map((name) => [name, (input) => administer(name, input)]),
    ),
  };

  const operations = awsJson(
    { version: "1.1", services: ["AWSCognitoIdentityProviderService"] },
    async (call): Promise<Answer> => {
      const { operation, input } = call;
      const run = publicOperations[operation] ?? signedOperations[operation];
      if (run === undefined) {
        throw new ServiceError(
          "UnsupportedOperationException",
          `${operation} is not offered by the local Cognito`,
        );
      }
      if (publicOperations[operation] === undefined) {
        await authorize(call);
      }
      // cognito-local's ARNs contain no region.
      const body = JSON.stringify(await run(input)).replaceAll(
        "arn:aws:cognito-idp:local:local:userpool/",
        arnPrefix,
      );
      return { status: 200, body };
    },
  );
  return (request, response) => {
    allowAllOrigins(request, response);
    if (request.method === "OPTIONS") {
      response.writeHead(200).end();
    } else if (request.method === "GET") {
      void serveKeys(request, response);
    } else {
      operations(request, response);
    }
  };

  async function authorize({ operation, input, request }: Call): Promise<void> {
    const principal = await iam.authenticate(request, "cognito-idp");
    const pool = input.UserPoolId;
    const resource = typeof pool === "string" ? `${arnPrefix}${pool}` : "*";
    if (!iam.allows(principal, `cognito-idp:${operation}`, resource)) {
      throw accessDenied(principal, `cognito-idp:${operation}`, resource);
    }
  }

  async function administer(operation: string, given: Input): Promise<unknown> {
    const input = { ...(await directory.normalized(completeInput(operation, given))) };
    if (operation === "AdminCreateUser") {
      input.TemporaryPassword ??= newPassword();
    }
    const password = input.TemporaryPassword ?? input.Password;
    if (password !== undefined) {
      const { Policies } = await directory.pool(input.UserPoolId);
      checkPassword(String(password), Policies?.PasswordPolicy);
    }
    if (operation === "CreateGroup" && (await directory.hasGroup(input))) {
      // cognito-local would replace the group by one without members.
      throw new ServiceError("GroupExistsException", "A group with the name already exists.");
    }
    const output = await engine.call(operation, input);
    if (operation === "CreateUserPoolClient") {
      directory.addClient(output.UserPoolClient as AppClient);
    }
    return output;
  }

  async function jwks(): Promise<Jwks> {
    return (await (await fetch(`${engine.url}/any/.well-known/jwks.json`)).json()) as Jwks;
  }

  /** cognito-local reads access tokens without verifying them. */
  async function verifyAccessToken(token: unknown): Promise<void> {
    const pools = (await engine.call("ListUserPools", { MaxResults: 60 })).UserPools;
    const verifier = JwtRsaVerifier.create(
      (pools as readonly { Id: string }[]).map(({ Id }) => ({
        issuer: `${url}/${Id}`,
        audience: null,
        customJwtCheck: ({ payload }: { payload: JwtPayload }) => {
          if (payload.token_use !== "access") {
            throw new Error("not an access token");
          }
        },
      })),
    );
    const keys = await jwks();
    try {
      for (const { Id } of pools as readonly { Id: string }[]) {
        verifier.cacheJwks(keys, `${url}/${Id}`);
      }
      verifier.verifySync(String(token));
    } catch {
      throw new ServiceError("NotAuthorizedException", "Invalid Access Token");
    }
  }

  /** Serves the public documents that token verifiers read. */
  async function serveKeys(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const [, poolId = "", document] =
      /^\/([\w-]+)\/\.well-known\/(.+)$/.exec(request.url ?? "") ?? [];
    const issuer = `${url}/${poolId}`;
    const exists = await directory.pool(poolId).then(
      () => true,
      () => false,
    );
    const content =
      exists && document === "jwks.json"
        ? await jwks()
        : exists && document === "openid-configuration"
          ? {
              issuer,
              jwks_uri: `${issuer}/.well-known/jwks.json`,
              id_token_signing_alg_values_supported: ["RS256"],
            }
          : undefined;
    response.writeHead(content === undefined ? 404 : 200, { "content-type": "application/json" });
    response.end(JSON.stringify(content ?? { message: "not found" }));
  }
}

/** Cognito permits calls from pages of any origin. */
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
