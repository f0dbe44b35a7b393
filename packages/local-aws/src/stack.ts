import { rmSync } from "node:fs";
import { keptCertificate } from "./certificate";
import { type Cloud, type CloudOptions, startCloud } from "./cloud";
import { openDataFolder } from "./data-folder";
import { type Changes, Deployment } from "./deployment";
import { amplifyConfiguration, type FrontEnd, frontEndOf } from "./front-end";
import { type Outputs, runProgram } from "./program";
import { makeBuildFolder, type RunningStack } from "./running-stack";
import { readStackConfig } from "./stack-config";
import { makeWorkFolder } from "./work-folder";

export interface StackOptions
  extends Pick<
    CloudOptions,
    | "alarm"
    | "appsync"
    | "now"
    | "ports"
    | "retryPauseMs"
    | "dataDirectory"
    | "deliver"
    | "dynamodb"
    | "shareEngine"
    | "inspect"
    | "log"
    | "trace"
    | "warn"
    | "progress"
  > {
  /** The folder of the Pulumi program. */
  readonly program: string;
  readonly stack: string;
  /** Serves the API over TLS, with the certificate that the program's folder keeps. */
  readonly https: boolean;
}

export interface LocalStack {
  readonly outputs: Outputs;
  readonly cloud: Cloud;
  /** What other processes need to use it. */
  readonly description: RunningStack;
  /**
   * Evaluates the program as its files are now, and changes what differs; the data stays. Rejects, and leaves the API as it
   * was, where the program has a fault, or a change that a running stack cannot take.
   */
  update(): Promise<Changes>;
  /** Rejects once an engine has ended without being asked to: nothing works any more. */
  readonly failed: Promise<never>;
  stop(): Promise<void>;
}

/** Starts the engines and gives them the program's resources. */
export async function startStack(options: StackOptions): Promise<LocalStack> {
  const region = readStackConfig(options.stack, options.program).values["aws:region"];
  if (region === undefined) {
    throw new Error(`Pulumi.${options.stack}.yaml: aws:region is not set`);
  }
  const releaseData =
    options.dataDirectory === undefined ? () => {} : openDataFolder(options.dataDirectory);
  // Outside of the program's folder, so that no function finds in node_modules what its archive lacks.
  const workDirectory = makeWorkFolder();
  let cloud: Cloud | undefined;
  const stop = async (): Promise<void> => {
    await cloud?.stop();
    rmSync(workDirectory, { recursive: true, force: true });
    releaseData();
  };
  try {
    const certificate = options.https
      ? await keptCertificate(makeBuildFolder(options.program))
      : undefined;
    let frontEnd: FrontEnd | undefined;
    const configuration = (): unknown => frontEnd && amplifyConfiguration(frontEnd);
    cloud = await startCloud({ ...options, region, workDirectory, certificate, configuration });
    const failed = cloud.failure.then((error) => {
      const kept = options.dataDirectory;
      throw new Error(
        `${error.message}. Start the stack again${kept === undefined ? "" : `: what was acknowledged is in ${kept}`}.`,
      );
    });
    // Where nobody waits for it.
    failed.catch(() => {});
    const deployment = new Deployment(cloud);
    const evaluate = (): Promise<Outputs> => {
      const { program, stack } = options;
      return runProgram(program, stack, readStackConfig(stack, program), deployment);
    };
    const outputs = await Promise.race([evaluate(), failed]);
    const { dynamodb, cognito, sqs, iam } = cloud;
    frontEnd = frontEndOf(deployment, { region, cognitoEndpoint: cognito.endpoint });
    return {
      outputs,
      cloud,
      description: {
        pid: process.pid,
        region,
        outputs,
        endpoints: {
          dynamodb: dynamodb.endpoint,
          cognito: cognito.endpoint,
          sqs: sqs.endpoint,
        },
        credentials: iam.administrator,
        certificate: certificate?.cert,
        frontEnd,
      },
      update: async () => {
        deployment.begin();
        await evaluate();
        return deployment.end();
      },
      failed,
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}
