import { createSign, generateKeyPairSync } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  AdminAddUserToGroupCommand,
  AdminCreateUserCommand,
  AdminDisableUserCommand,
  AdminGetUserCommand,
  AdminInitiateAuthCommand,
  AdminSetUserPasswordCommand,
  CognitoIdentityProviderClient,
  CreateGroupCommand,
  CreateUserPoolClientCommand,
  type CreateUserPoolClientCommandInput,
  CreateUserPoolCommand,
  GetTokensFromRefreshTokenCommand,
  GetUserCommand,
  InitiateAuthCommand,
  RespondToAuthChallengeCommand,
  SignUpCommand,
} from "@aws-sdk/client-cognito-identity-provider";
import { JwtRsaVerifier } from "aws-jwt-verify";
import type { Jwks } from "aws-jwt-verify/jwk";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Cognito, startCognito } from "../../src/cognito/cognito";
import { type Credentials, Iam } from "../../src/iam/iam";

const region = "eu-central-1";
const iam = new Iam({ region });
const temporary = "Temporary-1";
const permanent = "Permanent-22";
let cognito: Cognito;
let administrator: CognitoIdentityProviderClient;
let anybody: CognitoIdentityProviderClient;
let UserPoolId: string;
let ClientId: string;

const client = (credentials: Credentials): CognitoIdentityProviderClient =>
  new CognitoIdentityProviderClient({
    region,
    credentials,
    endpoint: cognito.endpoint,
    maxAttempts: 1,
  });

beforeAll(async () => {
  cognito = await startCognito({ region, iam, log: () => {} });
  administrator = client(iam.administrator);
  anybody = client({ accessKeyId: "none", secretAccessKey: "none" });
  const { UserPool } = await administrator.send(
    new CreateUserPoolCommand({
      PoolName: "users",
      UsernameAttributes: ["email"],
      UsernameConfiguration: { CaseSensitive: false },
      AutoVerifiedAttributes: ["email"],
      AdminCreateUserConfig: { AllowAdminCreateUserOnly: true },
      Policies: { PasswordPolicy: { MinimumLength: 10, RequireNumbers: true } },
    }),
  );
  expect(UserPool?.Arn).toBe(`arn:aws:cognito-idp:${region}:000000000000:userpool/${UserPool?.Id}`);
  UserPoolId = UserPool?.Id ?? "";
  await administrator.send(new CreateGroupCommand({ UserPoolId, GroupName: "operators" }));
  ClientId = await appClient({
    ExplicitAuthFlows: [
      "ALLOW_USER_PASSWORD_AUTH",
      "ALLOW_USER_SRP_AUTH",
      "ALLOW_REFRESH_TOKEN_AUTH",
    ],
    PreventUserExistenceErrors: "ENABLED",
    AccessTokenValidity: 15,
    TokenValidityUnits: { AccessToken: "minutes" },
  });
}, 60_000);

afterAll(() => cognito.stop());

async function appClient(input: Partial<CreateUserPoolClientCommandInput>): Promise<string> {
  const { UserPoolClient } = await administrator.send(
    new CreateUserPoolClientCommand({ UserPoolId, ClientName: "app", ...input }),
  );
  return UserPoolClient?.ClientId ?? "";
}

let users = 0;
/** Creates a user with a temporary or a permanent password and returns the e-mail address. */
async function user(kind: "temporary" | "permanent"): Promise<string> {
  users += 1;
  const Username = `User${users}@Example.com`;
  await administrator.send(
    new AdminCreateUserCommand({
      UserPoolId,
      Username,
      TemporaryPassword: temporary,
      MessageAction: "SUPPRESS",
    }),
  );
  if (kind === "permanent") {
    await administrator.send(
      new AdminSetUserPasswordCommand({
        UserPoolId,
        Username,
        Password: permanent,
        Permanent: true,
      }),
    );
  }
  return Username;
}

const signIn = (USERNAME: string, PASSWORD: string, id = ClientId) =>
  anybody.send(
    new InitiateAuthCommand({
      ClientId: id,
      AuthFlow: "USER_PASSWORD_AUTH",
      AuthParameters: { USERNAME, PASSWORD },
    }),
  );

const answer = (Session: string | undefined, USERNAME: string, NEW_PASSWORD: string) =>
  anybody.send(
    new RespondToAuthChallengeCommand({
      ClientId,
      ChallengeName: "NEW_PASSWORD_REQUIRED",
      ChallengeResponses: { USERNAME, NEW_PASSWORD },
      Session,
    }),
  );

