import { randomUUID } from "node:crypto";
import { type Input, ServiceError } from "../aws-json";
import type { AppClient, Directory, User } from "./directory";
import type { Engine } from "./engine";
import { checkPassword, defaultPolicy } from "./password-policy";

/** A pending challenge. */
interface Session {
  readonly clientId: string;
  readonly username: string;
  readonly endsAt: number;
}

interface RefreshToken {
  readonly clientId: string;
  readonly username: string;
  readonly endsAt: number;
}

interface Tokens {
  readonly AccessToken: string;
  readonly IdToken: string;
  readonly RefreshToken?: string;
}

/** Cognito's default validity of a challenge's session. */
const sessionValidityMs = 3 * 60_000;
const dayMs = 24 * 60 * 60_000;

const requiredFlows: Readonly<Record<string, string>> = {
  USER_PASSWORD_AUTH: "ALLOW_USER_PASSWORD_AUTH",
  ADMIN_USER_PASSWORD_AUTH: "ALLOW_ADMIN_USER_PASSWORD_AUTH",
  REFRESH_TOKEN_AUTH: "ALLOW_REFRESH_TOKEN_AUTH",
  REFRESH_TOKEN: "ALLOW_REFRESH_TOKEN_AUTH",
};

/**
 * Implements Cognito's sign-in. cognito-local stores users and signs tokens, but its own flows are unsafe: they ignore
 * the app client's allowed flows, issue the new-password challenge before they check the password, accept any answer to
 * a challenge that was never issued, and admit disabled users. So the flows are implemented here, and cognito-local only
 * checks passwords and issues tokens. Sessions and refresh tokens are valid until the local cloud stops.
 */
export class SignIn {
  readonly #sessions = new Map<string, Session>();
  readonly #refreshTokens = new Map<string, RefreshToken>();
  readonly #engine: Engine;
  readonly #directory: Directory;

  constructor(engine: Engine, directory: Directory) {
    this.#engine = engine;
    this.#directory = directory;
  }

  /** InitiateAuth, or AdminInitiateAuth if `admin`. */
  async initiateAuth(input: Input, admin: boolean): Promise<unknown> {
    const client = await this.#directory.client(input.ClientId, input.UserPoolId);
    const flow = String(input.AuthFlow);
    requireFlow(client, flow, admin);
    const parameters = (input.AuthParameters ?? {}) as Record<string, string | undefined>;
    if (flow.startsWith("REFRESH_TOKEN")) {
      return this.#refresh(client, parameters.REFRESH_TOKEN);
    }
    const { USERNAME: username, PASSWORD: password } = parameters;
    if (username === undefined || password === undefined) {
      throw invalid(
        `Missing required parameter ${username === undefined ? "USERNAME" : "PASSWORD"}`,
      );
    }
    return this.#signInWithPassword(client, username, password);
  }

  async getTokensFromRefreshToken(input: Input): Promise<unknown> {
    const client = await this.#directory.client(input.ClientId);
    return this.#refresh(client, input.RefreshToken);
  }

