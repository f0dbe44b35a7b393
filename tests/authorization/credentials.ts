import { createHmac, createSign, generateKeyPairSync, randomUUID } from "node:crypto";
import { Sha256 } from "@aws-crypto/sha256-js";
import {
  AdminAddUserToGroupCommand,
  AdminCreateUserCommand,
  AdminDisableUserCommand,
  AdminSetUserPasswordCommand,
  CognitoIdentityProviderClient,
  CreateUserPoolClientCommand,
  CreateUserPoolCommand,
  GlobalSignOutCommand,
  InitiateAuthCommand,
  RevokeTokenCommand,
} from "@aws-sdk/client-cognito-identity-provider";
import { SignatureV4 } from "@smithy/signature-v4";
import type { Credentials } from "local-aws";
import type { World } from "../whole-path/world";
import type { HeadersFor } from "./requests";

/** Credentials of every kind, by their names. */
export type AllCredentials = Readonly<Record<string, HeadersFor>>;

const password = "Local-Passw0rd!";

type Tokens = Readonly<Record<"IdToken" | "AccessToken" | "RefreshToken", string>>;

/** Users of the stack's own pool, and of another one. */
class Pools {
  readonly #client: CognitoIdentityProviderClient;

  constructor({ region, endpoints, credentials }: World["stack"]["description"]) {
    const endpoint = endpoints.cognito;
    this.#client = new CognitoIdentityProviderClient({ region, endpoint, credentials });
  }

  async createClient(UserPoolId: string): Promise<string> {
    const { UserPoolClient } = await this.#client.send(
      new CreateUserPoolClientCommand({
        UserPoolId,
        ClientName: "another",
        ExplicitAuthFlows: ["ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"],
      }),
    );
    return String(UserPoolClient?.ClientId);
  }

  async createPool(): Promise<string> {
    const { UserPool } = await this.#client.send(
      new CreateUserPoolCommand({ PoolName: "another" }),
    );
    return String(UserPool?.Id);
  }

  async createUser(UserPoolId: string, group?: string): Promise<string> {
    const Username = `${randomUUID()}@example.com`;
    const user = { UserPoolId, Username };
    await this.#client.send(new AdminCreateUserCommand({ ...user, MessageAction: "SUPPRESS" }));
    await this.#client.send(
      new AdminSetUserPasswordCommand({ ...user, Password: password, Permanent: true }),
    );
    if (group !== undefined) {
      await this.#client.send(new AdminAddUserToGroupCommand({ ...user, GroupName: group }));
    }
    return Username;
  }

  async signIn(ClientId: string, username: string): Promise<Tokens> {
    const { AuthenticationResult } = await this.#client.send(
      new InitiateAuthCommand({
        ClientId,
        AuthFlow: "USER_PASSWORD_AUTH",
        AuthParameters: { USERNAME: username, PASSWORD: password },
      }),
    );
    return AuthenticationResult as Tokens;
  }

  async signOut(AccessToken: string): Promise<void> {
    await this.#client.send(new GlobalSignOutCommand({ AccessToken }));
  }

  async revoke(ClientId: string, Token: string): Promise<void> {
    await this.#client.send(new RevokeTokenCommand({ ClientId, Token }));
  }

  async disable(UserPoolId: string, Username: string): Promise<void> {
    await this.#client.send(new AdminDisableUserCommand({ UserPoolId, Username }));
  }
}

/** The parts of a token, and a token of parts that its holder has changed. */
const partsOf = (token: string) => {
  const [header = "", payload = "", signature = ""] = token.split(".");
  const read = (part: string): object => JSON.parse(Buffer.from(part, "base64url").toString());
  return { header: read(header), payload: read(payload), signature };
};
const encoded = (part: object): string => Buffer.from(JSON.stringify(part)).toString("base64url");

/** The same claims, signed with a key that the pool does not have under the name of the pool's. */
const signedByAnother = (token: string): string => {
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2_048 });
  const { header, payload } = partsOf(token);
  const text = `${encoded(header)}.${encoded(payload)}`;
  return `${text}.${createSign("RSA-SHA256").update(text).sign(privateKey, "base64url")}`;
};

/** The same claims with the signature of a secret: HS256 with what everybody can read of the pool. */
const signedBySecret = (token: string): string => {
  const { header, payload } = partsOf(token);
  const text = `${encoded({ ...header, alg: "HS256" })}.${encoded(payload)}`;
  return `${text}.${createHmac("sha256", encoded(header)).update(text).digest("base64url")}`;
};

