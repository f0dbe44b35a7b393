import {
  AdminAddUserToGroupCommand,
  AdminCreateUserCommand,
  AssociateSoftwareTokenCommand,
  type ChallengeNameType,
  CognitoIdentityProviderClient,
  InitiateAuthCommand,
  RespondToAuthChallengeCommand,
  type RespondToAuthChallengeCommandOutput,
  UsernameExistsException,
  VerifySoftwareTokenCommand,
} from "@aws-sdk/client-cognito-identity-provider";
import { clientKey, clientKeys, signature, timestampOf } from "../cognito/srp";
import type { RunningStack } from "../running-stack";
import { Authenticator } from "./authenticator";

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

/** Where a user's sign-in has got to. */
type Reached = Pick<
  Partial<RespondToAuthChallengeCommandOutput>,
  "AuthenticationResult" | "ChallengeName" | "Session"
> & { readonly username: string };

/** Administrators and users of a stack's user pool. */
export class SignInClient {
  readonly #client: CognitoIdentityProviderClient;
  readonly #userPoolId: string;
  readonly #clientId: string;
  readonly #authenticator: Authenticator;

  /** @param authenticator shows the codes of users whom the pool asks for them */
  constructor(
    { region, endpoints, credentials }: Pick<RunningStack, "region" | "endpoints" | "credentials">,
    { userPoolId, clientId }: PoolIds,
    authenticator = new Authenticator(),
  ) {
    this.#client = new CognitoIdentityProviderClient({
      region,
      endpoint: endpoints.cognito,
      credentials,
    });
    this.#userPoolId = userPoolId;
    this.#clientId = clientId;
    this.#authenticator = authenticator;
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

  /**
   * Signs in with the temporary password, and answers the challenges to replace it and, where the pool asks for it, to set
   * an authenticator up.
   */
  async signInFirst(email: string, temporaryPassword: string, password: string): Promise<Session> {
    const reached = await this.#provePassword(email, temporaryPassword);
    if (reached.ChallengeName !== "NEW_PASSWORD_REQUIRED") {
      throw new Error(
        `expected to be asked for a new password, was asked ${reached.ChallengeName}`,
      );
    }
    return this.#finish(
      await this.#respond(reached, { NEW_PASSWORD: password }, "NEW_PASSWORD_REQUIRED"),
    );
  }

  async signIn(email: string, password: string): Promise<Session> {
    return this.#finish(await this.#provePassword(email, password));
  }

  /** Answers what a user with the password is asked besides. */
  async #finish(reached: Reached): Promise<Session> {
    const { username, ChallengeName, AuthenticationResult } = reached;
    switch (ChallengeName) {
      case undefined:
        return sessionFrom(AuthenticationResult?.IdToken);
      case "SOFTWARE_TOKEN_MFA": {
        const code = await this.#authenticator.nextCode(username);
        return this.#finish(
          await this.#respond(reached, { SOFTWARE_TOKEN_MFA_CODE: code }, ChallengeName),
        );
      }
      case "MFA_SETUP": {
        const Session = await this.#setAuthenticatorUp(reached);
        return this.#finish(await this.#respond({ ...reached, Session }, {}, ChallengeName));
      }
      default:
        throw new Error(`${username} has to answer ${ChallengeName} first`);
    }
  }

  /** Returns the session that goes on. */
  async #setAuthenticatorUp({ username, Session }: Reached): Promise<string | undefined> {
    const associated = await this.#client.send(new AssociateSoftwareTokenCommand({ Session }));
    this.#authenticator.add(username, associated.SecretCode ?? "");
    const verified = await this.#client.send(
      new VerifySoftwareTokenCommand({
        Session: associated.Session,
        UserCode: await this.#authenticator.nextCode(username),
      }),
    );
    return verified.Session;
  }

  async #respond(
    { username, Session }: Reached,
    responses: Readonly<Record<string, string>>,
    ChallengeName: ChallengeNameType,
  ): Promise<Reached> {
    const answer = await this.#client.send(
      new RespondToAuthChallengeCommand({
        ClientId: this.#clientId,
        ChallengeName,
        Session,
        ChallengeResponses: { USERNAME: username, ...responses },
      }),
    );
    return { ...answer, username };
  }

  /** By SRP, which every app client allows unless it names its flows: the password is not sent. */
  async #provePassword(email: string, password: string): Promise<Reached> {
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
    return this.#respond(
      { username: USER_ID_FOR_SRP },
      {
        PASSWORD_CLAIM_SECRET_BLOCK: SECRET_BLOCK,
        PASSWORD_CLAIM_SIGNATURE: signature(key, identity, SECRET_BLOCK, TIMESTAMP),
        TIMESTAMP,
      },
      "PASSWORD_VERIFIER",
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
