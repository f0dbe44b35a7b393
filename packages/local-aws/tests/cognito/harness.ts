/** A pool with an app client, and its users, for tests of Cognito's API. */
import {
  AdminCreateUserCommand,
  AdminSetUserPasswordCommand,
  CognitoIdentityProviderClient,
  CreateUserPoolClientCommand,
  type CreateUserPoolClientCommandInput,
  CreateUserPoolCommand,
  type CreateUserPoolCommandInput,
  InitiateAuthCommand,
  SetUserPoolMfaConfigCommand,
} from "@aws-sdk/client-cognito-identity-provider";
import { JwtRsaVerifier } from "aws-jwt-verify";
import type { Jwks } from "aws-jwt-verify/jwk";
import { type Cognito, startCognito } from "../../src/cognito/cognito";
import type { Message } from "../../src/cognito/messages";
import { type Credentials, Iam } from "../../src/iam/iam";

export const region = "eu-central-1";
export const temporary = "Temporary-1";
export const permanent = "Permanent-22";

export const incorrect = {
  name: "NotAuthorizedException",
  message: "Incorrect username or password.",
};

export interface World {
  readonly iam: Iam;
  readonly cognito: Cognito;
  /** What was sent by e-mail and SMS, the last one first. */
  readonly sent: Message[];
  readonly administrator: CognitoIdentityProviderClient;
  /** Without credentials that anything knows. */
  readonly anybody: CognitoIdentityProviderClient;
  as(credentials: Credentials): CognitoIdentityProviderClient;
  pool(input?: Partial<CreateUserPoolCommandInput>): Promise<Pool>;
  stop(): Promise<void>;
}

export interface Pool {
  readonly UserPoolId: string;
  /** Of the client `app`, which allows passwords, SRP and refreshing. */
  readonly ClientId: string;
  client(input?: Partial<CreateUserPoolClientCommandInput>): Promise<string>;
  /** Creates a user with a temporary or a permanent password and returns the e-mail address. */
  user(kind?: "temporary" | "permanent"): Promise<string>;
  signIn(
    username: string,
    password: string,
    clientId?: string,
  ): Promise<import("@aws-sdk/client-cognito-identity-provider").InitiateAuthCommandOutput>;
  verify(token: string | undefined): Promise<Readonly<Record<string, unknown>>>;
  requireMfa(mode: "ON" | "OPTIONAL"): Promise<void>;
}

let users = 0;

export async function startWorld(dataDirectory?: string, port = 0): Promise<World> {
  const iam = new Iam({ region });
  const sent: Message[] = [];
  const cognito = await startCognito({
    region,
    iam,
    port,
    deliver: (message) => sent.unshift(message),
    ...(dataDirectory !== undefined && { dataDirectory }),
  });
  const as = (credentials: Credentials) =>
    new CognitoIdentityProviderClient({
      region,
      credentials,
      endpoint: cognito.endpoint,
      maxAttempts: 1,
    });
  const administrator = as(iam.administrator);
  const anybody = as({ accessKeyId: "none", secretAccessKey: "none" });

  async function pool(input: Partial<CreateUserPoolCommandInput> = {}): Promise<Pool> {
    const { UserPool } = await administrator.send(
      new CreateUserPoolCommand({
        PoolName: "users",
        UsernameAttributes: ["email"],
        UsernameConfiguration: { CaseSensitive: false },
        AutoVerifiedAttributes: ["email"],
        AdminCreateUserConfig: { AllowAdminCreateUserOnly: true },
        Policies: { PasswordPolicy: { MinimumLength: 10, RequireNumbers: true } },
        ...input,
      }),
    );
    const UserPoolId = UserPool?.Id ?? "";
    const client: Pool["client"] = async (settings = {}) => {
      const { UserPoolClient } = await administrator.send(
        new CreateUserPoolClientCommand({ UserPoolId, ClientName: "app", ...settings }),
      );
      return UserPoolClient?.ClientId ?? "";
    };
    const ClientId = await client({
      ExplicitAuthFlows: [
        "ALLOW_USER_PASSWORD_AUTH",
        "ALLOW_USER_SRP_AUTH",
        "ALLOW_REFRESH_TOKEN_AUTH",
      ],
      PreventUserExistenceErrors: "ENABLED",
      AccessTokenValidity: 15,
      TokenValidityUnits: { AccessToken: "minutes" },
    });
    return {
      UserPoolId,
      ClientId,
      client,
      user: async (kind = "permanent") => {
        users += 1;
        const Username = `User${users}@Example.com`;
        await administrator.send(
          new AdminCreateUserCommand({
            UserPoolId,
            Username,
            TemporaryPassword: temporary,
            MessageAction: "SUPPRESS",
            UserAttributes: [{ Name: "email_verified", Value: "true" }],
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
      },
      signIn: (USERNAME, PASSWORD, clientId = ClientId) =>
        anybody.send(
          new InitiateAuthCommand({
            ClientId: clientId,
            AuthFlow: "USER_PASSWORD_AUTH",
            AuthParameters: { USERNAME, PASSWORD },
          }),
        ),
      verify: async (token) => {
        const issuer = cognito.issuer(UserPoolId);
        const verifier = JwtRsaVerifier.create({ issuer, audience: null });
        const response = await fetch(`${issuer}/.well-known/jwks.json`);
        verifier.cacheJwks((await response.json()) as Jwks);
        return verifier.verifySync(token ?? "");
      },
      requireMfa: async (MfaConfiguration) => {
        await administrator.send(
          new SetUserPoolMfaConfigCommand({
            UserPoolId,
            MfaConfiguration,
            SoftwareTokenMfaConfiguration: { Enabled: true },
          }),
        );
      },
    };
  }

  return { iam, cognito, sent, administrator, anybody, as, pool, stop: () => cognito.stop() };
}
