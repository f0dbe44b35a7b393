import {
  CognitoIdentityProviderClient,
  CreateGroupCommand,
  CreateUserPoolClientCommand,
  type CreateUserPoolClientCommandInput,
  CreateUserPoolCommand,
  type CreateUserPoolCommandInput,
  GroupExistsException,
  ListUserPoolClientsCommand,
  ListUserPoolsCommand,
} from "@aws-sdk/client-cognito-identity-provider";
import * as t from "io-ts";
import type { Cloud } from "../cloud";
import { localAccountId } from "../iam/iam";
import { inputsOf, resourceInputs } from "../inputs";
import { provisioner } from "./resource";

// A pool and a client that were kept from an earlier run, under the same name, are used again.

function administrator(cloud: Cloud): CognitoIdentityProviderClient {
  return new CognitoIdentityProviderClient({
    region: cloud.region,
    endpoint: cloud.cognito.endpoint,
    credentials: cloud.iam.administrator,
  });
}

/** Pulumi's names for Cognito's settings differ from Cognito's own in their first letter alone, with few exceptions. */
function cognitoNames(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.map(cognitoNames);
  }
  if (typeof value !== "object" || value === null) {
    return value;
  }
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [
      key.charAt(0).toUpperCase() + key.slice(1),
      cognitoNames(member),
    ]),
  );
}

const attribute = inputsOf(
  { name: t.string, attributeDataType: t.string },
  {
    developerOnlyAttribute: t.boolean,
    mutable: t.boolean,
    required: t.boolean,
    numberAttributeConstraints: inputsOf({}, { minValue: t.string, maxValue: t.string }),
    stringAttributeConstraints: inputsOf({}, { minLength: t.string, maxLength: t.string }),
  },
);

const passwordPolicy = inputsOf(
  {},
  {
    minimumLength: t.number,
    requireLowercase: t.boolean,
    requireNumbers: t.boolean,
    requireSymbols: t.boolean,
    requireUppercase: t.boolean,
    temporaryPasswordValidityDays: t.number,
  },
);

const recoveryMechanism = inputsOf({ name: t.string, priority: t.number }, {});

const poolInputs = resourceInputs(
  {},
  {
    name: t.string,
    accountRecoverySetting: inputsOf({}, { recoveryMechanisms: t.array(recoveryMechanism) }),
    adminCreateUserConfig: inputsOf({}, { allowAdminCreateUserOnly: t.boolean }, [
      // No messages are sent here.
      "inviteMessageTemplate",
    ]),
    autoVerifiedAttributes: t.array(t.string),
    deletionProtection: t.string,
    passwordPolicy,
    schemas: t.array(attribute),
    usernameAttributes: t.array(t.string),
    usernameConfiguration: inputsOf({}, { caseSensitive: t.boolean }),
  },
  // Addresses are not verified here: no e-mail is sent.
  ["userAttributeUpdateSettings"],
);

/** aws.cognito.UserPool */
export const userPool = provisioner("user pool", poolInputs, async (poolName, inputs, cloud) => {
  const { name: _, schemas, passwordPolicy: policy, ...others } = inputs;
  const wanted = cognitoNames({
    ...others,
    poolName,
    ...(schemas !== undefined && { schema: schemas }),
    ...(policy !== undefined && { policies: { passwordPolicy: policy } }),
  }) as CreateUserPoolCommandInput;
  const client = administrator(cloud);
  const { UserPools = [] } = await client.send(new ListUserPoolsCommand({ MaxResults: 60 }));
  const kept = UserPools.find(({ Name }) => Name === poolName)?.Id;
  const id = kept ?? String((await client.send(new CreateUserPoolCommand(wanted))).UserPool?.Id);
  const { host } = new URL(cloud.cognito.endpoint);
  const arn = `arn:aws:cognito-idp:${cloud.region}:${localAccountId}:userpool/${id}`;
  return { id, state: { name: poolName, arn, endpoint: `${host}/${id}` } };
});

const units = inputsOf({}, { accessToken: t.string, idToken: t.string, refreshToken: t.string });

const clientInputs = resourceInputs(
  { userPoolId: t.string },
  {
    name: t.string,
    accessTokenValidity: t.number,
    enableTokenRevocation: t.boolean,
    explicitAuthFlows: t.array(t.string),
    generateSecret: t.boolean,
    idTokenValidity: t.number,
    preventUserExistenceErrors: t.string,
    refreshTokenValidity: t.number,
    tokenValidityUnits: units,
  },
);

/** aws.cognito.UserPoolClient */
export const userPoolClient = provisioner(
  "user pool client",
  clientInputs,
  async (clientName, inputs, cloud) => {
    const { name: _, ...others } = inputs;
    const wanted = cognitoNames({ ...others, clientName }) as CreateUserPoolClientCommandInput;
    const client = administrator(cloud);
    const { UserPoolClients = [] } = await client.send(
      new ListUserPoolClientsCommand({ UserPoolId: wanted.UserPoolId, MaxResults: 60 }),
    );
    const kept = UserPoolClients.find(({ ClientName }) => ClientName === clientName)?.ClientId;
    const id =
      kept ??
      String((await client.send(new CreateUserPoolClientCommand(wanted))).UserPoolClient?.ClientId);
    return { id, state: { name: clientName } };
  },
);

const groupInputs = resourceInputs(
  { userPoolId: t.string },
  { name: t.string, description: t.string },
);

/** aws.cognito.UserGroup */
export const userGroup = provisioner("user group", groupInputs, async (name, inputs, cloud) => {
  const { userPoolId, description: Description } = inputs;
  try {
    await administrator(cloud).send(
      new CreateGroupCommand({ UserPoolId: userPoolId, GroupName: name, Description }),
    );
  } catch (error) {
    if (!(error instanceof GroupExistsException)) {
      throw error;
    }
  }
  return { id: `${userPoolId}/${name}`, state: { name } };
});
