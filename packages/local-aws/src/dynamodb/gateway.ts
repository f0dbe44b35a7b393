import { Agent, request as httpRequest } from "node:http";
import { buffer } from "node:stream/consumers";
import { type Answer, awsJson, type Call, type Input, ServiceError } from "../aws-json";
import { type Meters, unmetered } from "../cloudwatch/metrics";
import { type RunningServer, serve } from "../http-server";
import { type Iam, localAccountId, type Principal } from "../iam/iam";
import { permissionsFor } from "./permissions";
import type { DynamodbProcess } from "./process";
import { type Failed, measureFailure } from "./table-meters";

/** An injected exception, e.g. a ProvisionedThroughputExceededException. */
export interface Failure extends Failed {
  readonly message: string;
}

/** Called before an authorized operation reaches the engine. A returned Failure is the answer instead. */
export type Intercept = (
  operation: string,
  input: Input,
) => Failure | undefined | Promise<Failure | undefined>;

/** The capacity that DynamoDB reports for an operation: read or write units of a table with its indexes. */
export interface Consumption {
  /** The ARN of the role or user that asked for it. */
  readonly caller: string;
  readonly operation: string;
  readonly table: string;
  readonly units: number;
}

/** Receives the consumption of each item operation. DynamoDB reports none for a failed condition. */
export type Meter = (consumption: Consumption) => void;

export interface GatewayOptions {
  readonly region: string;
  readonly iam: Iam;
  readonly port: number;
  readonly engine: Pick<DynamodbProcess, "port" | "host">;
  readonly intercept?: Intercept | undefined;
  readonly meter?: Meter | undefined;
  readonly meters?: Meters | undefined;
}

interface EngineConsumption {
  readonly TableName: string;
  readonly CapacityUnits: number;
}

/** DynamoDB's limit for a request, which a BatchWriteItem may reach. */
const maxBodyBytes = 16 * 1024 * 1024;

/** Item operations contain ARNs only in user data, which must pass unchanged. */
const itemOperations =
  /^(Get|Put|Update|Delete|BatchGet|BatchWrite)Item$|^(Query|Scan)$|^Transact(Get|Write)Items$/;

/**
 * Serves DynamoDB Local to clients and adds what it lacks: it verifies signatures, evaluates the caller's policies, and
 * writes the stack's region into ARNs, where DynamoDB Local always writes "ddblocal".
 *
 * Remaining differences from AWS: reads are always consistent and indexes always up to date; nothing is throttled;
 * times of stream records are rounded down to the minute; a transaction consumes another capacity than on AWS (it does
 * not grow with the number of items), while all other operations consume the same.
 */
export function startGateway(options: GatewayOptions): Promise<RunningServer> {
  const { region, iam, engine, meters = unmetered } = options;
  const arnPrefix = `arn:aws:dynamodb:${region}:${localAccountId}:`;
  const engineArnPrefix = `arn:aws:dynamodb:ddblocal:${localAccountId}:`;
  // DynamoDB Local closes a connection that is idle for 30 s; a request sent at that moment would fail.
  const agent = new Agent({ keepAlive: true, timeout: 20_000 });
  const services = ["DynamoDB_20120810", "DynamoDBStreams_20120810"];

  return serve(
    { name: "DynamoDB", port: options.port },
    awsJson({ version: "1.0", services, maxBodyBytes }, async (call) => {
      const { arn } = await authorize(call);
      const fault = await options.intercept?.(call.operation, call.input);
      if (fault !== undefined) {
        measureFailure(fault, call.operation, call.input, meters);
        throw new ServiceError(fault.type, fault.message);
      }
      return run(call, arn);
    }),
  );

  async function authorize({ operation, input, request }: Call): Promise<Principal> {
    const principal = await iam.authenticate(request, "dynamodb");
    const permissions = permissionsFor(operation, input, arnPrefix);
    if (permissions === undefined) {
      throw new ServiceError(
        "UnknownOperationException",
        `${operation} is not offered by the local DynamoDB`,
      );
    }
    for (const { action, resource } of permissions) {
      const refusal = iam.refusal(principal, action, resource);
      if (refusal !== undefined) {
        throw refusal;
      }
    }
    return principal;
  }

  async function run(call: Call, caller: string): Promise<Answer> {
    if (itemOperations.test(call.operation)) {
      return options.meter === undefined
        ? forward(call, Buffer.from(call.request.body))
        : forwardMetered(call, caller, options.meter);
    }
    const input = JSON.stringify(call.input).replaceAll(arnPrefix, engineArnPrefix);
    const answer = await forward(call, Buffer.from(input));
    const output = answer.body.toString("utf8");
    return {
      ...answer,
      body:
        call.operation === "GetRecords"
          ? rewriteRecords(output)
          : output.replaceAll(engineArnPrefix, arnPrefix),
    };
  }

  async function forwardMetered(call: Call, caller: string, meter: Meter): Promise<Answer> {
    const input = { ...call.input, ReturnConsumedCapacity: "TOTAL" };
    const answer = await forward(call, Buffer.from(JSON.stringify(input)));
    const { ConsumedCapacity = [] } = JSON.parse(answer.body.toString("utf8")) as {
      ConsumedCapacity?: EngineConsumption | readonly EngineConsumption[];
    };
    for (const { TableName, CapacityUnits } of [ConsumedCapacity].flat()) {
      meter({ caller, operation: call.operation, table: TableName, units: CapacityUnits });
    }
    return answer;
  }

  /** Records contain user data, so only the fields with a region or an ARN are rewritten. */
  function rewriteRecords(text: string): string {
    const output = JSON.parse(text) as {
      Records?: { awsRegion?: string }[];
      NextShardIterator?: string;
    };
    for (const record of output.Records ?? []) {
      record.awsRegion = region;
    }
    if (output.NextShardIterator !== undefined) {
      output.NextShardIterator = output.NextShardIterator.replace(engineArnPrefix, arnPrefix);
    }
    return JSON.stringify(output);
  }

  function forward({ service, operation, request }: Call, body: Buffer): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const outgoing = httpRequest({
        host: "127.0.0.1",
        port: engine.port,
        method: "POST",
        agent,
        headers: {
          host: engine.host,
          "content-type": "application/x-amz-json-1.0",
          "content-length": body.length,
          "x-amz-target": `${service}.${operation}`,
          // DynamoDB Local reads the access key from it and verifies nothing.
          authorization: request.headers.authorization,
        },
      });
      outgoing.once("error", reject);
      outgoing.once("response", (incoming) => {
        const status = incoming.statusCode ?? 500;
        const headers = { "x-amzn-requestid": String(incoming.headers["x-amzn-requestid"]) };
        buffer(incoming).then((content) => resolve({ status, headers, body: content }), reject);
      });
      outgoing.end(body);
    });
  }
}