const refresh = (REFRESH_TOKEN: string | undefined, id = ClientId) =>
  anybody.send(
    new InitiateAuthCommand({
      ClientId: id,
      AuthFlow: "REFRESH_TOKEN_AUTH",
      AuthParameters: { REFRESH_TOKEN: REFRESH_TOKEN ?? "" },
    }),
  );

const incorrect = {
  name: "NotAuthorizedException",
  message: "Incorrect username or password.",
};

async function verify(token: string | undefined) {
  const issuer = cognito.issuer(UserPoolId);
  const verifier = JwtRsaVerifier.create({ issuer, audience: null });
  const response = await fetch(`${issuer}/.well-known/jwks.json`);
  verifier.cacheJwks((await response.json()) as Jwks);
  return verifier.verifySync(token ?? "");
}

describe("sign-in", () => {
  it("returns tokens with the guard as issuer, the user's groups and the client's validity", async () => {
    const Username = await user("permanent");
    await administrator.send(
      new AdminAddUserToGroupCommand({ UserPoolId, Username, GroupName: "operators" }),
    );
    // Creating the group again is rejected, and its members remain.
    await expect(
      administrator.send(new CreateGroupCommand({ UserPoolId, GroupName: "operators" })),
    ).rejects.toMatchObject({ name: "GroupExistsException" });
    const { AuthenticationResult: tokens } = await signIn(Username, permanent);
    expect(tokens).toMatchObject({ TokenType: "Bearer", ExpiresIn: 15 * 60 });
    const access = await verify(tokens?.AccessToken);
    expect(access).toMatchObject({
      token_use: "access",
      client_id: ClientId,
      "cognito:groups": ["operators"],
    });
    expect(Number(access.exp) - Number(access.iat)).toBe(15 * 60);
    const id = await verify(tokens?.IdToken);
    expect(id).toMatchObject({
      token_use: "id",
      aud: ClientId,
      email: Username.toLowerCase(),
      "cognito:groups": ["operators"],
      sub: access.sub,
    });
    // The client sets no validity of id tokens: Cognito's default is an hour.
    expect(Number(id.exp) - Number(id.iat)).toBe(60 * 60);
  });

  it("ignores the case of e-mail addresses if the pool does", async () => {
    const Username = await user("permanent");
    await expect(signIn(Username.toUpperCase(), permanent)).resolves.toHaveProperty(
      "AuthenticationResult.AccessToken",
    );
  });

  it("checks the temporary password before it requests a new one", async () => {
    const Username = await user("temporary");
    await expect(signIn(Username, "Wrong-Pass-1")).rejects.toMatchObject(incorrect);
    const challenge = await signIn(Username, temporary);
    expect(challenge.AuthenticationResult).toBeUndefined();
    expect(challenge.ChallengeName).toBe("NEW_PASSWORD_REQUIRED");
    expect(JSON.parse(challenge.ChallengeParameters?.userAttributes ?? "")).toEqual({
      email: Username.toLowerCase(),
    });

    await expect(answer(challenge.Session, Username, "short")).rejects.toMatchObject({
      name: "InvalidPasswordException",
      message: "Password did not conform with policy: Password not long enough",
    });
    const { AuthenticationResult } = await answer(challenge.Session, Username, permanent);
    await expect(verify(AuthenticationResult?.AccessToken)).resolves.toBeDefined();
    // The first tokens can be refreshed as well.
    await expect(refresh(AuthenticationResult?.RefreshToken)).resolves.toBeDefined();
    await expect(answer(challenge.Session, Username, permanent)).rejects.toMatchObject({
      message: "Invalid session for the user.",
    });
    await expect(signIn(Username, temporary)).rejects.toMatchObject(incorrect);
    await expect(signIn(Username, permanent)).resolves.toHaveProperty("AuthenticationResult");
  });

  it("rejects a made-up or foreign session that would set another user's password", async () => {
    const [victim, attacker] = [await user("permanent"), await user("temporary")];
    const { Session } = await signIn(attacker, temporary);
    for (const session of [Session, "00000000-0000-0000-0000-000000000000"]) {
      await expect(answer(session, victim, "Stolen-Pass-1")).rejects.toMatchObject({
        name: "NotAuthorizedException",
        message: "Invalid session for the user.",
      });
    }
    await expect(signIn(victim, permanent)).resolves.toBeDefined();
  });

  it("distinguishes an unknown user from a wrong password only if the client allows it", async () => {
    const Username = await user("permanent");
    await expect(signIn(Username, "Wrong-Pass-1")).rejects.toMatchObject(incorrect);
    await expect(signIn("nobody@example.com", permanent)).rejects.toMatchObject(incorrect);
    const legacy = await appClient({ ExplicitAuthFlows: ["ALLOW_USER_PASSWORD_AUTH"] });
    await expect(signIn("nobody@example.com", permanent, legacy)).rejects.toMatchObject({
      name: "UserNotFoundException",
    });
  });

  it("rejects disabled users, also on refresh", async () => {
    const Username = await user("permanent");
    const { AuthenticationResult } = await signIn(Username, permanent);
    await administrator.send(new AdminDisableUserCommand({ UserPoolId, Username }));
    const disabled = { name: "NotAuthorizedException", message: "User is disabled." };
    await expect(signIn(Username, permanent)).rejects.toMatchObject(disabled);
    await expect(refresh(AuthenticationResult?.RefreshToken)).rejects.toMatchObject(disabled);
  });

  it("accepts only the flows that the client allows, and no SRP", async () => {
    const Username = await user("permanent");
    const withoutFlows = await appClient({});
    await expect(signIn(Username, permanent, withoutFlows)).rejects.toMatchObject({
      name: "InvalidParameterException",
      message: "USER_PASSWORD_AUTH flow not enabled for this client",
    });
    const srp = new InitiateAuthCommand({
      ClientId,
      AuthFlow: "USER_SRP_AUTH",
      AuthParameters: { USERNAME: Username, SRP_A: "1" },
    });
    await expect(anybody.send(srp)).rejects.toThrow("USER_SRP_AUTH is not offered");
    const asAdministrator = (id: string) =>
      administrator.send(
        new AdminInitiateAuthCommand({
          UserPoolId,
          ClientId: id,
          AuthFlow: "ADMIN_USER_PASSWORD_AUTH",
          AuthParameters: { USERNAME: Username, PASSWORD: permanent },
        }),
      );
    await expect(asAdministrator(ClientId)).rejects.toMatchObject({
      message: "Auth flow not enabled for this client",
    });
    const allowing = await appClient({ ExplicitAuthFlows: ["ALLOW_ADMIN_USER_PASSWORD_AUTH"] });
    await expect(asAdministrator(allowing)).resolves.toHaveProperty("AuthenticationResult");
  });
});

