import { type Provisioner, physicalName, refuseUnknown } from "./resource";

/** aws.iam.Role */
export const role: Provisioner = (name, inputs, { iam }) => {
  refuseUnknown(inputs, `role ${name}`, {
    used: ["name", "assumeRolePolicy"],
    meaningless: ["description"],
  });
  const roleName = physicalName(name, inputs);
  const arn = iam.createRole(roleName, document(inputs.assumeRolePolicy));
  return { id: roleName, state: { ...inputs, name: roleName, arn } };
};

/** aws.iam.RolePolicy: a policy in a role. Managed policies are not known here. */
export const rolePolicy: Provisioner = (name, inputs, { iam }) => {
  refuseUnknown(inputs, `role policy ${name}`, { used: ["name", "role", "policy"] });
  const policyName = physicalName(name, inputs);
  iam.putRolePolicy(String(inputs.role), policyName, document(inputs.policy));
  return { id: `${inputs.role}:${policyName}`, state: { ...inputs, name: policyName } };
};

/** Policies come as JSON, or as the object that it says. */
function document(policy: unknown): unknown {
  return typeof policy === "string" ? JSON.parse(policy) : policy;
}
