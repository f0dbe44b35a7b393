import { randomUUID } from "node:crypto";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { type Meters, unmetered } from "../cloudwatch/metrics";
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
  /** The maximum number of events handled at once, each in a process of its own. At 0 every event is throttled. */
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
  readonly meters?: Meters | undefined;
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
  const options = {
    functionName: definition.name,
    functionArn,
    folder,
    environment: environmentOf(definition, context, { folder, functionArn }),
    memorySizeMb: definition.memorySizeMb,
    timeoutSeconds: definition.timeoutSeconds,
    inspectorPort: definition.inspectorPort,
    log: context.log,
  };
  return new LambdaFunction(definition, options, context.meters);
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
  readonly #meters: Meters;

  constructor(definition: FunctionDefinition, options: InstanceOptions, meters = unmetered) {
    this.name = definition.name;
    this.arn = options.functionArn;
    this.#roleArn = definition.roleArn;
    this.#options = options;
    this.#concurrency = definition.concurrency;
    this.#meters = meters;
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

  get concurrency(): number {
    return this.#concurrency;
  }

  /** As an operator reserves concurrency: 0 stops the function. */
  set concurrency(concurrency: number) {
    this.#concurrency = concurrency;
  }

  /** How many more events it could handle at once now. One that is stopped is tried, as on AWS, and throttles. */
  get room(): number {
    this.#removeEnded();
    if (this.#concurrency === 0) {
      return 1;
    }
    const busy = this.#all.size - this.#idle.length;
    return this.#waiting.length > 0 ? 0 : this.#concurrency - busy;
  }

  /** Never rejects: the function's errors are part of the result. */
  async invoke(event: unknown): Promise<InvocationResult> {
    if (this.#concurrency === 0) {
      this.#measure("Throttles", 1);
      const error = { errorType: "TooManyRequestsException", errorMessage: "Rate Exceeded." };
      return { requestId: randomUUID(), error, throttled: true };
    }
    const instance = await this.#acquire();
    try {
      // The duration is without a cold start.
      await instance.initialized;
      const startedAt = this.#meters.now();
      const result = await instance.invoke(event);
      this.#measure("Invocations", 1);
      this.#measure("Errors", "error" in result ? 1 : 0);
      this.#measure("Throttles", 0);
      this.#measure("Duration", this.#meters.now() - startedAt, "Milliseconds");
      return result;
    } finally {
      this.#release(instance);
    }
  }

  #measure(name: string, value: number, unit?: string): void {
    const dimensions = { FunctionName: this.name };
    this.#meters.measure({ namespace: "AWS/Lambda", name, dimensions }, value, unit);
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
