import { rm } from "node:fs/promises";
import { join } from "node:path";
import { type Iam, localAccountId } from "../iam/iam";
import { unpack } from "./archive";
import { Instance, type InstanceOptions, type InvocationResult } from "./instance";

export type { FunctionError, InvocationResult } from "./instance";

export interface FunctionDefinition {
  readonly name: string;
  /** A Pulumi archive: see unpack. */
  readonly code: unknown;
  /** "<file>.<export>", e.g. "__index.handler" */
  readonly handler: string;
  /** "nodejs24.x"; the function runs in the local cloud's own version of Node.js nevertheless. */
  readonly runtime: string;
  readonly roleArn: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly timeoutSeconds: number;
  readonly memorySizeMb: number;
  /** The maximum number of events handled at once, each in a process of its own. */
  readonly concurrency: number;
  /** Where a debugger may connect. */
  readonly inspectorPort?: number | undefined;
}

export interface FunctionContext {
  readonly region: string;
  readonly iam: Iam;
  readonly dynamodbEndpoint: string;
  readonly sqsEndpoint: string;
  /** The folder for unpacked code, in which the function's own folder is replaced. */
  readonly workDirectory: string;
  readonly log: (line: string) => void;
}

/** Unpacks the function's code. Processes start when events arrive, as on AWS. */
export async function createFunction(
  definition: FunctionDefinition,
  context: FunctionContext,
): Promise<LambdaFunction> {
  if (!/^nodejs\d+\.x$/.test(definition.runtime)) {
    throw new Error(
      `function ${definition.name}: the runtime ${definition.runtime} is not supported locally`,
    );
  }
  const folder = join(context.workDirectory, definition.name);
  await rm(folder, { recursive: true, force: true });
  await unpack(definition.code, folder);
  const functionArn = `arn:aws:lambda:${context.region}:${localAccountId}:function:${definition.name}`;
  return new LambdaFunction(definition, {
    functionName: definition.name,
    functionArn,
    folder,
    environment: environmentOf(definition, context, { folder, functionArn }),
    memorySizeMb: definition.memorySizeMb,
    timeoutSeconds: definition.timeoutSeconds,
    inspectorPort: definition.inspectorPort,
    log: context.log,
  });
}

export class LambdaFunction {
  readonly name: string;
  readonly arn: string;
  #roleArn: string;
  #options: InstanceOptions;
  #concurrency: number;
  readonly #idle: Instance[] = [];
  readonly #all = new Set<Instance>();
  /** Those that run what the function was before. */
  readonly #outdated = new WeakSet<Instance>();
  readonly #waiting: (() => void)[] = [];

  constructor(definition: FunctionDefinition, options: InstanceOptions) {
    this.name = definition.name;
    this.arn = options.functionArn;
    this.#roleArn = definition.roleArn;
    this.#options = options;
    this.#concurrency = definition.concurrency;
  }

  get roleArn(): string {
    return this.#roleArn;
  }

  get timeoutSeconds(): number {
    return this.#options.timeoutSeconds;
  }

  /** Takes another one's code and settings, from the next event on. Processes that are busy finish theirs. */
  become(other: LambdaFunction): void {
    this.#roleArn = other.#roleArn;
    this.#options = other.#options;
    this.#concurrency = other.#concurrency;
    for (const instance of this.#all) {
      this.#outdated.add(instance);
    }
    this.#removeEnded();
  }

  /** How many more events it could handle at once now. */
  get room(): number {
    this.#removeEnded();
    const busy = this.#all.size - this.#idle.length;
    return this.#waiting.length > 0 ? 0 : this.#concurrency - busy;
  }

  /** Never rejects: the function's errors are part of the result. */
  async invoke(event: unknown): Promise<InvocationResult> {
    const instance = await this.#acquire();
    try {
      return await instance.invoke(event);
    } finally {
      this.#release(instance);
    }
  }

  /** Kills the function's processes at once, even during an event. Later events start new ones. */
  kill(): void {
    for (const instance of this.#all) {
      instance.kill();
    }
  }

  async stop(): Promise<void> {
    await Promise.all([...this.#all].map((instance) => instance.stop()));
  }

  async #acquire(): Promise<Instance> {
    this.#removeEnded();
    const idle = this.#idle.pop();
    if (idle !== undefined) {
      return idle;
    }
    if (this.#all.size >= this.#concurrency) {
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
      return this.#acquire();
    }
    const instance = new Instance(this.#options);
    this.#all.add(instance);
    return instance;
  }

  #release(instance: Instance): void {
    this.#idle.push(instance);
    this.#removeEnded();
    this.#waiting.shift()?.();
  }

  #removeEnded(): void {
    for (const instance of this.#idle) {
      if (this.#outdated.has(instance)) {
        instance.kill();
      }
    }
    for (const instance of this.#all) {
      if (!instance.usable) {
        this.#all.delete(instance);
      }
    }
    const alive = this.#idle.filter((instance) => instance.usable);
    this.#idle.splice(0, this.#idle.length, ...alive);
  }
}

/** The variables that Lambda sets (Developer Guide, "Using Lambda environment variables") and the function's own. */
function environmentOf(
  definition: FunctionDefinition,
  { region, iam, dynamodbEndpoint, sqsEndpoint }: FunctionContext,
  { folder, functionArn }: { readonly folder: string; readonly functionArn: string },
): Record<string, string> {
  const { name, handler, runtime, memorySizeMb, roleArn, environment } = definition;
  const credentials = iam.assumeRole(roleArn, "lambda.amazonaws.com", functionArn);
  return {
    PATH: process.env.PATH ?? "",
    LANG: "en_US.UTF-8",
    TZ: ":UTC",
    ...environment,
    _HANDLER: handler,
    LAMBDA_TASK_ROOT: folder,
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
    AWS_EXECUTION_ENV: `AWS_Lambda_${runtime}`,
    AWS_LAMBDA_FUNCTION_NAME: name,
    AWS_LAMBDA_FUNCTION_VERSION: "$LATEST",
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(memorySizeMb),
    AWS_LAMBDA_INITIALIZATION_TYPE: "on-demand",
    AWS_LAMBDA_LOG_GROUP_NAME: `/aws/lambda/${name}`,
    AWS_LAMBDA_LOG_STREAM_NAME: "local",
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    AWS_SESSION_TOKEN: credentials.sessionToken ?? "",
    AWS_ENDPOINT_URL_DYNAMODB: dynamodbEndpoint,
    // Its client sends to the host of the queue's URL, and warns where the endpoint is another.
    AWS_ENDPOINT_URL_SQS: sqsEndpoint,
    // The SDK prints a warning if this Node.js is older than the function's deployed runtime.
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: "true",
  };
}
