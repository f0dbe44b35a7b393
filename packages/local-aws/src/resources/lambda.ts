import { createEventSourceMapping } from "../lambda/event-source-mapping";
import { createFunction } from "../lambda/function";
import { type Provisioner, physicalName, refuseUnknown } from "./resource";

interface FunctionInputs {
  readonly code: unknown;
  readonly handler: string;
  readonly role: string;
  readonly runtime: string;
  readonly timeout?: number;
  readonly memorySize?: number;
  readonly reservedConcurrentExecutions?: number;
  readonly environment?: { readonly variables?: Readonly<Record<string, string>> };
}

/** Enough for a mapping's parallel batches and a few direct calls; a process costs some 60 MB. */
const localConcurrency = 4;

/** aws.lambda.Function: a process that runs the code as it would be deployed. */
export const lambdaFunction: Provisioner = async (name, inputs, cloud) => {
  refuseUnknown(inputs, `function ${name}`, {
    used: [
      "name",
      "code",
      "handler",
      "role",
      "runtime",
      "timeout",
      "memorySize",
      "environment",
      "reservedConcurrentExecutions",
    ],
    meaningless: ["architectures", "description", "loggingConfig", "tracingConfig", "packageType"],
  });
  const wanted = inputs as unknown as FunctionInputs;
  const functionName = physicalName(name, inputs);
  const made = await createFunction(
    {
      name: functionName,
      code: wanted.code,
      handler: wanted.handler,
      runtime: wanted.runtime,
      roleArn: wanted.role,
      environment: {
        ...wanted.environment?.variables,
        ...(cloud.certificateFile !== undefined && { NODE_EXTRA_CA_CERTS: cloud.certificateFile }),
      },
      // Lambda's defaults.
      timeoutSeconds: wanted.timeout ?? 3,
      memorySizeMb: wanted.memorySize ?? 128,
      concurrency: wanted.reservedConcurrentExecutions ?? localConcurrency,
    },
    {
      region: cloud.region,
      iam: cloud.iam,
      dynamodbEndpoint: cloud.dynamodb.endpoint,
      workDirectory: cloud.workDirectory,
      log: (line) => cloud.log(functionName, line),
    },
  );
  cloud.functions.set(made.arn, made);
  cloud.atEnd(() => made.stop());
  return { id: functionName, state: { ...inputs, name: functionName, arn: made.arn } };
};

/** aws.lambda.EventSourceMapping: feeds a function from a table's stream. */
export const eventSourceMapping: Provisioner = (name, inputs, cloud) => {
  const target = [...cloud.functions.values()].find((candidate) =>
    [candidate.name, candidate.arn].includes(String(inputs.functionName)),
  );
  if (target === undefined) {
    throw new Error(`event source mapping ${name}: there is no function ${inputs.functionName}`);
  }
  const mapping = createEventSourceMapping(inputs, {
    region: cloud.region,
    iam: cloud.iam,
    dynamodbEndpoint: cloud.dynamodb.endpoint,
    function: target,
    sendMessage: cloud.sqs.sendMessage,
    log: (line) => cloud.log(name, line),
  });
  cloud.atEnd(() => mapping.stop());
  return { id: mapping.uuid, state: { ...inputs, uuid: mapping.uuid, functionArn: target.arn } };
};
