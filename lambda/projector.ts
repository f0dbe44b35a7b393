import type { DynamoDBBatchResponse } from "aws-lambda";
import { projectBatch } from "../core/project-batch";
import { compose } from "./composition";
import { deliveriesFrom } from "./stream-records";
import { flushTelemetry } from "./telemetry";

/** The function behind the event table's stream: folds the events of a batch, and asks again for what it could not fold. */
export const createHandler = (settings: unknown) => {
  const ports = compose(settings);
  return async (event: unknown): Promise<DynamoDBBatchResponse> => {
    const failed = await projectBatch(deliveriesFrom(event))(ports())();
    flushTelemetry();
    return { batchItemFailures: failed.map((itemIdentifier) => ({ itemIdentifier })) };
  };
};
