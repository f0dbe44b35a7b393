import * as t from "io-ts";
import { inputsOf } from "../../inputs";
import { incorrectPassword, invalidParameter, userNotFound } from "../errors";
import type { AppClient, UserPool } from "../model";
import { type Flow, flowsOf } from "../settings";
import { type Answer, proceed, refresh } from "../sign-in";
import { isClientKey, serverKeys } from "../srp";
import { findUser, isPassword, madeUpUser } from "../users";
import { type Cognito, type Operations, operation } from "./operation";

type Parameters = Readonly<Record<string, string>>;

interface SignIn {
  readonly cognito: Cognito;
  readonly pool: UserPool;
  readonly client: AppClient;
  readonly parameters: Parameters;
}

type Run = (signIn: SignIn) => Answer | Promise<Answer>;

interface AuthFlow {
  readonly allowedBy: Flow;
  readonly notAllowed: string;
  readonly run: Run;
}

export function required(parameters: Parameters, name: string): string {
  const value = parameters[name];
  if (value === undefined || value === "") {
    throw invalidParameter(`Missing required parameter ${name}`);
  }
  return value;
}

function unknownUser(client: AppClient): Error {
  return client.settings.PreventUserExistenceErrors === "ENABLED"
    ? incorrectPassword()
    : userNotFound();
}

const byPassword: Run = ({ cognito, pool: { id }, client, parameters }) => {
  const name = required(parameters, "USERNAME");
  const password = required(parameters, "PASSWORD");
  return cognito.pools.change(id, (pool) => {
    const user = findUser(pool, name);
    const isRight = isPassword(pool, user ?? madeUpUser(pool, name), password);
    if (user === undefined) {
      throw unknownUser(client);
    }
    if (!isRight) {
      throw incorrectPassword();
    }
    return proceed(cognito, pool, client, user);
  });
};

const bySrp: Run = ({ cognito, pool, client, parameters }) => {
  const name = required(parameters, "USERNAME");
  const text = required(parameters, "SRP_A");
  const clientKey = /^[0-9a-f]{1,1024}$/i.test(text) ? BigInt(`0x${text}`) : 0n;
  if (!isClientKey(clientKey)) {
    throw invalidParameter("SRP_A is not a valid public key");
  }
  const user = findUser(pool, name);
  if (user === undefined && client.settings.PreventUserExistenceErrors !== "ENABLED") {
    throw userNotFound();
  }
  // A challenge that nobody can answer looks like any other.
  const madeUp = madeUpUser(pool, name);
  const { username: userId, password = madeUp.password } = user ?? madeUp;
  const verifier = BigInt(`0x${password.verifier}`);
  const keys = serverKeys(verifier);
  const sub = user?.password && user.sub;
  const step = { name: "PASSWORD_VERIFIER", userId, verifier, keys, clientKey } as const;
  return {
    ChallengeName: step.name,
    ChallengeParameters: {
      SALT: password.salt,
      SECRET_BLOCK: cognito.challenges.issue(pool, client, sub, step),
      SRP_B: keys.shared.toString(16),
      USERNAME: userId,
      USER_ID_FOR_SRP: userId,
    },
  };
};

const byRefreshToken: Run = ({ cognito, pool, client, parameters }) =>
  refresh(cognito, pool, client, required(parameters, "REFRESH_TOKEN"));

const srp: AuthFlow = {
  allowedBy: "ALLOW_USER_SRP_AUTH",
  notAllowed: "USER_SRP_AUTH is not enabled for the client.",
  run: bySrp,
};
const refreshToken: AuthFlow = {
  allowedBy: "ALLOW_REFRESH_TOKEN_AUTH",
  notAllowed: "REFRESH_TOKEN_AUTH flow not enabled for this client",
  run: byRefreshToken,
};
const adminPassword: AuthFlow = {
  allowedBy: "ALLOW_ADMIN_USER_PASSWORD_AUTH",
  notAllowed: "Auth flow not enabled for this client",
  run: byPassword,
};

const everybodys: readonly (readonly [string, AuthFlow])[] = [
  ["USER_SRP_AUTH", srp],
  ["REFRESH_TOKEN_AUTH", refreshToken],
  ["REFRESH_TOKEN", refreshToken],
];

const clientFlows: ReadonlyMap<string, AuthFlow> = new Map([
  ...everybodys,
  [
    "USER_PASSWORD_AUTH",
    {
      allowedBy: "ALLOW_USER_PASSWORD_AUTH",
      notAllowed: "USER_PASSWORD_AUTH flow not enabled for this client",
      run: byPassword,
    },
  ],
]);

const adminFlows: ReadonlyMap<string, AuthFlow> = new Map([
  ...everybodys,
  ["ADMIN_USER_PASSWORD_AUTH", adminPassword],
  ["ADMIN_NO_SRP_AUTH", adminPassword],
]);

const ignored = ["AnalyticsMetadata", "ClientMetadata", "ContextData", "UserContextData"];
const parameters = { AuthParameters: t.record(t.string, t.string) };

async function initiate(
  flows: ReadonlyMap<string, AuthFlow>,
  input: {
    readonly AuthFlow: string;
    readonly ClientId: string;
    readonly UserPoolId?: string;
    readonly AuthParameters?: Parameters;
  },
  cognito: Cognito,
) {
  const { pool, client } = cognito.pools.client(input.ClientId, input.UserPoolId);
  const flow = flows.get(input.AuthFlow);
  if (flow === undefined) {
    throw invalidParameter("Initiate Auth method not supported.");
  }
  if (!flowsOf(client.settings).includes(flow.allowedBy)) {
    throw invalidParameter(flow.notAllowed);
  }
  return await flow.run({ cognito, pool, client, parameters: input.AuthParameters ?? {} });
}

/** Beginning a sign-in. */
export const initiateAuth: Operations = {
  InitiateAuth: operation(
    inputsOf({ AuthFlow: t.string, ClientId: t.string }, parameters, ignored),
    (input, cognito) => initiate(clientFlows, input, cognito),
  ),
};

export const adminInitiateAuth: Operations = {
  AdminInitiateAuth: operation(
    inputsOf({ AuthFlow: t.string, ClientId: t.string, UserPoolId: t.string }, parameters, ignored),
    (input, cognito) => initiate(adminFlows, input, cognito),
  ),
};
