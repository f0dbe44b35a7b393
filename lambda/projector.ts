import { projectBatch } from "../core/projection/project-batch";
import { compose } from "./adapters/composition";
import { deliveriesFrom } from "./adapters/stream-records";
import { flushTelemetry } from "./adapters/telemetry";

/** Names the records to deliver again. Source: "Configuring partial batch response" in the AWS Lambda Developer Guide. */
interface BatchResponse {
  readonly batchItemFailures: ReadonlyArray<{ readonly itemIdentifier: string }>;
}

/** The function behind the event table's stream: folds the events of a batch, and asks again for what it could not fold. */
export const createHandler = (settings: unknown) => {
  const ports = compose(settings);
  return async (event: unknown): Promise<BatchResponse> => {
    const failed = await projectBatch(deliveriesFrom(event))(ports())();
    flushTelemetry();
    return { batchItemFailures: failed.map((itemIdentifier) => ({ itemIdentifier })) };
  };
};
