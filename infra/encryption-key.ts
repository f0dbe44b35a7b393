import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { accountOf, policyOf, type Statement } from "./policy";

export interface EncryptionKeyArgs {
  description: string;
  /** The ARN of any resource of the account, which manages the key by its own policies. */
  beside: pulumi.Input<string>;
  /** What AWS services may do with the key. */
  statements: readonly Statement[];
}

/**
 * A key of the stack's own, for what AWS's managed keys cannot do: their policies admit no other service. It costs about a
 * dollar a month, and its rotations as much again.
 */
export function encryptionKey(
  name: string,
  { description, beside, statements }: EncryptionKeyArgs,
  opts: pulumi.CustomResourceOptions,
): aws.kms.Key {
  const account = pulumi.all([beside, accountOf(beside)]).apply(([arn, id]) => {
    const [, partition] = arn.split(":");
    return `arn:${partition}:iam::${id}:root`;
  });
  return new aws.kms.Key(
    name,
    {
      description,
      enableKeyRotation: true,
      policy: policyOf(
        {
          Sid: "TheAccountManages",
          Effect: "Allow",
          Principal: { AWS: account },
          Action: "kms:*",
          Resource: "*",
        },
        ...statements,
      ),
    },
    opts,
  );
}
