import * as pulumi from "@pulumi/pulumi";

/** What a role may do. `infra/permissions.ts` has all of them. */
export interface Permission {
  /** Names the statement in the policy: letters and digits, once in a policy. */
  readonly name: string;
  readonly actions: readonly string[];
  readonly resources: readonly pulumi.Input<string>[];
}

/** The policy document that grants the permissions. */
export function allow(...permissions: readonly Permission[]): pulumi.Output<string> {
  return pulumi.jsonStringify({
    Version: "2012-10-17",
    Statement: permissions.map(({ name, actions, resources }) => ({
      Sid: name,
      Effect: "Allow",
      Action: actions,
      Resource: resources,
    })),
  });
}

/** The trust policy of a role that one AWS service assumes, such as `lambda.amazonaws.com`. */
export function assumedBy(service: string): string {
  return JSON.stringify({
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Action: "sts:AssumeRole", Principal: { Service: service } }],
  });
}