describe("token refresh", () => {
  it("returns new tokens, but only to the client that the refresh token was issued to", async () => {
    const { AuthenticationResult } = await signIn(await user("permanent"), permanent);
    const RefreshToken = AuthenticationResult?.RefreshToken;
    const first = await refresh(RefreshToken);
    await expect(verify(first.AuthenticationResult?.IdToken)).resolves.toBeDefined();
    const second = await anybody.send(
      new GetTokensFromRefreshTokenCommand({ ClientId, RefreshToken }),
    );
    await expect(verify(second.AuthenticationResult?.AccessToken)).resolves.toBeDefined();
    const other = await appClient({});
    await expect(refresh(RefreshToken, other)).rejects.toMatchObject({
      name: "NotAuthorizedException",
    });
    await expect(refresh("made up")).rejects.toMatchObject({ name: "NotAuthorizedException" });
  });
});

describe("the Cognito guard", () => {
  it("verifies access tokens", async () => {
    const { AuthenticationResult } = await signIn(await user("permanent"), permanent);
    const { AccessToken = "", IdToken = "" } = AuthenticationResult ?? {};
    await expect(anybody.send(new GetUserCommand({ AccessToken }))).resolves.toHaveProperty(
      "Username",
    );
    // Signed with the key that is part of cognito-local's package.
    const { pem } = require("cognito-local/lib/keys/cognitoLocal.private.json");
    const own = generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey;
    for (const key of [pem, own]) {
      const [header, payload] = AccessToken.split(".");
      const signature = createSign("RSA-SHA256").update(`${header}.${payload}`).sign(key);
      const forged = `${header}.${payload}.${signature.toString("base64url")}`;
      await expect(verify(forged)).rejects.toThrow("signature");
      await expect(anybody.send(new GetUserCommand({ AccessToken: forged }))).rejects.toMatchObject(
        { name: "NotAuthorizedException" },
      );
    }
    await expect(anybody.send(new GetUserCommand({ AccessToken: IdToken }))).rejects.toMatchObject({
      name: "NotAuthorizedException",
    });
  });

  it("requires the administrator's signature, or a role's with the permission", async () => {
    const Username = await user("permanent");
    const command = () => new AdminGetUserCommand({ UserPoolId, Username });
    await expect(administrator.send(command())).resolves.toBeDefined();
    await expect(anybody.send(command())).rejects.toMatchObject({
      name: "UnrecognizedClientException",
    });
    const role = iam.createRole("nobody");
    await expect(client(iam.assumeRole(role)).send(command())).rejects.toMatchObject({
      name: "AccessDeniedException",
      message: expect.stringContaining("cognito-idp:AdminGetUser"),
    });
    const unsigned = await fetch(cognito.endpoint, {
      method: "POST",
      headers: { "x-amz-target": "AWSCognitoIdentityProviderService.ListUserPools" },
      body: "{}",
    });
    expect(unsigned.status).toBe(400);
  });

  it("rejects unsupported operations and settings by name", async () => {
    const Username = "someone@example.com";
    await expect(
      anybody.send(new SignUpCommand({ ClientId, Username, Password: permanent })),
    ).rejects.toThrow("SignUp is not offered");
    await expect(appClient({ GenerateSecret: true })).rejects.toThrow("secret");
    await expect(appClient({ RefreshTokenRotation: { Feature: "ENABLED" } })).rejects.toThrow(
      "RefreshTokenRotation",
    );
    await expect(appClient({ CallbackURLs: ["https://example.com"] })).rejects.toThrow(
      "CallbackURLs",
    );
    await expect(
      administrator.send(
        new CreateUserPoolCommand({ PoolName: "x", LambdaConfig: { PreSignUp: "arn" } }),
      ),
    ).rejects.toThrow("LambdaConfig");
    await expect(
      administrator.send(
        new AdminCreateUserCommand({ UserPoolId, Username, TemporaryPassword: "weak" }),
      ),
    ).rejects.toMatchObject({ name: "InvalidPasswordException" });
  });

  it("allows pages of any origin and serves the documents that token verifiers read", async () => {
    const preflight = await fetch(cognito.endpoint, {
      method: "OPTIONS",
      headers: {
        origin: "https://example.com",
        "access-control-request-method": "POST",
        "access-control-request-headers": "content-type,x-amz-target",
      },
    });
    expect(preflight.headers.get("access-control-allow-origin")).toBe("*");
    expect(preflight.headers.get("access-control-allow-headers")).toContain("x-amz-target");
    const issuer = cognito.issuer(UserPoolId);
    const configuration = await fetch(`${issuer}/.well-known/openid-configuration`);
    expect(await configuration.json()).toMatchObject({
      issuer,
      jwks_uri: `${issuer}/.well-known/jwks.json`,
    });
    const unknown = await fetch(`${cognito.endpoint}/local_none/.well-known/jwks.json`);
    expect(unknown.status).toBe(404);
  });
});