  /** RespondToAuthChallenge and AdminRespondToAuthChallenge. */
  async respondToAuthChallenge(input: Input): Promise<unknown> {
    const client = await this.#directory.client(input.ClientId, input.UserPoolId);
    if (input.ChallengeName !== "NEW_PASSWORD_REQUIRED") {
      throw invalid(`the challenge ${input.ChallengeName} is not offered by the local Cognito`);
    }
    const responses = (input.ChallengeResponses ?? {}) as Record<string, string | undefined>;
    const { USERNAME: username = "", NEW_PASSWORD: password, ...others } = responses;
    if (password === undefined) {
      throw invalid("Missing required parameter NEW_PASSWORD");
    }
    const [unsupported] = Object.keys(others);
    if (unsupported !== undefined) {
      throw invalid(`the response ${unsupported} is not supported by the local Cognito`);
    }
    const id = String(input.Session);
    const session = this.#sessions.get(id);
    const user = await this.#directory.user(client.UserPoolId, username);
    if (
      session === undefined ||
      session.clientId !== client.ClientId ||
      session.username !== user?.Username
    ) {
      throw notAuthorized("Invalid session for the user.");
    }
    if (session.endsAt < Date.now()) {
      throw notAuthorized("Invalid session for the user, session is expired.");
    }
    const pool = await this.#directory.pool(client.UserPoolId);
    checkPassword(password, pool.Policies?.PasswordPolicy);
    this.#sessions.delete(id);
    await this.#engine.call("AdminSetUserPassword", {
      UserPoolId: client.UserPoolId,
      Username: session.username,
      Password: password,
      Permanent: true,
    });
    return this.#signInWithPassword(client, session.username, password);
  }

  async #signInWithPassword(
    client: AppClient,
    username: string,
    password: string,
  ): Promise<unknown> {
    const user = await this.#directory.user(client.UserPoolId, username);
    if (user === undefined) {
      throw client.PreventUserExistenceErrors === "ENABLED"
        ? notAuthorized("Incorrect username or password.")
        : new ServiceError("UserNotFoundException", "User does not exist.");
    }
    const tokens = await this.#tokens(client, user, password);
    if (user.Enabled === false) {
      throw notAuthorized("User is disabled.");
    }
    if (user.UserStatus === "FORCE_CHANGE_PASSWORD") {
      return this.#newPasswordChallenge(client, user);
    }
    this.#storeRefreshToken(client, user, tokens);
    return answer(tokens);
  }

  /** cognito-local's own flow for administrators checks the password in every state of the user. */
  async #tokens(client: AppClient, user: User, password: string): Promise<Tokens> {
    try {
      const output = await this.#engine.call("AdminInitiateAuth", {
        UserPoolId: client.UserPoolId,
        ClientId: client.ClientId,
        AuthFlow: "ADMIN_USER_PASSWORD_AUTH",
        AuthParameters: { USERNAME: user.Username, PASSWORD: password },
      });
      return output.AuthenticationResult as Tokens;
    } catch (error) {
      const wrong = [
        "InvalidPasswordException",
        "NotAuthorizedException",
        "InvalidParameterException",
      ];
      throw error instanceof ServiceError && wrong.includes(error.type)
        ? notAuthorized("Incorrect username or password.")
        : error;
    }
  }

  async #newPasswordChallenge(client: AppClient, user: User): Promise<unknown> {
    const { Policies } = await this.#directory.pool(client.UserPoolId);
    const days =
      Policies?.PasswordPolicy?.TemporaryPasswordValidityDays ??
      defaultPolicy.TemporaryPasswordValidityDays;
    if (user.UserLastModifiedDate * 1000 + days * dayMs < Date.now()) {
      throw notAuthorized("Temporary password has expired and must be reset by an administrator.");
    }
    const session = randomUUID();
    this.#sessions.set(session, {
      clientId: client.ClientId,
      username: user.Username,
      endsAt: Date.now() + sessionValidityMs,
    });
    const attributes = user.UserAttributes.filter(({ Name }) => Name !== "sub");
    return {
      ChallengeName: "NEW_PASSWORD_REQUIRED",
      Session: session,
      ChallengeParameters: {
        USER_ID_FOR_SRP: user.Username,
        requiredAttributes: "[]",
        userAttributes: JSON.stringify(
          Object.fromEntries(attributes.map(({ Name, Value }) => [Name, Value])),
        ),
      },
    };
  }

  async #refresh(client: AppClient, token: unknown): Promise<unknown> {
    const known = this.#refreshTokens.get(String(token));
    if (known === undefined || known.clientId !== client.ClientId) {
      throw notAuthorized("Invalid Refresh Token");
    }
    if (known.endsAt < Date.now()) {
      throw notAuthorized("Refresh Token has expired");
    }
    const user = await this.#directory.user(client.UserPoolId, known.username);
    if (user === undefined || user.Enabled === false) {
      throw notAuthorized(user === undefined ? "User does not exist." : "User is disabled.");
    }
    const output = await this.#engine.call("InitiateAuth", {
      ClientId: client.ClientId,
      AuthFlow: "REFRESH_TOKEN_AUTH",
      AuthParameters: { REFRESH_TOKEN: String(token) },
    });
    return answer(output.AuthenticationResult as Tokens);
  }

  #storeRefreshToken(client: AppClient, user: User, { RefreshToken }: Tokens): void {
    if (RefreshToken !== undefined) {
      this.#refreshTokens.set(RefreshToken, {
        clientId: client.ClientId,
        username: user.Username,
        endsAt: claims(RefreshToken).exp * 1000,
      });
    }
  }
}

function requireFlow(client: AppClient, flow: string, admin: boolean): void {
  if (flow === "USER_SRP_AUTH") {
    throw invalid(
      "USER_SRP_AUTH is not offered by the local Cognito: let the app client allow USER_PASSWORD_AUTH and use that",
    );
  }
  const needed = requiredFlows[flow];
  if (needed === undefined || (flow.startsWith("ADMIN_") && !admin)) {
    throw invalid("Initiate Auth method not supported.");
  }
  if (!client.ExplicitAuthFlows.includes(needed) || (flow === "USER_PASSWORD_AUTH" && admin)) {
    throw invalid(
      admin ? "Auth flow not enabled for this client" : `${flow} flow not enabled for this client`,
    );
  }
}

function answer(tokens: Tokens): unknown {
  const { exp, iat } = claims(tokens.AccessToken);
  return {
    ChallengeParameters: {},
    AuthenticationResult: { ...tokens, TokenType: "Bearer", ExpiresIn: exp - iat },
  };
}

/** Reads a token that cognito-local has just issued. */
function claims(token: string): { readonly exp: number; readonly iat: number } {
  const [, payload = ""] = token.split(".");
  return JSON.parse(Buffer.from(payload, "base64url").toString("utf8"));
}

function invalid(message: string): ServiceError {
  return new ServiceError("InvalidParameterException", message);
}

function notAuthorized(message: string): ServiceError {
  return new ServiceError("NotAuthorizedException", message);
}
