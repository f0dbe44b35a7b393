import * as pulumi from "@pulumi/pulumi";

/** What a role may do. `infra/permissions.ts` has all of them. */
export interface Permission {
  /** Names the statement in the policy: letters and digits, once in a policy. */
  readonly name: string;
  readonly actions: readonly string[];
  readonly resources: readonly pulumi.Input<string>[];
}

/** A statement of a resource's policy. */
export type Statement = Readonly<Record<string, unknown>>;

/** The policy document of a resource. */
export function policyOf(...statements: readonly Statement[]): pulumi.Output<string> {
  return pulumi.jsonStringify({ Version: "2012-10-17", Statement: statements });
}

/** The policy document that grants the permissions. */
export function allow(...permissions: readonly Permission[]): pulumi.Output<string> {
  return policyOf(
    ...permissions.map(({ name, actions, resources }) => ({
      Sid: name,
      Effect: "Allow",
      Action: actions,
      Resource: resources,
    })),
  );
}

/** Denies what does not come over TLS. */
export function denyPlainHttp(
  action: string,
  ...resources: readonly pulumi.Input<string>[]
): Statement {
  return {
    Sid: "DenyPlainHttp",
    Effect: "Deny",
    Principal: "*",
    Action: action,
    Resource: resources,
    Condition: { Bool: { "aws:SecureTransport": "false" } },
  };
}

/**
 * The trust policy of a role that one AWS service, such as `lambda.amazonaws.com`, assumes for certain resources alone:
 * without them, whoever makes the service use the role in an account of their own would have its permissions.
 * @param sources patterns of the resources' ARNs, all of one account; none for a service that does not say for whom it acts
 */
export function assumedBy(
  service: string,
  ...sources: readonly pulumi.Input<string>[]
): pulumi.Output<string> {
  const [first, ...others] = sources;
  return policyOf({
    Effect: "Allow",
    Action: "sts:AssumeRole",
    Principal: { Service: service },
    ...(first !== undefined && { Condition: onBehalfOf(first, ...others) }),
  });
}

/** The condition that a service acts for these resources, all of one account. */
export function onBehalfOf(
  ...sources: readonly [pulumi.Input<string>, ...pulumi.Input<string>[]]
): Statement {
  return {
    StringEquals: { "aws:SourceAccount": accountOf(sources[0]) },
    ArnLike: { "aws:SourceArn": sources },
  };
}

// The account is read from ARNs that are there in any case: to ask AWS who is calling would need credentials in previews
// that need none otherwise.

export function accountOf(arn: pulumi.Input<string>): pulumi.Output<string> {
  return pulumi.output(arn).apply((text) => String(text.split(":")[4]));
}

/** The ARN of another service's resource, in the same partition, region and account. */
export function arnBeside(
  arn: pulumi.Input<string>,
  service: string,
  resource: pulumi.Input<string>,
): pulumi.Output<string> {
  return pulumi.all([arn, resource]).apply(([text, rest]) => {
    const [, partition, , region, account] = text.split(":");
    return ["arn", partition, service, region, account, rest].join(":");
  });
}
