import * as t from "io-ts";
import type { Iam } from "../iam/iam";
import { type Inputs, inputsOf, only, resourceInputs, textLike } from "../inputs";
import { provisioner } from "./resource";

/** JSON, or the object that it says. */
const document = only(
  "a policy document",
  (value): value is string | Inputs => t.string.is(value) || t.UnknownRecord.is(value),
);

const roleInputs = resourceInputs(
  { assumeRolePolicy: document },
  {
    name: t.string,
    inlinePolicies: t.array(inputsOf({}, { name: t.string, policy: document })),
    managedPolicyArns: t.array(t.string),
  },
  ["description", "forceDetachPolicies"],
);

/** aws.iam.Role */
export const role = provisioner("role", roleInputs, (name, inputs, { iam }) => {
  const { assumeRolePolicy, inlinePolicies = [], managedPolicyArns = [] } = inputs;
  const arn = iam.createRole(name, parse(assumeRolePolicy));
  for (const { name: policyName, policy } of inlinePolicies) {
    if (policyName !== undefined && policy !== undefined) {
      iam.putRolePolicy(name, policyName, parse(policy));
    }
  }
  attach(iam, [name], managedPolicyArns);
  return { id: name, state: { name, arn } };
});

const rolePolicyInputs = resourceInputs({ role: t.string, policy: document }, { name: t.string });

/** aws.iam.RolePolicy: a policy in a role. */
export const rolePolicy = provisioner("role policy", rolePolicyInputs, (name, inputs, { iam }) => {
  iam.putRolePolicy(inputs.role, name, parse(inputs.policy));
  return { id: `${inputs.role}:${name}`, state: { name } };
});

const policyInputs = resourceInputs(
  { policy: document },
  { name: t.string, path: textLike("a path such as /mine/", /^\/([\w+=,.@-]+\/)*$/) },
  ["description"],
);

/** aws.iam.Policy: a managed policy, for the roles that it is attached to. */
export const policy = provisioner("policy", policyInputs, (name, inputs, { iam }) => {
  const arn = iam.createPolicy(name, parse(inputs.policy), inputs.path);
  return { id: arn, state: { name, arn } };
});

const attachmentInputs = resourceInputs({ role: t.string, policyArn: t.string }, {});

/** aws.iam.RolePolicyAttachment */
export const rolePolicyAttachment = provisioner(
  "role policy attachment",
  attachmentInputs,
  (name, { role: roleName, policyArn }, { iam }) => {
    attach(iam, [roleName], [policyArn]);
    return { id: `${roleName}-${name}`, state: {} };
  },
);

const attachmentsInputs = resourceInputs(
  { policyArn: t.string, roles: t.array(t.string) },
  { name: t.string },
);

/** aws.iam.PolicyAttachment, to roles alone. */
export const policyAttachment = provisioner(
  "policy attachment",
  attachmentsInputs,
  (name, { roles, policyArn }, { iam }) => {
    attach(iam, roles, [policyArn]);
    return { id: name, state: { name } };
  },
);

const tablePolicyInputs = resourceInputs({ resourceArn: t.string, policy: document }, {}, [
  // Whoever makes it here could not be locked out: it is made without a request.
  "confirmRemoveSelfResourceAccess",
]);

/** aws.dynamodb.ResourcePolicy: who may do what with a table. */
export const tablePolicy = provisioner(
  "resource policy",
  tablePolicyInputs,
  (_, { resourceArn, policy }, { iam }) => {
    iam.putResourcePolicy(resourceArn, parse(policy));
    return { id: resourceArn, state: { revisionId: "1" } };
  },
);

const queuePolicyInputs = resourceInputs({ queueUrl: t.string, policy: document }, {});

/** aws.sqs.QueuePolicy: who may do what with a queue. */
export const queuePolicy = provisioner(
  "queue policy",
  queuePolicyInputs,
  (_, { queueUrl, policy }, { iam, region }) => {
    const [, account, name] = new URL(queueUrl).pathname.split("/");
    iam.putResourcePolicy(`arn:aws:sqs:${region}:${account}:${name}`, parse(policy));
    return { id: queueUrl, state: {} };
  },
);

function attach(iam: Iam, roles: readonly string[], policyArns: readonly string[]): void {
  for (const roleName of roles) {
    for (const policyArn of policyArns) {
      iam.attachPolicy(roleName, policyArn);
    }
  }
}

function parse(policyDocument: t.TypeOf<typeof document>): unknown {
  return typeof policyDocument === "string" ? JSON.parse(policyDocument) : policyDocument;
}
