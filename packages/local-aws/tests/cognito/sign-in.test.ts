import {
  AdminAddUserToGroupCommand,
  AdminDisableUserCommand,
  AdminInitiateAuthCommand,
  CreateGroupCommand,
  GetTokensFromRefreshTokenCommand,
  InitiateAuthCommand,
  RespondToAuthChallengeCommand,
  SetUserPoolMfaConfigCommand,
} from "@aws-sdk/client-cognito-identity-provider";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { Authenticator } from "../../src/client/authenticator";
import { SignInClient } from "../../src/client/sign-in";
import {
  incorrect,
  type Pool,
  permanent,
  region,
  startWorld,
  temporary,
  type World,
} from "./harness";

let world: World;
let pool: Pool;
beforeAll(async () => {
  world = await startWorld();
  pool = await world.pool();
});
afterAll(() => world.stop());
afterEach(() => {
  vi.useRealTimers();
});

const newPassword = (Session: string | undefined, USERNAME: string, NEW_PASSWORD: string) =>
  world.anybody.send(
    new RespondToAuthChallengeCommand({
      ClientId: pool.ClientId,
      ChallengeName: "NEW_PASSWORD_REQUIRED",
      ChallengeResponses: { USERNAME, NEW_PASSWORD },
      Session,
    }),
  );

const refresh = (REFRESH_TOKEN: string | undefined, ClientId = pool.ClientId) =>
  world.anybody.send(
    new InitiateAuthCommand({
      ClientId,
      AuthFlow: "REFRESH_TOKEN_AUTH",
      AuthParameters: { REFRESH_TOKEN: REFRESH_TOKEN ?? "" },
    }),
  );

const startSrp = (USERNAME: string, SRP_A = "2", ClientId = pool.ClientId) =>
  world.anybody.send(
    new InitiateAuthCommand({
      ClientId,
      AuthFlow: "USER_SRP_AUTH",
      AuthParameters: { USERNAME, SRP_A },
    }),
  );

const later = (ms: number) => vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + ms });

