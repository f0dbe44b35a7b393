import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { bundle } from "./bundle";
import { componentType, type Staying, staying } from "./component";
import { writeLogs } from "./permissions";
import { allow, arnBeside, assumedBy, type Permission } from "./policy";

/** Where CloudWatch keeps what a stack's functions count: apart from what other stacks of the AWS account count. */
export function metricsNamespace(): string {
  return `${pulumi.getProject()}/${pulumi.getStack()}`;
}

export interface BundledFunctionArgs extends Staying {
  /**
   * The TypeScript file that exports `createHandler`, which takes the settings; from the program's folder on.
   * Not an `Input`: it is bundled at once.
   */
  entry: string;
  /** What the handler needs to know of the deployment. */
  settings: Readonly<Record<string, pulumi.Input<string>>>;
  /** What the function may do besides writing its log. */
  permissions: readonly Permission[];
  /** In seconds. */
  timeout: pulumi.Input<number>;
  /** See `ProjectorArgs`; none is reserved if omitted. */
  reservedConcurrency?: number;
  /** The name of the function in its log lines and metrics. */
  service: pulumi.Input<string>;
  /** The least severe level that is logged: DEBUG, INFO, WARN or ERROR. */
  logLevel: pulumi.Input<string>;
  logRetentionDays: pulumi.Input<number>;
}

interface Entry {
  createHandler(settings: unknown): unknown;
}

/** A Lambda function made from one entry file, with a role and a log of its own. */
export class BundledFunction extends pulumi.ComponentResource {
  readonly function: aws.lambda.Function;
  readonly role: aws.iam.Role;
  /** Gives the function its permissions: what invokes it depends on this. */
  readonly policy: aws.iam.RolePolicy;
  readonly logGroup: aws.cloudwatch.LogGroup;

  constructor(name: string, args: BundledFunctionArgs, opts?: pulumi.ComponentResourceOptions) {
    super(componentType("BundledFunction"), name, {}, opts);
    this.logGroup = new aws.cloudwatch.LogGroup(
      `${name}-log`,
      { retentionInDays: args.logRetentionDays },
      { parent: this, ...staying(args) },
    );
    this.role = new aws.iam.Role(
      `${name}-role`,
      {
        // The function comes after its role, and ends in random letters. AWS names the key for functions, and leaves open
        // what a mapping's poller says it acts for: the function, or the mapping, whose ARN nobody can foresee.
        assumeRolePolicy: assumedBy(
          "lambda.amazonaws.com",
          arnBeside(this.logGroup.arn, "lambda", `function:*${name}-function*`),
          arnBeside(this.logGroup.arn, "lambda", "event-source-mapping:*"),
        ),
      },
      { parent: this },
    );
    this.policy = new aws.iam.RolePolicy(
      `${name}-policy`,
      { role: this.role.name, policy: allow(writeLogs(this.logGroup), ...args.permissions) },
      { parent: this },
    );
    const bundleFile = `.build/${name}.js`;
    bundle(args.entry, bundleFile);
    const settings = pulumi.output(args.settings);
    // Pulumi deploys this callback's text with the values of `bundleFile` and `settings`. All else is in the bundle: code
    // with classes or codecs does not survive being captured.
    const callback = pulumi.runtime.serializeFunction(
      () => (require(`./${bundleFile}`) as Entry).createHandler(settings.get()),
      { exportName: "handler", isFactoryFunction: true },
    );
    // Not a CallbackFunction: it reads every installed package for the archive, and the bundle needs none of them.
    this.function = new aws.lambda.Function(
      `${name}-function`,
      {
        code: new pulumi.asset.AssetArchive({
          "__index.js": new pulumi.asset.StringAsset(callback.then(({ text }) => text)),
          [bundleFile]: new pulumi.asset.FileAsset(bundleFile),
        }),
        handler: "__index.handler",
        runtime: "nodejs24.x",
        architectures: ["arm64"],
        memorySize: 512,
        timeout: args.timeout,
        ...(args.reservedConcurrency && {
          reservedConcurrentExecutions: args.reservedConcurrency,
        }),
        role: this.role.arn,
        // The logger and the metrics write JSON lines themselves.
        loggingConfig: { logFormat: "Text", logGroup: this.logGroup.name },
        environment: {
          variables: {
            POWERTOOLS_SERVICE_NAME: args.service,
            POWERTOOLS_METRICS_NAMESPACE: metricsNamespace(),
            POWERTOOLS_LOG_LEVEL: args.logLevel,
          },
        },
      },
      { parent: this },
    );
    this.registerOutputs({ arn: this.function.arn });
  }
}
