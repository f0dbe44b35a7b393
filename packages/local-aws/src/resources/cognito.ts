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
import type { Cloud } from "../cloud";
import { localAccountId } from "../iam/iam";
import { type Provisioner, physicalName, refuseUnknown } from "./resource";

// A pool and a client that were kept from an earlier run, under the same name, are used again.

const administrator = (cloud: Cloud): CognitoIdentityProviderClient =>
  new CognitoIdentityProviderClient({
    region: cloud.region,
    endpoint: cloud.cognito.endpoint,
    credentials: cloud.iam.administrator,
  });

/** Pulumi's names for Cognito's settings differ from Cognito's own in their first letter alone, with few exceptions. */
function cognitoNames(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(cognitoNames);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [
      key.charAt(0).toUpperCase() + key.slice(1),
      cognitoNames(member),
    ]),
  );
}

const poolInputs = [
  "name",
  "usernameAttributes",
  "usernameConfiguration",
  "autoVerifiedAttributes",
  "accountRecoverySetting",
  "schemas",
  "passwordPolicy",
  "adminCreateUserConfig",
  "deletionProtection",
];

/** aws.cognito.UserPool */
export const userPool: Provisioner = async (name, inputs, cloud) => {
  refuseUnknown(inputs, `user pool ${name}`, {
    used: poolInputs,
    // Addresses are not verified here: no e-mail is sent.
    meaningless: ["userAttributeUpdateSettings"],
  });
  const { name: _, schemas, passwordPolicy, userAttributeUpdateSettings: __, ...others } = inputs;
  const poolName = physicalName(name, inputs);
  const wanted = cognitoNames({
    ...others,
    poolName,
    ...(schemas !== undefined && { schema: schemas }),
    ...(passwordPolicy !== undefined && { policies: { passwordPolicy } }),
  }) as CreateUserPoolCommandInput;
  const client = administrator(cloud);
  const { UserPools = [] } = await client.send(new ListUserPoolsCommand({ MaxResults: 60 }));
  const kept = UserPools.find(({ Name }) => Name === poolName)?.Id;
  const id = kept ?? String((await client.send(new CreateUserPoolCommand(wanted))).UserPool?.Id);
  const { host } = new URL(cloud.cognito.endpoint);
  const arn = `arn:aws:cognito-idp:${cloud.region}:${localAccountId}:userpool/${id}`;
  return { id, state: { ...inputs, name: poolName, arn, endpoint: `${host}/${id}` } };
};

const clientInputs = [
  "name",
  "userPoolId",
  "generateSecret",
  "explicitAuthFlows",
  "preventUserExistenceErrors",
  "enableTokenRevocation",
  "tokenValidityUnits",
  "accessTokenValidity",
  "idTokenValidity",
  "refreshTokenValidity",
];

/** aws.cognito.UserPoolClient */
export const userPoolClient: Provisioner = async (name, inputs, cloud) => {
  refuseUnknown(inputs, `user pool client ${name}`, { used: clientInputs });
  const { name: _, ...others } = inputs;
  const clientName = physicalName(name, inputs);
  const wanted = cognitoNames({ ...others, clientName }) as CreateUserPoolClientCommandInput;
  const client = administrator(cloud);
  const { UserPoolClients = [] } = await client.send(
    new ListUserPoolClientsCommand({ UserPoolId: wanted.UserPoolId, MaxResults: 60 }),
  );
  const kept = UserPoolClients.find(({ ClientName }) => ClientName === clientName)?.ClientId;
  const id =
    kept ??
    String((await client.send(new CreateUserPoolClientCommand(wanted))).UserPoolClient?.ClientId);
  return { id, state: { ...inputs, name: clientName } };
};

/** aws.cognito.UserGroup */
export const userGroup: Provisioner = async (name, inputs, cloud) => {
  refuseUnknown(inputs, `user group ${name}`, { used: ["name", "userPoolId", "description"] });
  const groupName = physicalName(name, inputs);
  const UserPoolId = String(inputs.userPoolId);
  try {
    await administrator(cloud).send(new CreateGroupCommand({ UserPoolId, GroupName: groupName }));
  } catch (error) {
    if (!(error instanceof GroupExistsException)) throw error;
  }
  return { id: `${UserPoolId}/${groupName}`, state: { ...inputs, name: groupName } };
};
