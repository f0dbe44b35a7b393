import { randomInt } from "node:crypto";
import * as t from "io-ts";
import { inputsOf, oneOf, only, wholeNumber } from "../../inputs";
import { describeClient, describePool } from "../describe";
import { invalidParameter, unsupported } from "../errors";
import type { UserPool } from "../model";
import {
  changeableClientSettings,
  changeablePoolSettings,
  checkClientSettings,
  ignoredPoolSettings,
  lastingPoolSettings,
  poolName,
} from "../settings";
import { newSigningKey } from "../tokens";
import { newPoolSecret } from "../users";
import { type Operations, operation } from "./operation";
import { pageOf } from "./pages";

const ofPool = { UserPoolId: t.string };
const ofClient = { ...ofPool, ClientId: t.string };
const page = { MaxResults: wholeNumber(1, 60), NextToken: t.string };

function newId(length: number, alphabet: string): string {
  return Array.from({ length }, () => alphabet[randomInt(alphabet.length)]).join("");
}

const digits = "0123456789";
const lower = "abcdefghijklmnopqrstuvwxyz";

const createUserPool = operation(
  inputsOf(
    { PoolName: poolName },
    { ...changeablePoolSettings, ...lastingPoolSettings, MfaConfiguration: t.string },
    ignoredPoolSettings,
  ),
  async ({ MfaConfiguration = "OFF", ...settings }, { region, pools }) => {
    if (MfaConfiguration !== "OFF") {
      // Other factors than SMS are set afterwards, by SetUserPoolMfaConfig.
      throw invalidParameter(
        "SMS configuration and Auto verification for phone_number are required when MFA is required/optional",
      );
    }
    const now = Date.now();
    const pool: UserPool = {
      id: `${region}_${newId(9, lower + lower.toUpperCase() + digits)}`,
      settings,
      mfa: {},
      createdAt: now,
      modifiedAt: now,
      privateKey: await newSigningKey(),
      secret: newPoolSecret(),
      clients: [],
      groups: [],
      users: [],
    };
    await pools.add(pool);
    return { UserPool: describePool(region, pool) };
  },
);

/** As on AWS: a setting that is left out gets its default back. */
const updateUserPool = operation(
  inputsOf(ofPool, changeablePoolSettings, ignoredPoolSettings),
  ({ UserPoolId, ...changed }, { pools }) =>
    pools.change(UserPoolId, (pool) => {
      const { Schema, UsernameAttributes, UsernameConfiguration, PoolName } = pool.settings;
      const lasting = {
        PoolName,
        ...(Schema && { Schema }),
        ...(UsernameAttributes && { UsernameAttributes }),
        ...(UsernameConfiguration && { UsernameConfiguration }),
      };
      const settings = { ...lasting, ...changed };
      return { pool: { ...pool, settings, modifiedAt: Date.now() }, answer: undefined };
    }),
);

const describeUserPool = operation(inputsOf(ofPool, {}), ({ UserPoolId }, { region, pools }) => ({
  UserPool: describePool(region, pools.get(UserPoolId)),
}));

const listUserPools = operation(inputsOf({}, page), ({ MaxResults, NextToken }, { pools }) => {
  const { items, next } = pageOf(pools.all(), MaxResults, NextToken);
  const UserPools = items.map(({ id: Id, settings }) => ({ Id, Name: settings.PoolName }));
  return { UserPools, NextToken: next };
});

const setUserPoolMfaConfig = operation(
  inputsOf(ofPool, {
    MfaConfiguration: oneOf("OFF", "ON", "OPTIONAL"),
    SoftwareTokenMfaConfiguration: inputsOf({}, { Enabled: t.boolean }),
  }),
  ({ UserPoolId, ...mfa }, { pools }) => {
    const isOff = (mfa.MfaConfiguration ?? "OFF") === "OFF";
    if (!isOff && mfa.SoftwareTokenMfaConfiguration?.Enabled !== true) {
      throw unsupported("MFA without SoftwareTokenMfaConfiguration");
    }
    return pools.change(UserPoolId, (pool) => ({
      pool: { ...pool, mfa, modifiedAt: Date.now() },
      answer: mfa,
    }));
  },
);

const getUserPoolMfaConfig = operation(inputsOf(ofPool, {}), ({ UserPoolId }, { pools }) => ({
  MfaConfiguration: "OFF",
  ...pools.get(UserPoolId).mfa,
}));

const neither = only(
  "false: no app client has a secret here",
  (value): value is false => value === false,
);
const rotation = inputsOf({ Feature: oneOf("DISABLED") }, { RetryGracePeriodSeconds: t.number });

const createUserPoolClient = operation(
  inputsOf(
    { ...ofPool, ClientName: t.string },
    { ...changeableClientSettings, GenerateSecret: neither, RefreshTokenRotation: rotation },
  ),
  ({ UserPoolId, GenerateSecret: _, RefreshTokenRotation: __, ...settings }, { pools }) => {
    checkClientSettings(settings);
    return pools.change(UserPoolId, (pool) => {
      const now = Date.now();
      const client = { id: newId(26, lower + digits), settings, createdAt: now, modifiedAt: now };
      return {
        pool: { ...pool, clients: [...pool.clients, client] },
        answer: { UserPoolClient: describeClient(pool, client) },
      };
    });
  },
);

/** As on AWS: a setting that is left out gets its default back. */
const updateUserPoolClient = operation(
  inputsOf(ofClient, {
    ...changeableClientSettings,
    ClientName: t.string,
    RefreshTokenRotation: rotation,
  }),
  ({ UserPoolId, ClientId, ClientName, RefreshTokenRotation: _, ...changed }, { pools }) => {
    checkClientSettings({ ClientName: "", ...changed });
    return pools.change(UserPoolId, (pool) => {
      const { client } = pools.client(ClientId, UserPoolId);
      const settings = { ClientName: ClientName ?? client.settings.ClientName, ...changed };
      const next = { ...client, settings, modifiedAt: Date.now() };
      const clients = pool.clients.map((other) => (other.id === ClientId ? next : other));
      return { pool: { ...pool, clients }, answer: { UserPoolClient: describeClient(pool, next) } };
    });
  },
);

const describeUserPoolClient = operation(
  inputsOf(ofClient, {}),
  ({ UserPoolId, ClientId }, { pools }) => {
    const { pool, client } = pools.client(ClientId, UserPoolId);
    return { UserPoolClient: describeClient(pool, client) };
  },
);

const listUserPoolClients = operation(
  inputsOf(ofPool, page),
  ({ UserPoolId, MaxResults, NextToken }, { pools }) => {
    const { items, next } = pageOf(pools.get(UserPoolId).clients, MaxResults, NextToken);
    const UserPoolClients = items.map(({ id: ClientId, settings: { ClientName } }) => ({
      ClientId,
      UserPoolId,
      ClientName,
    }));
    return { UserPoolClients, NextToken: next };
  },
);

/** Operations on pools and their app clients. */
export const poolOperations: Operations = {
  CreateUserPool: createUserPool,
  UpdateUserPool: updateUserPool,
  DescribeUserPool: describeUserPool,
  ListUserPools: listUserPools,
  SetUserPoolMfaConfig: setUserPoolMfaConfig,
  GetUserPoolMfaConfig: getUserPoolMfaConfig,
  CreateUserPoolClient: createUserPoolClient,
  UpdateUserPoolClient: updateUserPoolClient,
  DescribeUserPoolClient: describeUserPoolClient,
  ListUserPoolClients: listUserPoolClients,
};
