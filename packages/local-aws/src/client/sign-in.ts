import {
  AdminAddUserToGroupCommand,
  AdminCreateUserCommand,
  CognitoIdentityProviderClient,
  InitiateAuthCommand,
  RespondToAuthChallengeCommand,
  type RespondToAuthChallengeCommandOutput,
  UsernameExistsException,
} from "@aws-sdk/client-cognito-identity-provider";
import { clientKey, clientKeys, signature, timestampOf } from "../cognito/srp";
import type { RunningStack } from "../running-stack";

/** What a signed-in user holds. */
export interface Session {
  /** The user's immutable id. */
  readonly sub: string;
  /** Goes into the `Authorization` header as it is. */
  readonly idToken: string;
}

/** A user pool and the app client through which its users sign in, by their ids. */
export interface PoolIds {
  readonly userPoolId: string;
  readonly clientId: string;
}

/** Administrators and users of a stack's user pool. */
export class SignInClient {
  readonly #client: CognitoIdentityProviderClient;
  readonly #userPoolId: string;
  readonly #clientId: string;

  constructor(
    { region, endpoints, credentials }: Pick<RunningStack, "region" | "endpoints" | "credentials">,
    { userPoolId, clientId }: PoolIds,
  ) {
    this.#client = new CognitoIdentityProviderClient({
      region,
      endpoint: endpoints.cognito,
      credentials,
    });
    this.#userPoolId = userPoolId;
    this.#clientId = clientId;
  }

  /** As an administrator: creates a user, who has to replace the temporary password. False if there is one already. */
  async createUser(email: string, temporaryPassword: string): Promise<boolean> {
    try {
      await this.#client.send(
        new AdminCreateUserCommand({
          UserPoolId: this.#userPoolId,
          Username: email,
          TemporaryPassword: temporaryPassword,
          MessageAction: "SUPPRESS",
          UserAttributes: [
            { Name: "email", Value: email },
            { Name: "email_verified", Value: "true" },
          ],
        }),
      );
      return true;
    } catch (error) {
      if (error instanceof UsernameExistsException) {
        return false;
      }
      throw error;
    }
  }

  /** As an administrator. */
  async addToGroup(email: string, group: string): Promise<void> {
    await this.#client.send(
      new AdminAddUserToGroupCommand({
        UserPoolId: this.#userPoolId,
        Username: email,
        GroupName: group,
      }),
    );
  }

  /** Signs in with the temporary password, and answers the challenge to replace it. */
  async signInFirst(email: string, temporaryPassword: string, password: string): Promise<Session> {
    const challenge = await this.#provePassword(email, temporaryPassword);
    if (challenge.ChallengeName !== "NEW_PASSWORD_REQUIRED") {
      throw new Error(
        `expected to be asked for a new password, was asked ${challenge.ChallengeName}`,
      );
    }
    const { AuthenticationResult } = await this.#client.send(
      new RespondToAuthChallengeCommand({
        ClientId: this.#clientId,
        ChallengeName: "NEW_PASSWORD_REQUIRED",
        Session: challenge.Session,
        ChallengeResponses: { USERNAME: email, NEW_PASSWORD: password },
      }),
    );
    return sessionFrom(AuthenticationResult?.IdToken);
  }

  async signIn(email: string, password: string): Promise<Session> {
    const { AuthenticationResult, ChallengeName } = await this.#provePassword(email, password);
    if (ChallengeName !== undefined) {
      throw new Error(`${email} has to answer ${ChallengeName} first`);
    }
    return sessionFrom(AuthenticationResult?.IdToken);
  }

  /** By SRP, which every app client allows unless it names its flows: the password is not sent. */
  async #provePassword(
    email: string,
    password: string,
  ): Promise<RespondToAuthChallengeCommandOutput> {
    const keys = clientKeys();
    const { ChallengeParameters = {} } = await this.#client.send(
      new InitiateAuthCommand({
        ClientId: this.#clientId,
        AuthFlow: "USER_SRP_AUTH",
        AuthParameters: { USERNAME: email, SRP_A: keys.shared.toString(16) },
      }),
    );
    const { SALT, SRP_B, SECRET_BLOCK = "", USER_ID_FOR_SRP = "" } = ChallengeParameters;
    const identity = { userPoolId: this.#userPoolId, userId: USER_ID_FOR_SRP };
    const key = clientKey(keys, BigInt(`0x${SRP_B}`), {
      identity,
      text: password,
      salt: BigInt(`0x${SALT}`),
    });
    const TIMESTAMP = timestampOf(new Date());
    return this.#client.send(
      new RespondToAuthChallengeCommand({
        ClientId: this.#clientId,
        ChallengeName: "PASSWORD_VERIFIER",
        ChallengeResponses: {
          USERNAME: USER_ID_FOR_SRP,
          PASSWORD_CLAIM_SECRET_BLOCK: SECRET_BLOCK,
          PASSWORD_CLAIM_SIGNATURE: signature(key, identity, SECRET_BLOCK, TIMESTAMP),
          TIMESTAMP,
        },
      }),
    );
  }
}

function sessionFrom(idToken: string | undefined): Session {
  const payload = idToken?.split(".")[1];
  if (idToken === undefined || payload === undefined) {
    throw new Error("no id token was issued");
  }
  // Read, not verified: the token came straight from who issued it.
  const { sub } = JSON.parse(Buffer.from(payload, "base64url").toString()) as { sub: string };
  return { sub, idToken };
}
