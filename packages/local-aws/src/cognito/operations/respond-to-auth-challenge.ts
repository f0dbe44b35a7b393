import { timingSafeEqual } from "node:crypto";
import * as t from "io-ts";
import { inputsOf } from "../../inputs";
import { checkChange, missingAttributes, refuseUnwritable } from "../attributes";
import type { Challenge } from "../challenges";
import { incorrectPassword, invalidParameter, notAuthorized, unsupported } from "../errors";
import { attributeOf, type User, type UserPool, withAttributes } from "../model";
import { type Answer, proceed } from "../sign-in";
import { serverKey, signature } from "../srp";
import { withPassword } from "../user-changes";
import type { Change } from "../user-pools";
import { findUser } from "../users";
import { proveTotp } from "./authenticators";
import { required } from "./initiate-auth";
import { type Cognito, type Operations, operation } from "./operation";

type Responses = Readonly<Record<string, string>>;

interface Response {
  readonly cognito: Cognito;
  readonly pool: UserPool;
  readonly session: string;
  readonly challenge: Challenge;
  readonly responses: Responses;
  readonly user: User;
}

/** Goes on with the user, who has answered as was asked. */
function goOn({ cognito, pool, session, challenge }: Response, user: User, mfaIsDone = false) {
  cognito.challenges.end(session);
  const { client } = cognito.pools.client(challenge.clientId, pool.id);
  return proceed(cognito, pool, client, user, mfaIsDone);
}

function newPassword(response: Response): Change<Answer> {
  const { pool, responses, user } = response;
  const password = required(responses, "NEW_PASSWORD");
  const prefix = "userAttributes.";
  const attributes = Object.entries(responses)
    .filter(([name]) => name.startsWith(prefix))
    .map(([name, Value]) => ({ Name: name.slice(prefix.length), Value }));
  refuseUnwritable(attributes);
  const known = attributes.find(({ Name }) => attributeOf(user, Name) !== undefined);
  if (known !== undefined) {
    throw invalidParameter(`Cannot modify an already provided ${known.Name}`);
  }
  checkChange(pool, user, attributes);
  const complete = withAttributes(user, attributes);
  const [missing] = missingAttributes(pool, complete);
  if (missing !== undefined) {
    throw invalidParameter(`Invalid attributes given, ${missing} is missing`);
  }
  return goOn(response, withPassword(pool, complete, password));
}

function authenticatorCode(response: Response): Change<Answer> {
  const { cognito, session, responses, user } = response;
  const code = required(responses, "SOFTWARE_TOKEN_MFA_CODE");
  let proven: User;
  try {
    proven = proveTotp(user, code);
  } catch (error) {
    cognito.challenges.fail(session);
    throw error;
  }
  return goOn(response, proven, true);
}

function authenticatorSetup(response: Response): Change<Answer> {
  const { step } = response.challenge;
  if (step.name !== "MFA_SETUP" || !step.verified) {
    throw notAuthorized("Invalid session for the user.");
  }
  return goOn(response, response.user, true);
}

const answers: ReadonlyMap<string, (response: Response) => Change<Answer>> = new Map([
  ["NEW_PASSWORD_REQUIRED", newPassword],
  ["SOFTWARE_TOKEN_MFA", authenticatorCode],
  ["MFA_SETUP", authenticatorSetup],
]);

/** The answer to SRP's challenge is the only one that a client without a session gives, and it is given once. */
function provePassword(
  cognito: Cognito,
  pool: UserPool,
  clientId: string,
  responses: Responses,
): Change<Answer> {
  const secretBlock = required(responses, "PASSWORD_CLAIM_SECRET_BLOCK");
  const given = required(responses, "PASSWORD_CLAIM_SIGNATURE");
  const name = required(responses, "USERNAME");
  const timestamp = required(responses, "TIMESTAMP");
  const challenge = cognito.challenges.find(secretBlock);
  cognito.challenges.end(secretBlock);
  const { step } = challenge;
  if (step.name !== "PASSWORD_VERIFIER" || challenge.clientId !== clientId) {
    throw incorrectPassword();
  }
  const key = serverKey(step.keys, step.clientKey, step.verifier);
  const identity = { userPoolId: pool.id, userId: step.userId };
  const [a, b] = [
    Buffer.from(signature(key, identity, secretBlock, timestamp)),
    Buffer.from(given),
  ];
  const user = findUser(pool, name);
  if (
    a.length !== b.length ||
    !timingSafeEqual(a, b) ||
    user === undefined ||
    user.sub !== challenge.sub
  ) {
    throw incorrectPassword();
  }
  return proceed(cognito, pool, cognito.pools.client(clientId, pool.id).client, user);
}

function look(input: Input, cognito: Cognito, pool: UserPool): Change<Answer> {
  const { ClientId, ChallengeName, ChallengeResponses = {}, Session } = input;
  if (ChallengeName === "PASSWORD_VERIFIER") {
    return provePassword(cognito, pool, ClientId, ChallengeResponses);
  }
  const answer = answers.get(ChallengeName);
  if (answer === undefined) {
    throw unsupported(`the challenge ${ChallengeName}`);
  }
  const user = findUser(pool, required(ChallengeResponses, "USERNAME"));
  if (Session === undefined) {
    throw invalidParameter("Missing required parameter Session");
  }
  const challenge = cognito.challenges.find(Session);
  if (
    user === undefined ||
    user.sub !== challenge.sub ||
    challenge.clientId !== ClientId ||
    challenge.step.name !== ChallengeName
  ) {
    throw notAuthorized("Invalid session for the user.");
  }
  return answer({
    cognito,
    pool,
    session: Session,
    challenge,
    responses: ChallengeResponses,
    user,
  });
}

const ofResponse = { ClientId: t.string, ChallengeName: t.string };
const responses = { ChallengeResponses: t.record(t.string, t.string), Session: t.string };
const ignored = ["AnalyticsMetadata", "ClientMetadata", "ContextData", "UserContextData"];

interface Input {
  readonly ClientId: string;
  readonly UserPoolId?: string;
  readonly ChallengeName: string;
  readonly ChallengeResponses?: Responses;
  readonly Session?: string;
}

function respond(input: Input, cognito: Cognito): Promise<Answer> {
  const { pool } = cognito.pools.client(input.ClientId, input.UserPoolId);
  return cognito.pools.change(pool.id, (current) => look(input, cognito, current));
}

/** Answering a challenge. */
export const respondToAuthChallenge: Operations = {
  RespondToAuthChallenge: operation(inputsOf(ofResponse, responses, ignored), respond),
};

export const adminRespondToAuthChallenge: Operations = {
  AdminRespondToAuthChallenge: operation(
    inputsOf({ ...ofResponse, UserPoolId: t.string }, responses, ignored),
    respond,
  ),
};
