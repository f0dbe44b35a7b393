import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { componentType, type Staying, staying } from "./component";
import { createAndWriteLogs } from "./permissions";
import { allow, arnBeside, assumedBy } from "./policy";
import { schema } from "./templates";
import type { Wiring } from "./wiring";

export interface ApiArgs extends Staying {
  region: pulumi.Input<string>;
  /** The pool whose users may call. */
  userPoolId: pulumi.Input<string>;
  userPoolArn: pulumi.Input<string>;
  /** The one app client of the pool whose tokens are accepted. */
  clientId: pulumi.Input<string>;
  /** Names the files of the schema. Not an `Input`: they are read at once. */
  wiring: Wiring;
  /** Let clients read the whole schema. */
  introspection: pulumi.Input<boolean>;
  /** How deep a request may nest its selections: 1 to 75. */
  queryDepthLimit: pulumi.Input<number>;
  /** How many resolvers a request may run: 10 to 10,000. */
  resolverCountLimit: pulumi.Input<number>;
  logRetentionDays: pulumi.Input<number>;
}

/** The GraphQL API and its log: Cognito's users by default, IAM callers where the schema admits them. */
export class Api extends pulumi.ComponentResource {
  readonly graphqlApi: aws.appsync.GraphQLApi;
  readonly logGroup: aws.cloudwatch.LogGroup;
  readonly logRole: aws.iam.Role;
  readonly graphqlUrl: pulumi.Output<string>;
  readonly realtimeUrl: pulumi.Output<string>;

  constructor(name: string, args: ApiArgs, opts?: pulumi.ComponentResourceOptions) {
    super(componentType("Api"), name, {}, opts);
    this.logRole = new aws.iam.Role(
      `${name}-log-role`,
      {
        // The API comes after the role of its log.
        assumeRolePolicy: assumedBy(
          "appsync.amazonaws.com",
          arnBeside(args.userPoolArn, "appsync", "apis/*"),
        ),
      },
      { parent: this },
    );
    this.graphqlApi = new aws.appsync.GraphQLApi(
      `${name}-graphql`,
      {
        schema: schema(args.wiring),
        authenticationType: "AMAZON_COGNITO_USER_POOLS",
        userPoolConfig: {
          userPoolId: args.userPoolId,
          awsRegion: args.region,
          appIdClientRegex: pulumi.interpolate`^${args.clientId}$`,
          defaultAction: "ALLOW",
        },
        additionalAuthenticationProviders: [{ authenticationType: "AWS_IAM" }],
        introspectionConfig: pulumi
          .output(args.introspection)
          .apply((open) => (open ? "ENABLED" : "DISABLED")),
        queryDepthLimit: args.queryDepthLimit,
        resolverCountLimit: args.resolverCountLimit,
        logConfig: {
          cloudwatchLogsRoleArn: this.logRole.arn,
          fieldLogLevel: "ERROR",
          // Headers (tokens!), arguments and results stay out of the log.
          excludeVerboseContent: true,
        },
      },
      { parent: this },
    );
    // AppSync names its log group itself; created here, the group has a retention.
    this.logGroup = new aws.cloudwatch.LogGroup(
      `${name}-log`,
      {
        name: pulumi.interpolate`/aws/appsync/apis/${this.graphqlApi.id}`,
        retentionInDays: args.logRetentionDays,
      },
      { parent: this, ...staying(args) },
    );
    new aws.iam.RolePolicy(
      `${name}-log-policy`,
      { role: this.logRole.name, policy: allow(createAndWriteLogs(this.logGroup)) },
      { parent: this },
    );
    this.graphqlUrl = uri(this.graphqlApi, "GRAPHQL");
    this.realtimeUrl = uri(this.graphqlApi, "REALTIME");
    this.registerOutputs({ graphqlUrl: this.graphqlUrl, realtimeUrl: this.realtimeUrl });
  }
}

function uri(api: aws.appsync.GraphQLApi, kind: "GRAPHQL" | "REALTIME"): pulumi.Output<string> {
  return api.uris.apply((uris) => {
    const found = uris[kind];
    if (found === undefined) {
      throw new pulumi.RunError(`The API has no ${kind} address.`);
    }
    return found;
  });
}
