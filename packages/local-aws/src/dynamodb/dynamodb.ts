import { join } from "node:path";
import type { Iam } from "../iam/iam";
import { type Intercept, type Meter, startGateway } from "./gateway";
import { startProcess } from "./process";

export interface DynamodbOptions {
  readonly region: string;
  readonly iam: Iam;
  /** The port for clients. Any free port if omitted. */
  readonly port?: number;
  /** The folder that keeps tables between runs; in memory if omitted. */
  readonly dataDirectory?: string;
  readonly log: (line: string) => void;
  /** Injects faults: see Intercept. */
  readonly intercept?: Intercept;
  /** Meters consumption: see Meter. */
  readonly meter?: Meter;
}

export interface Dynamodb {
  /** Serves the APIs of DynamoDB and DynamoDB Streams. */
  readonly endpoint: string;
  stop(): Promise<void>;
}

/** Starts DynamoDB Local behind the gateway, which every client calls instead. */
export async function startDynamodb(options: DynamodbOptions): Promise<Dynamodb> {
  const { region, iam, port = 0, dataDirectory, log, intercept, meter } = options;
  const engine = await startProcess({
    directory: dataDirectory === undefined ? undefined : join(dataDirectory, "dynamodb"),
    log,
  });
  try {
    const gateway = await startGateway({
      region,
      iam,
      port,
      enginePort: engine.port,
      intercept,
      meter,
    });
    return {
      endpoint: gateway.url,
      stop: async () => {
        await gateway.stop();
        await engine.stop();
      },
    };
  } catch (error) {
    await engine.stop();
    throw error;
  }
}