describe("sign-in", () => {
  it("returns tokens with the pool as issuer, the user's groups and the client's validity", async () => {
    const Username = await pool.user();
    const { UserPoolId, ClientId } = pool;
    await world.administrator.send(
      new CreateGroupCommand({ UserPoolId, GroupName: "readers", Precedence: 2 }),
    );
    await world.administrator.send(
      new CreateGroupCommand({ UserPoolId, GroupName: "operators", Precedence: 1 }),
    );
    for (const GroupName of ["readers", "operators"]) {
      await world.administrator.send(
        new AdminAddUserToGroupCommand({ UserPoolId, Username, GroupName }),
      );
    }
    const { AuthenticationResult: tokens } = await pool.signIn(Username, permanent);
    expect(tokens).toMatchObject({ TokenType: "Bearer", ExpiresIn: 15 * 60 });
    const access = await pool.verify(tokens?.AccessToken);
    expect(access).toMatchObject({
      token_use: "access",
      client_id: ClientId,
      "cognito:groups": ["operators", "readers"],
      scope: "aws.cognito.signin.user.admin",
      auth_time: access.iat,
    });
    expect(Number(access.exp) - Number(access.iat)).toBe(15 * 60);
    const id = await pool.verify(tokens?.IdToken);
    expect(id).toMatchObject({
      token_use: "id",
      aud: ClientId,
      email: Username.toLowerCase(),
      email_verified: true,
      "cognito:username": access.username,
      "cognito:groups": ["operators", "readers"],
      sub: access.sub,
      origin_jti: access.origin_jti,
      event_id: access.event_id,
    });
    expect(id.jti).not.toBe(access.jti);
    // Where users sign in with their address, the user name is the sub, as on AWS.
    expect(access.username).toBe(access.sub);
    // The client sets no validity of id tokens: Cognito's default is an hour.
    expect(Number(id.exp) - Number(id.iat)).toBe(60 * 60);
  });

  it("has no groups in a token where there are none, and no origin_jti where tokens cannot be revoked", async () => {
    const clientId = await pool.client({
      ExplicitAuthFlows: ["ALLOW_USER_PASSWORD_AUTH"],
      EnableTokenRevocation: false,
    });
    const { AuthenticationResult } = await pool.signIn(await pool.user(), permanent, clientId);
    const claims = await pool.verify(AuthenticationResult?.AccessToken);
    expect(claims).not.toHaveProperty("cognito:groups");
    expect(claims).not.toHaveProperty("origin_jti");
  });

  it("ignores the case of e-mail addresses if the pool does", async () => {
    const Username = await pool.user();
    await expect(pool.signIn(Username.toUpperCase(), permanent)).resolves.toHaveProperty(
      "AuthenticationResult.AccessToken",
    );
  });

  it("checks the temporary password before it requests a new one", async () => {
    const Username = await pool.user("temporary");
    await expect(pool.signIn(Username, "Wrong-Pass-1")).rejects.toMatchObject(incorrect);
    const challenge = await pool.signIn(Username, temporary);
    expect(challenge.AuthenticationResult).toBeUndefined();
    expect(challenge.ChallengeName).toBe("NEW_PASSWORD_REQUIRED");
    expect(JSON.parse(challenge.ChallengeParameters?.userAttributes ?? "")).toEqual({
      email: Username.toLowerCase(),
      email_verified: "true",
    });

    await expect(newPassword(challenge.Session, Username, "short")).rejects.toMatchObject({
      name: "InvalidPasswordException",
      message: "Password did not conform with policy: Password not long enough",
    });
    const { AuthenticationResult } = await newPassword(challenge.Session, Username, permanent);
    await expect(pool.verify(AuthenticationResult?.AccessToken)).resolves.toBeDefined();
    // The first tokens can be refreshed as well.
    await expect(refresh(AuthenticationResult?.RefreshToken)).resolves.toBeDefined();
    await expect(newPassword(challenge.Session, Username, permanent)).rejects.toMatchObject({
      message: "Invalid session for the user.",
    });
    await expect(pool.signIn(Username, temporary)).rejects.toMatchObject(incorrect);
    await expect(pool.signIn(Username, permanent)).resolves.toHaveProperty("AuthenticationResult");
  });

  it("asks for the attributes that the pool requires and the user lacks, with the new password", async () => {
    const strict = await world.pool({
      PoolName: "strict",
      Schema: [{ Name: "name", AttributeDataType: "String", Required: true, Mutable: true }],
    });
    const Username = await strict.user("temporary");
    const { Session, ChallengeParameters } = await strict.signIn(Username, temporary);
    expect(ChallengeParameters?.requiredAttributes).toBe('["userAttributes.name"]');
    const answer = (attributes: Readonly<Record<string, string>>) =>
      world.anybody.send(
        new RespondToAuthChallengeCommand({
          ClientId: strict.ClientId,
          ChallengeName: "NEW_PASSWORD_REQUIRED",
          ChallengeResponses: { USERNAME: Username, NEW_PASSWORD: permanent, ...attributes },
          Session,
        }),
      );
    await expect(answer({})).rejects.toThrow("Invalid attributes given, name is missing");
    await expect(answer({ "userAttributes.email": "other@example.com" })).rejects.toThrow(
      "Cannot modify an already provided email",
    );
    await expect(answer({ "userAttributes.phone_number_verified": "true" })).rejects.toThrow(
      "A client attempted to write unauthorized attribute",
    );
    const { AuthenticationResult } = await answer({ "userAttributes.name": "Ada" });
    expect(await strict.verify(AuthenticationResult?.IdToken)).toMatchObject({ name: "Ada" });
  });

  it("refuses a temporary password that is too old", async () => {
    const Username = await pool.user("temporary");
    later(7 * 24 * 3_600_000 + 1_000);
    await expect(pool.signIn(Username, temporary)).rejects.toMatchObject({
      name: "NotAuthorizedException",
      message: "Temporary password has expired and must be reset by an administrator.",
    });
  });

  it("refuses a challenge that is too old", async () => {
    const Username = await pool.user("temporary");
    const { Session } = await pool.signIn(Username, temporary);
    later(3 * 60_000 + 1_000);
    await expect(newPassword(Session, Username, permanent)).rejects.toMatchObject({
      message: "Invalid session for the user, session is expired.",
    });
  });

  it("rejects a made-up or foreign session that would set another user's password", async () => {
    const [victim, attacker] = [await pool.user(), await pool.user("temporary")];
    const { Session } = await pool.signIn(attacker, temporary);
    for (const session of [Session, "00000000-0000-0000-0000-000000000000"]) {
      await expect(newPassword(session, victim, "Stolen-Pass-1")).rejects.toMatchObject({
        name: "NotAuthorizedException",
        message: "Invalid session for the user.",
      });
    }
    await expect(pool.signIn(victim, permanent)).resolves.toBeDefined();
  });

  it("distinguishes an unknown user from a wrong password only if the client allows it", async () => {
    const Username = await pool.user();
    await expect(pool.signIn(Username, "Wrong-Pass-1")).rejects.toMatchObject(incorrect);
    await expect(pool.signIn("nobody@example.com", permanent)).rejects.toMatchObject(incorrect);
    const legacy = await pool.client({
      ExplicitAuthFlows: ["ALLOW_USER_PASSWORD_AUTH", "ALLOW_USER_SRP_AUTH"],
    });
    const unknown = { name: "UserNotFoundException" };
    await expect(pool.signIn("nobody@example.com", permanent, legacy)).rejects.toMatchObject(
      unknown,
    );
    await expect(startSrp("nobody@example.com", "2", legacy)).rejects.toMatchObject(unknown);
  });

  it("rejects disabled users, also on refresh", async () => {
    const Username = await pool.user();
    const { AuthenticationResult } = await pool.signIn(Username, permanent);
    await world.administrator.send(
      new AdminDisableUserCommand({ UserPoolId: pool.UserPoolId, Username }),
    );
    const disabled = { name: "NotAuthorizedException", message: "User is disabled." };
    await expect(pool.signIn(Username, permanent)).rejects.toMatchObject(disabled);
    await expect(refresh(AuthenticationResult?.RefreshToken)).rejects.toMatchObject(disabled);
  });

  it("accepts only the flows that the client allows", async () => {
    const Username = await pool.user();
    const { UserPoolId, ClientId } = pool;
    const withoutPassword = await pool.client();
    await expect(pool.signIn(Username, permanent, withoutPassword)).rejects.toMatchObject({
      name: "InvalidParameterException",
      message: "USER_PASSWORD_AUTH flow not enabled for this client",
    });
    const withoutSrp = await pool.client({ ExplicitAuthFlows: ["ALLOW_USER_PASSWORD_AUTH"] });
    await expect(startSrp(Username, "2", withoutSrp)).rejects.toMatchObject({
      message: "USER_SRP_AUTH is not enabled for the client.",
    });
    const asAdministrator = (id: string) =>
      world.administrator.send(
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
    const allowing = await pool.client({ ExplicitAuthFlows: ["ALLOW_ADMIN_USER_PASSWORD_AUTH"] });
    await expect(asAdministrator(allowing)).resolves.toHaveProperty("AuthenticationResult");
  });
});

describe("sign-in by SRP", () => {
  const client = () =>
    new SignInClient(
      {
        region,
        endpoints: { cognito: world.cognito.endpoint, dynamodb: "", sqs: "" },
        credentials: world.iam.administrator,
      },
      { userPoolId: pool.UserPoolId, clientId: pool.ClientId },
    );

  it("needs the password, first the temporary one", async () => {
    const Username = await pool.user("temporary");
    await expect(client().signIn(Username, permanent)).rejects.toMatchObject(incorrect);
    await expect(client().signIn(Username, temporary)).rejects.toThrow("NEW_PASSWORD_REQUIRED");
    const { sub, idToken } = await client().signInFirst(Username, temporary, permanent);
    expect(await pool.verify(idToken)).toMatchObject({ sub });
    expect(await client().signIn(Username, permanent)).toMatchObject({ sub });
  });

  it("asks for the code of an authenticator where the pool has it so, which is set up at the first sign-in", async () => {
    const strict = await world.pool();
    await world.administrator.send(
      new SetUserPoolMfaConfigCommand({
        UserPoolId: strict.UserPoolId,
        MfaConfiguration: "ON",
        SoftwareTokenMfaConfiguration: { Enabled: true },
      }),
    );
    const Username = await strict.user("temporary");
    const authenticator = new Authenticator();
    const clientWith = (shown: Authenticator) =>
      new SignInClient(
        {
          region,
          endpoints: { cognito: world.cognito.endpoint, dynamodb: "", sqs: "" },
          credentials: world.iam.administrator,
        },
        { userPoolId: strict.UserPoolId, clientId: strict.ClientId },
        shown,
      );
    const { sub } = await clientWith(authenticator).signInFirst(Username, temporary, permanent);
    expect(await clientWith(authenticator).signIn(Username, permanent)).toMatchObject({ sub });
    await expect(clientWith(new Authenticator()).signIn(Username, permanent)).rejects.toThrow(
      `there is no secret of ${sub}`,
    );
  });

  it("gives an unknown user a challenge that is like any other, and always the same", async () => {
    const [known, unknown] = [await startSrp(await pool.user()), await startSrp("no@example.com")];
    const again = await startSrp("NO@example.com");
    for (const name of Object.keys(known.ChallengeParameters ?? {})) {
      const [a, b] = [known, unknown].map(
        ({ ChallengeParameters }) => ChallengeParameters?.[name]?.length ?? 0,
      );
      // A leading zero may be missing.
      expect(Math.abs((a ?? 0) - (b ?? 0)), name).toBeLessThanOrEqual(4);
    }
    for (const name of ["SALT", "USER_ID_FOR_SRP"]) {
      expect(unknown.ChallengeParameters?.[name]).toBe(again.ChallengeParameters?.[name]);
    }
    await expect(client().signIn("no@example.com", permanent)).rejects.toMatchObject(incorrect);
  });

  it.each(["0", "not hexadecimal", "-1"])("refuses the public key %j", async (SRP_A) => {
    await expect(startSrp(await pool.user(), SRP_A)).rejects.toMatchObject({
      name: "InvalidParameterException",
    });
  });

  it("lets a challenge be answered once", async () => {
    const Username = await pool.user();
    const { ChallengeParameters } = await startSrp(Username);
    const answer = () =>
      world.anybody.send(
        new RespondToAuthChallengeCommand({
          ClientId: pool.ClientId,
          ChallengeName: "PASSWORD_VERIFIER",
          ChallengeResponses: {
            USERNAME: ChallengeParameters?.USER_ID_FOR_SRP ?? "",
            PASSWORD_CLAIM_SECRET_BLOCK: ChallengeParameters?.SECRET_BLOCK ?? "",
            PASSWORD_CLAIM_SIGNATURE: "AAAA",
            TIMESTAMP: "Tue Nov 24 13:00:00 UTC 2026",
          },
        }),
      );
    await expect(answer()).rejects.toMatchObject(incorrect);
    await expect(answer()).rejects.toMatchObject({ message: "Invalid session for the user." });
  });
});

describe("token refresh", () => {
  it("returns new tokens of the same sign-in, but only to the client that the refresh token was issued to", async () => {
    const { AuthenticationResult } = await pool.signIn(await pool.user(), permanent);
    const { RefreshToken, AccessToken } = AuthenticationResult ?? {};
    const before = await pool.verify(AccessToken);
    const first = await refresh(RefreshToken);
    expect(first.AuthenticationResult).not.toHaveProperty("RefreshToken");
    await expect(pool.verify(first.AuthenticationResult?.IdToken)).resolves.toBeDefined();
    const second = await world.anybody.send(
      new GetTokensFromRefreshTokenCommand({ ClientId: pool.ClientId, RefreshToken }),
    );
    const after = await pool.verify(second.AuthenticationResult?.AccessToken);
    const { origin_jti, auth_time, sub } = before;
    expect(after).toMatchObject({ origin_jti, auth_time, sub });
    expect(after.jti).not.toBe(before.jti);
    const other = await pool.client({});
    const invalid = { name: "NotAuthorizedException", message: "Invalid Refresh Token" };
    await expect(refresh(RefreshToken, other)).rejects.toMatchObject(invalid);
    await expect(refresh("made up")).rejects.toMatchObject(invalid);
  });

  it("ends with the refresh token's validity", async () => {
    const { AuthenticationResult } = await pool.signIn(await pool.user(), permanent);
    later(30 * 24 * 3_600_000 + 1_000);
    await expect(refresh(AuthenticationResult?.RefreshToken)).rejects.toMatchObject({
      message: "Refresh Token has expired",
    });
  });
});
