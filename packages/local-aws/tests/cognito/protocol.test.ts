import { createSign, generateKeyPairSync } from "node:crypto";
import { GetUserCommand } from "@aws-sdk/client-cognito-identity-provider";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Pool, permanent, startWorld, type World } from "./harness";

let world: World;
let pool: Pool;
beforeAll(async () => {
  world = await startWorld();
  pool = await world.pool();
});
afterAll(() => world.stop());

async function post(operation: string, body: unknown) {
  const response = await fetch(world.cognito.endpoint, {
    method: "POST",
    headers: {
      "content-type": "application/x-amz-json-1.1",
      "x-amz-target": `AWSCognitoIdentityProviderService.${operation}`,
    },
    body: typeof body === "string" ? body : JSON.stringify(body),
  });
  return { status: response.status, ...((await response.json()) as object) };
}

describe("Cognito's protocol", () => {
  it.each(["Nonsense", "__proto__", "constructor", "toString", "ListDevices"])(
    "knows no operation %s",
    async (operation) => {
      expect(await post(operation, {})).toMatchObject({
        status: 400,
        __type: "UnknownOperationException",
      });
    },
  );

  it("asks for a signature before it looks at what only administrators may do", async () => {
    for (const operation of ["ListUserPools", "AdminCreateUser", "CreateUserPool"]) {
      expect(await post(operation, {})).toMatchObject({
        status: 400,
        __type: "MissingAuthenticationTokenException",
      });
    }
  });

  const auth = (AuthParameters: unknown) => ({
    AuthFlow: "USER_PASSWORD_AUTH",
    ClientId: "CLIENT",
    AuthParameters,
  });
  it.each([
    ["InitiateAuth", auth({ USERNAME: 1, PASSWORD: "x" }), "SerializationException"],
    ["InitiateAuth", auth({ USERNAME: ["a"], PASSWORD: "x" }), "SerializationException"],
    ["InitiateAuth", auth({ USERNAME: { a: 1 }, PASSWORD: "x" }), "SerializationException"],
    ["InitiateAuth", auth("USERNAME"), "SerializationException"],
    ["InitiateAuth", auth({ PASSWORD: "x" }), "InvalidParameterException"],
    ["InitiateAuth", auth({ USERNAME: null, PASSWORD: "x" }), "InvalidParameterException"],
    ["InitiateAuth", auth(JSON.parse('{"__proto__": "x"}')), "InvalidParameterException"],
    ["InitiateAuth", { ClientId: "CLIENT" }, "InvalidParameterException"],
    ["InitiateAuth", { ...auth({}), AuthFlow: "__proto__" }, "InvalidParameterException"],
    ["InitiateAuth", { ...auth({}), ClientId: "__proto__" }, "ResourceNotFoundException"],
    [
      "RespondToAuthChallenge",
      { ClientId: "CLIENT", ChallengeName: "constructor" },
      "InvalidParameterException",
    ],
    ["GetUser", { AccessToken: true }, "SerializationException"],
    ["GetUser", { AccessToken: "a.b.c" }, "NotAuthorizedException"],
    ["GetUser", {}, "InvalidParameterException"],
    ["GetUser", "[]", "SerializationException"],
    ["GetUser", "{", "SerializationException"],
    ["RevokeToken", { ClientId: "CLIENT", Token: "a.b.c" }, "UnsupportedTokenTypeException"],
    ["RevokeToken", { ClientId: "CLIENT", Token: "abc" }, "NotAuthorizedException"],
    ["AssociateSoftwareToken", {}, "InvalidParameterException"],
    ["VerifySoftwareToken", { Session: "x", UserCode: "1" }, "NotAuthorizedException"],
    [
      "SetUserMFAPreference",
      { AccessToken: "x", SMSMfaSettings: { Enabled: true } },
      "InvalidParameterException",
    ],
  ])(
    "answers %s of %j with %s, and not with a failure of its own",
    async (operation, body, type) => {
      const text = (typeof body === "string" ? body : JSON.stringify(body)).replace(
        '"CLIENT"',
        JSON.stringify(pool.ClientId),
      );
      expect(await post(operation, text)).toMatchObject({ status: 400, __type: type });
    },
  );

  it("says what is missing, in AWS's words", async () => {
    expect(await post("GetUser", {})).toMatchObject({
      message:
        "1 validation error detected: Value null at 'accessToken' failed to satisfy constraint: Member must not be null",
    });
  });
});

describe("access tokens", () => {
  it("count with the pool's signature alone, and are no id tokens", async () => {
    const { AuthenticationResult } = await pool.signIn(await pool.user(), permanent);
    const { AccessToken = "", IdToken = "" } = AuthenticationResult ?? {};
    const get = (token: string) => world.anybody.send(new GetUserCommand({ AccessToken: token }));
    await expect(get(AccessToken)).resolves.toHaveProperty("Username");
    const [header, payload] = AccessToken.split(".");
    const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
    const signature = createSign("RSA-SHA256").update(`${header}.${payload}`).sign(privateKey);
    const forged = `${header}.${payload}.${signature.toString("base64url")}`;
    await expect(pool.verify(forged)).rejects.toThrow("signature");
    for (const token of [forged, IdToken]) {
      await expect(get(token)).rejects.toMatchObject({
        name: "NotAuthorizedException",
        message: "Invalid Access Token",
      });
    }
  });
});

describe("pages of any origin", () => {
  it("may call Cognito, as on AWS", async () => {
    const preflight = await fetch(world.cognito.endpoint, {
      method: "OPTIONS",
      headers: {
        origin: "https://example.com",
        "access-control-request-method": "POST",
        "access-control-request-headers": "content-type,x-amz-target",
      },
    });
    expect(preflight.headers.get("access-control-allow-origin")).toBe("*");
    expect(preflight.headers.get("access-control-allow-headers")).toContain("x-amz-target");
  });

  it("read the documents that token verifiers need", async () => {
    const issuer = world.cognito.issuer(pool.UserPoolId);
    const configuration = await fetch(`${issuer}/.well-known/openid-configuration`);
    expect(await configuration.json()).toMatchObject({
      issuer,
      jwks_uri: `${issuer}/.well-known/jwks.json`,
    });
    for (const path of [
      "eu-central-1_none/.well-known/jwks.json",
      "__proto__/.well-known/jwks.json",
    ]) {
      expect((await fetch(`${world.cognito.endpoint}/${path}`)).status).toBe(404);
    }
  });
});
