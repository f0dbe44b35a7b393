import { Agent, request as httpRequest } from "node:http";
import { type Answer, awsJson, type Call, type Input, ServiceError } from "../aws-json";
import { type RunningServer, readBody, serve } from "../http-server";
import { accessDenied, type Iam, localAccountId } from "../iam/iam";
import { permissionsFor } from "./permissions";

/** An answer in place of DynamoDB's own, e.g. a ProvisionedThroughputExceededException. */
export interface Failure {
  readonly type: string;
  readonly message: string;
}

/** Called before an authorized operation reaches the engine; a Failure is answered instead of it. */
export type Intercept = (
  operation: string,
  input: Input,
) => Failure | undefined | Promise<Failure | undefined>;

/** What DynamoDB says that an operation has consumed: read or write units of a table with its indexes. */
export interface Consumption {
  readonly operation: string;
  readonly table: string;
  readonly units: number;
}

/** Gets told what each operation on items has consumed, where DynamoDB tells: it does not for a failed condition. */
export type Meter = (consumption: Consumption) => void;

export interface GatewayOptions {
  readonly region: string;
  readonly iam: Iam;
  readonly port: number;
  readonly enginePort: number;
  readonly intercept?: Intercept | undefined;
  readonly meter?: Meter | undefined;
}

interface EngineConsumption {
  readonly TableName: string;
  readonly CapacityUnits: number;
}

/** Operations on items carry ARNs only inside people's own data, which must pass untouched. */
const itemOperations =
  /^(Get|Put|Update|Delete|BatchGet|BatchWrite)Item$|^(Query|Scan)$|^Transact(Get|Write)Items$/;

/**
 * Stands before DynamoDB Local and adds what it lacks: signatures are verified, the caller's policies are
 * evaluated, and ARNs carry the stack's region, where DynamoDB Local always says "ddblocal".
 *
 * What still differs from AWS: reads are always consistent and indexes always up to date; nothing is throttled; times
 * of stream records are rounded down to the minute; the consumed capacity of a transaction is not AWS's (it does not
 * grow with the number of its items), though that of all other operations is.
 */
export function startGateway(options: GatewayOptions): Promise<RunningServer> {
  const { region, iam, enginePort } = options;
  const arnPrefix = `arn:aws:dynamodb:${region}:${localAccountId}:`;
  const engineArnPrefix = `arn:aws:dynamodb:ddblocal:${localAccountId}:`;
  // DynamoDB Local closes a connection that is idle for 30 s; a request sent at that moment would fail.
  const agent = new Agent({ keepAlive: true, timeout: 20_000 });
  const services = ["DynamoDB_20120810", "DynamoDBStreams_20120810"];

  return serve(
    { name: "DynamoDB", port: options.port },
    awsJson({ version: "1.0", services }, async (call) => {
      await authorize(call);
      const fault = await options.intercept?.(call.operation, call.input);
      if (fault !== undefined) {
        throw new ServiceError(fault.type, fault.message);
      }
      return run(call);
    }),
  );

  async function authorize({ operation, input, request }: Call): Promise<void> {
    const principal = await iam.authenticate(request, "dynamodb");
    const permissions = permissionsFor(operation, input, arnPrefix);
    if (permissions === undefined) {
      throw new ServiceError(
        "UnknownOperationException",
        `${operation} is not offered by the local DynamoDB`,
      );
    }
    for (const { action, resource } of permissions) {
      if (!iam.allows(principal, action, resource)) {
        throw accessDenied(principal, action, resource);
      }
    }
  }

  async function run(call: Call): Promise<Answer> {
    if (itemOperations.test(call.operation)) {
      return options.meter === undefined
        ? forward(call, Buffer.from(call.request.body))
        : metered(call, options.meter);
    }
    const input = JSON.stringify(call.input).replaceAll(arnPrefix, engineArnPrefix);
    const answer = await forward(call, Buffer.from(input));
    const output = answer.body.toString("utf8");
    return {
      ...answer,
      body:
        call.operation === "GetRecords"
          ? mendRecords(output)
          : output.replaceAll(engineArnPrefix, arnPrefix),
    };
  }

  async function metered(call: Call, meter: Meter): Promise<Answer> {
    const input = { ...call.input, ReturnConsumedCapacity: "TOTAL" };
    const answer = await forward(call, Buffer.from(JSON.stringify(input)));
    const { ConsumedCapacity = [] } = JSON.parse(answer.body.toString("utf8")) as {
      ConsumedCapacity?: EngineConsumption | readonly EngineConsumption[];
    };
    for (const { TableName, CapacityUnits } of [ConsumedCapacity].flat()) {
      meter({ operation: call.operation, table: TableName, units: CapacityUnits });
    }
    return answer;
  }

  /** Records hold people's data, so they are mended field by field. */
  function mendRecords(text: string): string {
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
        port: enginePort,
        method: "POST",
        agent,
        headers: {
          "content-type": "application/x-amz-json-1.0",
          "content-length": body.length,
          "x-amz-target": `${service}.${operation}`,
          // DynamoDB Local reads the access key out of it and verifies nothing.
          authorization: request.headers.authorization,
        },
      });
      outgoing.once("error", reject);
      outgoing.once("response", (incoming) => {
        const status = incoming.statusCode ?? 500;
        const headers = { "x-amzn-requestid": String(incoming.headers["x-amzn-requestid"]) };
        readBody(incoming).then((content) => resolve({ status, headers, body: content }), reject);
      });
      outgoing.end(body);
    });
  }
}
