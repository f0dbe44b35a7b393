import { rmSync } from "node:fs";
import { keptCertificate } from "./certificate";
import { type Cloud, type CloudOptions, startCloud } from "./cloud";
import { openDataFolder } from "./data-folder";
import { type Outputs, runProgram } from "./program";
import { makeBuildFolder, type RunningStack } from "./running-stack";
import { readStackConfig } from "./stack-config";
import { makeWorkFolder } from "./work-folder";

export interface StackOptions
  extends Pick<
    CloudOptions,
    "ports" | "dataDirectory" | "deliver" | "dynamodb" | "log" | "warn" | "progress"
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
  /** Rejects once an engine has ended without being asked to: nothing works any more. */
  readonly failed: Promise<never>;
  stop(): Promise<void>;
}

/** Starts the engines and gives them the program's resources. A process can run one stack in its life: Pulumi's runtime is global. */
export async function startStack(options: StackOptions): Promise<LocalStack> {
  const config = readStackConfig(options.stack, options.program);
  const region = config.values["aws:region"];
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
    cloud = await startCloud({ ...options, region, workDirectory, certificate });
    const failed = cloud.failure.then((error) => {
      const kept = options.dataDirectory;
      throw new Error(
        `${error.message}. Start the stack again${kept === undefined ? "" : `: what was acknowledged is in ${kept}`}.`,
      );
    });
    // Where nobody waits for it.
    failed.catch(() => {});
    const outputs = await Promise.race([
      runProgram(options.program, options.stack, config, cloud),
      failed,
    ]);
    const { dynamodb, cognito, sqs, iam } = cloud;
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
      },
      failed,
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}
