import * as t from "io-ts";
import { ServiceError } from "../../aws-json";
import { inputsOf, oneOf } from "../../inputs";
import { refresh } from "../sign-in";
import { putUser } from "../users";
import { type Operations, operation } from "./operation";

/** A JSON web token is no refresh token, whosever it is. */
function refuseOtherToken(token: string): void {
  if (token.split(".").length === 3) {
    throw new ServiceError("UnsupportedTokenTypeException", "Unsupported token type");
  }
}

const revokeToken = operation(
  inputsOf({ ClientId: t.string, Token: t.string }, { RevokeAssociatedSessions: oneOf("NONE") }),
  ({ ClientId, Token }, { pools, tokens }) => {
    const { pool, client } = pools.client(ClientId);
    if (client.settings.EnableTokenRevocation === false) {
      throw new ServiceError(
        "UnsupportedOperationException",
        "Token revocation is not enabled for this client",
      );
    }
    refuseOtherToken(Token);
    return pools.change(pool.id, (current) => {
      const { user, session } = tokens.refreshed(current, client, Token);
      const sessions = user.sessions.map((other) =>
        other === session ? { ...session, revoked: true } : other,
      );
      return { pool: putUser(current, { ...user, sessions }), answer: undefined };
    });
  },
);

const getTokens = operation(
  inputsOf({ ClientId: t.string, RefreshToken: t.string }, {}, ["ClientMetadata", "DeviceKey"]),
  ({ ClientId, RefreshToken }, cognito) => {
    const { pool, client } = cognito.pools.client(ClientId);
    return refresh(cognito, pool, client, RefreshToken);
  },
);

/** Operations on refresh tokens. */
export const tokenOperations: Operations = {
  GetTokensFromRefreshToken: getTokens,
  RevokeToken: revokeToken,
};
