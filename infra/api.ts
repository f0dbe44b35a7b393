import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { allow, assumedBy, writeLogs } from "./policy";
import { schema } from "./templates";

export interface ApiArgs {
  region: pulumi.Input<string>;
  /** The pool whose users may call. */
  userPoolId: pulumi.Input<string>;
  /** The one app client of the pool whose tokens are accepted. */
  clientId: pulumi.Input<string>;
  /** Let clients read the whole schema. */
  introspection: pulumi.Input<boolean>;
  /** How deep a request may nest its selections: 1 to 75. */
  queryDepthLimit: pulumi.Input<number>;
  /** How many resolvers a request may run: 1 to 10,000. */
  resolverCountLimit: pulumi.Input<number>;
  logRetentionDays: pulumi.Input<number>;
}

/** The GraphQL API and its log: Cognito's users by default, IAM callers where the schema lets them in. */
export class Api extends pulumi.ComponentResource {
  readonly id: pulumi.Output<string>;
  readonly arn: pulumi.Output<string>;
  readonly graphqlUrl: pulumi.Output<string>;
  readonly realtimeUrl: pulumi.Output<string>;

  constructor(name: string, args: ApiArgs, opts?: pulumi.ComponentResourceOptions) {
    super("event-ledger:infra:Api", name, {}, opts);
    const logRole = new aws.iam.Role(
      `${name}-log-role`,
      { assumeRolePolicy: assumedBy("appsync.amazonaws.com") },
      { parent: this },
    );
    const api = this.createApi(name, args, logRole);
    this.createLog(name, args.logRetentionDays, logRole, api);
    this.id = api.id;
    this.arn = api.arn;
    this.graphqlUrl = uri(api, "GRAPHQL");
    this.realtimeUrl = uri(api, "REALTIME");
    this.registerOutputs({ graphqlUrl: this.graphqlUrl, realtimeUrl: this.realtimeUrl });
  }

  private createApi(name: string, args: ApiArgs, logRole: aws.iam.Role): aws.appsync.GraphQLApi {
    return new aws.appsync.GraphQLApi(
      `${name}-graphql`,
      {
        schema: schema(),
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
          cloudwatchLogsRoleArn: logRole.arn,
          fieldLogLevel: "ERROR",
          // Headers (tokens!), arguments and results stay out of the log.
          excludeVerboseContent: true,
        },
      },
      { parent: this },
    );
  }

  /** AppSync names its log group itself; made here, the group has a retention. */
  private createLog(
    name: string,
    retentionInDays: pulumi.Input<number>,
    logRole: aws.iam.Role,
    api: aws.appsync.GraphQLApi,
  ): void {
    const logGroup = new aws.cloudwatch.LogGroup(
      `${name}-log`,
      { name: pulumi.interpolate`/aws/appsync/apis/${api.id}`, retentionInDays },
      { parent: this },
    );
    const { actions, resources } = writeLogs(logGroup);
    new aws.iam.RolePolicy(
      `${name}-log-policy`,
      // AppSync asks for the right to create the group even where the group exists.
      {
        role: logRole.name,
        policy: allow({ actions: ["logs:CreateLogGroup", ...actions], resources }),
      },
      { parent: this },
    );
  }
}

function uri(api: aws.appsync.GraphQLApi, kind: "GRAPHQL" | "REALTIME"): pulumi.Output<string> {
  return api.uris.apply((uris) => {
    const found = uris[kind];
    if (found === undefined) throw new pulumi.RunError(`The API has no ${kind} address.`);
    return found;
  });
}
