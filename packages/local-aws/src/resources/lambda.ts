import { join } from "node:path";
import * as t from "io-ts";
import type { Cloud } from "../cloud";
import { type Inputs, inputsOf, oneOf, resourceInputs } from "../inputs";
import { createFunction, type LambdaFunction } from "../lambda/function";
import { createQueueMapping } from "../lambda/queue-mapping";
import { queueMappingInputs } from "../lambda/queue-settings";
import { createStreamMapping } from "../lambda/stream-mapping";
import { streamMappingInputs } from "../lambda/stream-settings";
import { knowing, type Provisioned, type Provisioner, provisioner } from "./resource";

const functionInputs = resourceInputs(
  { code: t.unknown, handler: t.string, role: t.string, runtime: t.string },
  {
    name: t.string,
    timeout: t.number,
    memorySize: t.number,
    reservedConcurrentExecutions: t.number,
    environment: inputsOf({}, { variables: t.record(t.string, t.string) }),
    packageType: oneOf("Zip"),
  },
  [
    "architectures",
    "description",
    "ephemeralStorage",
    "loggingConfig",
    "skipDestroy",
    // They tell the provider when to upload the code again.
    "sourceCodeHash",
    "tracingConfig",
  ],
);

/** Enough for a mapping's parallel batches and a few direct calls; a process costs some 60 MB. */
const localConcurrency = 4;

/** aws.lambda.Function: a process that runs the code as it would be deployed. */
export const lambdaFunction = provisioner(
  "function",
  functionInputs,
  async (name, inputs, cloud) => {
    const inspectorPort = cloud.inspectorPortOf(name);
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
        // A port has room for one process.
        concurrency:
          inspectorPort === undefined
            ? (inputs.reservedConcurrentExecutions ?? localConcurrency)
            : 1,
        inspectorPort,
      },
      {
        region: cloud.region,
        iam: cloud.iam,
        dynamodbEndpoint: cloud.dynamodb.endpoint,
        sqsEndpoint: cloud.sqs.endpoint,
        workDirectory: cloud.workDirectory,
        meters: cloud.cloudwatch,
        log: (line) => {
          cloud.cloudwatch.readLine(line);
          cloud.log(name, line);
        },
      },
    );
    const standing = cloud.functions.get(made.arn);
    if (standing === undefined) {
      cloud.functions.set(made.arn, made);
      cloud.atEnd(() => made.stop());
    } else {
      standing.become(made);
    }
    if (inspectorPort !== undefined) {
      cloud.warn(name, `a debugger finds it at 127.0.0.1:${inspectorPort} once it runs`);
    }
    const { arn } = made;
    const invokeArn = `arn:aws:apigateway:${cloud.region}:lambda:path/2015-03-31/functions/${arn}/invocations`;
    const version = "$LATEST";
    return {
      id: name,
      state: { name, arn, invokeArn, version, qualifiedArn: `${arn}:${version}` },
    };
  },
);

const permissionInputs = resourceInputs(
  { action: t.string, function: t.string, principal: t.string },
  { statementId: t.string },
  ["sourceAccount", "sourceArn"],
);

/** aws.lambda.Permission: no service here invokes functions but those that have a role to do so. */
export const permission = provisioner(
  "permission",
  permissionInputs,
  (name, { function: target, statementId = name }, cloud) => {
    findFunction(target, cloud, `permission ${name}`);
    return { id: statementId, state: { statementId } };
  },
);

function findFunction(nameOrArn: string, { functions }: Cloud, where: string): LambdaFunction {
  const found = [...functions.values()].find(({ name, arn }) => [name, arn].includes(nameOrArn));
  if (found === undefined) {
    throw new Error(`${where}: there is no function ${nameOrArn}`);
  }
  return found;
}

/** aws.lambda.EventSourceMapping: feeds a function from a table's stream or from a queue. */
export const eventSourceMapping: Provisioner = knowing(
  [streamMappingInputs, queueMappingInputs],
  (name, inputs, cloud) => makeMapping(name, inputs, cloud),
  ["functionName"],
);

function makeMapping(name: string, inputs: Inputs, cloud: Cloud): Provisioned {
  const where = `event source mapping ${name}`;
  const target = findFunction(String(inputs.functionName), cloud, where);
  const context = {
    region: cloud.region,
    iam: cloud.iam,
    function: target,
    meters: cloud.cloudwatch,
    log: (line: string) => cloud.log(name, line),
  };
  const mapping = String(inputs.eventSourceArn).startsWith("arn:aws:sqs:")
    ? createQueueMapping(inputs, { ...context, openQueue: cloud.sqs.openQueue })
    : createStreamMapping(inputs, {
        ...context,
        dynamodbEndpoint: cloud.dynamodb.endpoint,
        sendMessage: cloud.sqs.sendMessage,
        warn: (line) => cloud.warn(name, line),
        ...(cloud.retryPauseMs && { retryPauseMs: cloud.retryPauseMs }),
        positionsFile:
          cloud.dataDirectory &&
          join(cloud.dataDirectory, "lambda", `${encodeURIComponent(name)}.json`),
      });
  cloud.atEnd(() => mapping.stop());
  return { id: mapping.uuid, state: { uuid: mapping.uuid, functionArn: target.arn } };
}
