import { readFileSync } from "node:fs";
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { bundle } from "./bundle";
import { allow, assumedBy, type Statement, writeLogs } from "./policy";

/** Where CloudWatch keeps what the functions count. */
export const metricsNamespace = "EventLedger";

export interface BundledFunctionArgs {
  /** The TypeScript file that exports `createHandler`, which takes the settings. A plain path: it is bundled at once. */
  entry: string;
  /** What the handler needs to know of the deployment. */
  settings: Readonly<Record<string, pulumi.Input<string>>>;
  /** What the function may do besides writing its log. */
  statements: readonly Statement[];
  /** In seconds. */
  timeout: pulumi.Input<number>;
  /** The name that its log lines and metrics bear. */
  service: pulumi.Input<string>;
  /** The least severe level that is logged: DEBUG, INFO, WARN or ERROR. */
  logLevel: pulumi.Input<string>;
  logRetentionDays: pulumi.Input<number>;
}

interface Entry {
  createHandler(settings: unknown): aws.lambda.Callback<unknown, unknown>;
}

/** A Lambda function made from one entry point, with a role and a log of its own. */
export class BundledFunction extends pulumi.ComponentResource {
  readonly function: aws.lambda.Function;
  /** Gives the function its rights: what invokes it depends on this. */
  readonly policy: aws.iam.RolePolicy;

  constructor(name: string, args: BundledFunctionArgs, opts?: pulumi.ComponentResourceOptions) {
    super("event-ledger:infra:BundledFunction", name, {}, opts);
    const logGroup = new aws.cloudwatch.LogGroup(
      `${name}-log`,
      { retentionInDays: args.logRetentionDays },
      { parent: this },
    );
    const role = new aws.iam.Role(
      `${name}-role`,
      { assumeRolePolicy: assumedBy("lambda.amazonaws.com") },
      { parent: this },
    );
    this.policy = new aws.iam.RolePolicy(
      `${name}-policy`,
      { role: role.name, policy: allow(writeLogs(logGroup), ...args.statements) },
      { parent: this },
    );
    this.function = this.createFunction(name, args, role, logGroup);
    this.registerOutputs({ arn: this.function.arn });
  }

  private createFunction(
    name: string,
    args: BundledFunctionArgs,
    role: aws.iam.Role,
    logGroup: aws.cloudwatch.LogGroup,
  ): aws.lambda.Function {
    const bundleFile = `.build/${name}.js`;
    bundle(args.entry, bundleFile);
    const settings = pulumi.output(args.settings);
    return new aws.lambda.CallbackFunction(
      `${name}-function`,
      {
        // Pulumi deploys this callback's text with the values of `bundleFile` and `settings`. All else is in the
        // bundle: code with classes or codecs does not survive being captured.
        callbackFactory: () => (require(`./${bundleFile}`) as Entry).createHandler(settings.get()),
        codePathOptions: {
          extraIncludePaths: [bundleFile],
          extraExcludePackages: dependencies(),
        },
        runtime: "nodejs24.x",
        architectures: ["arm64"],
        memorySize: 512,
        timeout: args.timeout,
        role,
        // The logger and the metrics write JSON lines themselves.
        loggingConfig: { logFormat: "Text", logGroup: logGroup.name },
        environment: {
          variables: {
            POWERTOOLS_SERVICE_NAME: args.service,
            POWERTOOLS_METRICS_NAMESPACE: metricsNamespace,
            POWERTOOLS_LOG_LEVEL: args.logLevel,
          },
        },
      },
      { parent: this },
    );
  }
}

/** The project's packages, which Pulumi would otherwise add to the archive; the bundle has what is used of them. */
function dependencies(): string[] {
  const { dependencies } = JSON.parse(readFileSync("package.json", "utf8"));
  return Object.keys(dependencies);
}