describe("Cognito's data folder", () => {
  it("keeps pools, clients and users across a restart, but no refresh tokens", async () => {
    const dataDirectory = await mkdtemp(join(tmpdir(), "cognito-test-"));
    const before = cognito;
    cognito = await startCognito({ region, iam, dataDirectory, log: () => {} });
    const first = client(iam.administrator);
    const { UserPool } = await first.send(new CreateUserPoolCommand({ PoolName: "kept" }));
    const pool = { UserPoolId: UserPool?.Id };
    const { UserPoolClient } = await first.send(
      new CreateUserPoolClientCommand({
        ...pool,
        ClientName: "app",
        ExplicitAuthFlows: ["ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"],
      }),
    );
    const Username = "kept";
    const Password = permanent;
    await first.send(new AdminCreateUserCommand({ ...pool, Username, MessageAction: "SUPPRESS" }));
    await first.send(
      new AdminSetUserPasswordCommand({ ...pool, Username, Password, Permanent: true }),
    );
    anybody = client({ accessKeyId: "none", secretAccessKey: "none" });
    const { AuthenticationResult } = await signIn(Username, Password, UserPoolClient?.ClientId);
    await cognito.stop();

    cognito = await startCognito({ region, iam, dataDirectory, log: () => {} });
    anybody = client({ accessKeyId: "none", secretAccessKey: "none" });
    await expect(signIn(Username, Password, UserPoolClient?.ClientId)).resolves.toHaveProperty(
      "AuthenticationResult.AccessToken",
    );
    await expect(
      refresh(AuthenticationResult?.RefreshToken, UserPoolClient?.ClientId),
    ).rejects.toMatchObject({ name: "NotAuthorizedException" });
    await cognito.stop();
    cognito = before;
    await rm(dataDirectory, { recursive: true });
  }, 30_000);
});
