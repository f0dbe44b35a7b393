import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import { policyOf } from "./policy";

export interface EventTablePolicyArgs {
  /** Event table ①. */
  events: aws.dynamodb.Table;
  /** The role that puts the events of commands. */
  appendRoleArn: pulumi.Input<string | undefined>;
  /** The one role that may change events, or the policy itself; undefined for none. Not an `Input`: it shapes the policy. */
  breakGlassRoleArn: string | undefined;
}

/** What changes or removes recorded events. A transaction is authorized as its parts. */
const changes = [
  "dynamodb:BatchWriteItem",
  "dynamodb:DeleteItem",
  "dynamodb:PartiQLDelete",
  "dynamodb:PartiQLInsert",
  "dynamodb:PartiQLUpdate",
  "dynamodb:UpdateItem",
];

/** What makes an end of the table, of its backups, of its events in time, or of the policy. */
const endings = [
  "dynamodb:DeleteResourcePolicy",
  "dynamodb:DeleteTable",
  "dynamodb:PutResourcePolicy",
  "dynamodb:UpdateContinuousBackups",
  "dynamodb:UpdateTimeToLive",
];

/**
 * The event table's own defence: it denies, to everybody in the account, what no part of the service does. Administrators
 * are denied as well, for a Deny in a resource's policy outweighs every Allow.
 *
 * `aws:PrincipalArn` is a role's own ARN also where a session of the role asks, as AppSync's does. Nobody is locked out for
 * good: the account's root user can always delete the policy, whatever it says (DynamoDB's DeleteResourcePolicy).
 */
export function eventTablePolicy(
  name: string,
  { events, appendRoleArn, breakGlassRoleArn }: EventTablePolicyArgs,
  opts: pulumi.CustomResourceOptions,
): aws.dynamodb.ResourcePolicy {
  const breakGlass = breakGlassRoleArn === undefined ? [] : [breakGlassRoleArn];
  const denyExcept = (
    Sid: string,
    Action: readonly string[],
    roles: readonly pulumi.Input<string | undefined>[],
  ) => ({
    Sid,
    Effect: "Deny",
    Principal: "*",
    Action,
    Resource: events.arn,
    ...(roles.length > 0 && { Condition: { ArnNotEquals: { "aws:PrincipalArn": roles } } }),
  });
  return new aws.dynamodb.ResourcePolicy(
    name,
    {
      resourceArn: events.arn,
      policy: policyOf(
        denyExcept("EventsNeverChange", changes, breakGlass),
        denyExcept("OnlyCommandsAppend", ["dynamodb:PutItem"], [appendRoleArn, ...breakGlass]),
        denyExcept("TheTableStays", endings, breakGlass),
      ),
      // The policy takes the right to change it from whoever puts it: DynamoDB wants that confirmed.
      confirmRemoveSelfResourceAccess: true,
    },
    opts,
  );
}
