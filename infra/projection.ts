import type * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import type { Staying } from "./component";
import { publishChanges, readEvents, requestRebuilds, writeReadModel } from "./permissions";
import type { Permission } from "./policy";

/** What every function that folds events into the read model is given. */
export interface ProjectionArgs extends Staying {
  /**
   * The function's TypeScript file, such as `lambda/projector.ts`, from the program's folder on. Not an `Input`: it is
   * bundled at once.
   */
  entry: string;
  /** Event table ①. */
  events: aws.dynamodb.Table;
  /** Read model ②. */
  readModel: aws.dynamodb.Table;
  /** The queue of the rebuilder. */
  rebuildQueue: aws.sqs.Queue;
  /** The API whose subscribers receive the changes. */
  graphqlApi: aws.appsync.GraphQLApi;
  graphqlUrl: pulumi.Input<string>;
  /** The mutation that publishes committed changes. Not an `Input`, as it comes from the wiring. */
  publishField: string;
  /** The least severe level that is logged: DEBUG, INFO, WARN or ERROR. */
  logLevel: pulumi.Input<string>;
  logRetentionDays: pulumi.Input<number>;
}

/** The handlers' settings, as `lambda/adapters/settings.ts` decodes them. */
export function projectionSettings({
  events,
  readModel,
  rebuildQueue,
  graphqlUrl,
}: ProjectionArgs) {
  return {
    eventTable: events.name,
    readModel: readModel.name,
    rebuildQueueUrl: rebuildQueue.url,
    graphqlUrl,
  };
}

/** What every such function may do. */
export function projectionPermissions(args: ProjectionArgs): readonly Permission[] {
  return [
    readEvents(args.events),
    writeReadModel(args.readModel),
    requestRebuilds(args.rebuildQueue),
    publishChanges(args.graphqlApi, args.publishField),
  ];
}
