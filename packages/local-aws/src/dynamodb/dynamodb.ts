import { join } from "node:path";
import type { Meters } from "../cloudwatch/metrics";
import type { Iam } from "../iam/iam";
import { type Intercept, type Meter, startGateway } from "./gateway";
import { type DynamodbProcess, startProcess } from "./process";

export interface DynamodbOptions {
  readonly region: string;
  readonly iam: Iam;
  /** The port for clients. Any free port if omitted. */
  readonly port?: number;
  /** The folder that keeps tables between runs; in memory if omitted. */
  readonly dataDirectory?: string;
  /** The folder for what the engine unpacks; the machine's temporary folder if omitted. */
  readonly workDirectory?: string;
  readonly log: (line: string) => void;
  /** Injects faults: see Intercept. */
  readonly intercept?: Intercept;
  /** Meters consumption: see Meter. */
  readonly meter?: Meter;
  readonly meters?: Meters;
}

export interface Dynamodb {
  /** Serves the APIs of DynamoDB and DynamoDB Streams. */
  readonly endpoint: string;
  /** Resolves with the reason once the engine has ended, whether it was asked to or not. */
  readonly ended: Promise<string>;
  stop(): Promise<void>;
}

/** Starts DynamoDB Local behind the gateway, which every client calls instead. */
export async function startDynamodb(options: DynamodbOptions): Promise<Dynamodb> {
  const { dataDirectory, workDirectory, log } = options;
  const directory = dataDirectory === undefined ? undefined : join(dataDirectory, "dynamodb");
  const engine = await startProcess({ directory, workDirectory, log });
  return openGateway(options, engine, engine.stop);
}

/** Serves the engine to clients; it is released when that stops. */
export async function openGateway(
  { region, iam, port = 0, intercept, meter, meters }: DynamodbOptions,
  engine: DynamodbProcess,
  release: () => Promise<void>,
): Promise<Dynamodb> {
  try {
    const gateway = await startGateway({ region, iam, port, engine, intercept, meter, meters });
    return {
      endpoint: gateway.url,
      ended: engine.ended,
      stop: async () => {
        await gateway.stop();
        await release();
      },
    };
  } catch (error) {
    await release();
    throw error;
  }
}
