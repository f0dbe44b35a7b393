import { join } from "node:path";
import type { Iam } from "../iam/iam";
import { type Intercept, type Meter, startGateway } from "./gateway";
import { startProcess } from "./process";

export interface DynamodbOptions {
  readonly region: string;
  readonly iam: Iam;
  /** The port that clients use; any free one when left out. */
  readonly port?: number;
  /** Where tables are kept between runs; in memory when left out. */
  readonly dataDirectory?: string;
  readonly log: (line: string) => void;
  /** For injecting faults: see Intercept. */
  readonly intercept?: Intercept;
  /** For counting costs: see Meter. */
  readonly meter?: Meter;
}

export interface Dynamodb {
  /** Serves DynamoDB's API and that of DynamoDB Streams. */
  readonly endpoint: string;
  stop(): Promise<void>;
}

/** Starts DynamoDB Local behind the gateway that every client uses. */
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
