import * as t from "io-ts";
import { type Inputs, only, resourceInputs } from "../inputs";
import { provisioner } from "./resource";

/** JSON, or the object that it says. */
const document = only(
  "a policy document",
  (value): value is string | Inputs => t.string.is(value) || t.UnknownRecord.is(value),
);

const roleInputs = resourceInputs({ assumeRolePolicy: document }, { name: t.string }, [
  "description",
]);

/** aws.iam.Role */
export const role = provisioner("role", roleInputs, (name, { assumeRolePolicy }, { iam }) => {
  const arn = iam.createRole(name, parse(assumeRolePolicy));
  return { id: name, state: { name, arn } };
});

const rolePolicyInputs = resourceInputs({ role: t.string, policy: document }, { name: t.string });

/** aws.iam.RolePolicy: a policy in a role. Managed policies are not known here. */
export const rolePolicy = provisioner("role policy", rolePolicyInputs, (name, inputs, { iam }) => {
  iam.putRolePolicy(inputs.role, name, parse(inputs.policy));
  return { id: `${inputs.role}:${name}`, state: { name } };
});

function parse(policy: t.TypeOf<typeof document>): unknown {
  return typeof policy === "string" ? JSON.parse(policy) : policy;
}
