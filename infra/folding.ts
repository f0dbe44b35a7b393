import type * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { Statement } from "./policy";

/** What every function that folds events into the read model works on. */
export interface FoldingArgs {
  /** Event table ①. */
  eventTable: aws.dynamodb.Table;
  /** Read model ②. */
  readModel: aws.dynamodb.Table;
  apiArn: pulumi.Input<string>;
  graphqlUrl: pulumi.Input<string>;
  /** The least severe level that is logged: DEBUG, INFO, WARN or ERROR. */
  logLevel: pulumi.Input<string>;
  logRetentionDays: pulumi.Input<number>;
}

/** The handlers' settings, as `lambda/settings.ts` decodes them. */
export function foldingSettings({ eventTable, readModel, graphqlUrl }: FoldingArgs) {
  return { eventTable: eventTable.name, readModel: readModel.name, graphqlUrl };
}

/** The right to read events, to write the read model, and to tell of changes. */
export function foldingRights({ eventTable, readModel, apiArn }: FoldingArgs): Statement[] {
  return [
    { actions: ["dynamodb:Query"], resources: [eventTable.arn] },
    {
      // A transaction is authorized as the writes that it is made of.
      actions: ["dynamodb:DeleteItem", "dynamodb:GetItem", "dynamodb:PutItem"],
      resources: [readModel.arn],
    },
    {
      actions: ["appsync:GraphQL"],
      resources: [pulumi.interpolate`${apiArn}/types/Mutation/fields/publishAccountChange`],
    },
  ];
}