const signed =
  (
    graphqlUrl: string,
    region: string,
    credentials: Credentials,
    { date = new Date(), sent = (body: string) => body } = {},
  ): HeadersFor =>
  async ({ path, body }) => {
    const { protocol, host, hostname } = new URL(graphqlUrl);
    const signer = new SignatureV4({ service: "appsync", region, credentials, sha256: Sha256 });
    const headers = { host, "content-type": "application/json" };
    const { headers: withSignature } = await signer.sign(
      { method: "POST", protocol, hostname, path, headers, body: sent(body) },
      { signingDate: date },
    );
    return withSignature;
  };

/** Makes credentials of every kind: of an owner, whose accounts are asked for, and of everybody else. */
export async function makeCredentials({ stack }: World) {
  const { description, cloud, outputs } = stack;
  const pools = new Pools(description);
  const poolId = String(outputs.userPoolId);
  const clientId = String(outputs.userPoolClientId);
  const [username, otherName, operatorName, otherPoolId, otherClientId] = await Promise.all([
    pools.createUser(poolId),
    pools.createUser(poolId),
    pools.createUser(poolId, "operators"),
    pools.createPool(),
    pools.createClient(poolId),
  ]);
  const own = await pools.signIn(clientId, username);
  const { sub } = partsOf(own.IdToken).payload as { readonly sub: string };

  const revoked = await pools.signIn(clientId, username);
  await pools.revoke(clientId, revoked.RefreshToken);
  const signedOut = await pools.signIn(clientId, username);
  const ofOtherClient = await pools.signIn(otherClientId, username);
  await pools.signOut(signedOut.AccessToken);
  await pools.disable(poolId, username);

  const [other, operator, ofOtherPool] = await Promise.all([
    pools.signIn(clientId, otherName),
    pools.signIn(clientId, operatorName),
    Promise.all([pools.createClient(otherPoolId), pools.createUser(otherPoolId)]).then((ids) =>
      pools.signIn(...ids),
    ),
  ]);

  const { header, payload } = partsOf(own.IdToken);
  const bearing =
    (token: string): HeadersFor =>
    () => ({ authorization: token });
  const { iam } = cloud;
  const projector = [...cloud.functions.values()].find(
    ({ name }) => name === outputs.projectorFunctionName,
  );
  const url = String(outputs.graphqlUrl);
  const byRole = (credentials: Credentials, more = {}) =>
    signed(url, description.region, credentials, more);
  const projectors = iam.assumeRole(String(projector?.roleArn));
  const anotherRoles = iam.assumeRole(iam.createRole("without-permissions"));

  return {
    sub,
    credentials: {
      "id token": bearing(own.IdToken),
      "access token": bearing(own.AccessToken),
      "id token after Bearer": bearing(`Bearer ${own.IdToken}`),
      "another user's": bearing(other.IdToken),
      "an operator's": bearing(operator.IdToken),
      "a disabled user's": bearing(own.IdToken),
      "a user's who has signed out": bearing(signedOut.IdToken),
      "a user's whose refresh token is revoked": bearing(revoked.AccessToken),
      none: () => ({}),
      empty: bearing(""),
      "no token": bearing("password"),
      "refresh token": bearing(own.RefreshToken),
      expired: bearing(own.IdToken),
      "wrong signature": bearing(`${own.IdToken.slice(0, -8)}AAAAAAAA`),
      "other claims": bearing(
        `${encoded(header)}.${encoded({ ...payload, "cognito:groups": ["operators"] })}.${partsOf(own.IdToken).signature}`,
      ),
      "alg none": bearing(`${encoded({ ...header, alg: "none" })}.${encoded(payload)}.`),
      "alg HS256": bearing(signedBySecret(own.IdToken)),
      "another key": bearing(signedByAnother(own.IdToken)),
      "another pool's": bearing(ofOtherPool.IdToken),
      "another client's": bearing(ofOtherClient.IdToken),
      "IAM, the projector's": byRole(projectors),
      "IAM, another role's": byRole(anotherRoles),
      "IAM, of an unknown key": byRole({ accessKeyId: "AKIAUNKNOWN", secretAccessKey: "x" }),
      "IAM, with an altered body": byRole(projectors, { sent: (body: string) => `${body} ` }),
      "IAM, with an old date": byRole(projectors, { date: new Date(Date.now() - 3_600_000) }),
    } satisfies AllCredentials,
  };
}

export type CredentialsName = keyof Awaited<ReturnType<typeof makeCredentials>>["credentials"];
