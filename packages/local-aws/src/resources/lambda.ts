import { join } from "node:path";
import * as t from "io-ts";
import { inputsOf, resourceInputs } from "../inputs";
import { createFunction } from "../lambda/function";
import { createQueueMapping } from "../lambda/queue-mapping";
import { createStreamMapping } from "../lambda/stream-mapping";
import { type Provisioner, provisioner } from "./resource";

const functionInputs = resourceInputs(
  { code: t.unknown, handler: t.string, role: t.string, runtime: t.string },
  {
    name: t.string,
    timeout: t.number,
    memorySize: t.number,
    reservedConcurrentExecutions: t.number,
    environment: inputsOf({}, { variables: t.record(t.string, t.string) }),
  },
  ["architectures", "description", "loggingConfig", "tracingConfig", "packageType"],
);

/** Enough for a mapping's parallel batches and a few direct calls; a process costs some 60 MB. */
const localConcurrency = 4;

/** aws.lambda.Function: a process that runs the code as it would be deployed. */
export const lambdaFunction = provisioner(
  "function",
  functionInputs,
  async (name, inputs, cloud) => {
    const made = await createFunction(
      {
        name,
        code: inputs.code,
        handler: inputs.handler,
        runtime: inputs.runtime,
        roleArn: inputs.role,
        environment: {
          ...inputs.environment?.variables,
          ...(cloud.certificateFile !== undefined && {
            NODE_EXTRA_CA_CERTS: cloud.certificateFile,
          }),
        },
        // Lambda's defaults.
        timeoutSeconds: inputs.timeout ?? 3,
        memorySizeMb: inputs.memorySize ?? 128,
        concurrency: inputs.reservedConcurrentExecutions ?? localConcurrency,
      },
      {
        region: cloud.region,
        iam: cloud.iam,
        dynamodbEndpoint: cloud.dynamodb.endpoint,
        sqsEndpoint: cloud.sqs.endpoint,
        workDirectory: cloud.workDirectory,
        log: (line) => cloud.log(name, line),
      },
    );
    cloud.functions.set(made.arn, made);
    cloud.atEnd(() => made.stop());
    return { id: name, state: { name, arn: made.arn } };
  },
);

/** aws.lambda.EventSourceMapping: feeds a function from a table's stream or from a queue. */
export const eventSourceMapping: Provisioner = (name, inputs, cloud) => {
  const target = [...cloud.functions.values()].find((candidate) =>
    [candidate.name, candidate.arn].includes(String(inputs.functionName)),
  );
  if (target === undefined) {
    throw new Error(`event source mapping ${name}: there is no function ${inputs.functionName}`);
  }
  const context = {
    region: cloud.region,
    iam: cloud.iam,
    function: target,
    log: (line: string) => cloud.log(name, line),
  };
  const mapping = String(inputs.eventSourceArn).startsWith("arn:aws:sqs:")
    ? createQueueMapping(inputs, { ...context, openQueue: cloud.sqs.openQueue })
    : createStreamMapping(inputs, {
        ...context,
        dynamodbEndpoint: cloud.dynamodb.endpoint,
        sendMessage: cloud.sqs.sendMessage,
        warn: (line) => cloud.warn(name, line),
        positionsFile:
          cloud.dataDirectory &&
          join(cloud.dataDirectory, "lambda", `${encodeURIComponent(name)}.json`),
      });
  cloud.atEnd(() => mapping.stop());
  return { id: mapping.uuid, state: { uuid: mapping.uuid, functionArn: target.arn } };
};
