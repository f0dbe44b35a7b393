import type { Domain } from "../../core/projection/domain";
import type { Envelope } from "../../core/projection/envelope";
import { projectBatch } from "../../core/projection/project-batch";
import { compose } from "./composition";
import { deliveriesFrom } from "./stream-records";
import { flushTelemetry } from "./telemetry";

/** Names the records to deliver again. Source: "Configuring partial batch response" in the AWS Lambda Developer Guide. */
interface BatchResponse {
  readonly batchItemFailures: ReadonlyArray<{ readonly itemIdentifier: string }>;
}

/** The function behind the event table's stream: folds a batch, and asks again for the events of failed streams. */
export const projectorOf =
  <Request extends Envelope, State, Movement>(domain: Domain<Request, State, Movement>) =>
  (settings: unknown) => {
    const invoke = compose(domain, settings);
    return async (event: unknown): Promise<BatchResponse> => {
      const { environment, finishPublishing } = invoke();
      const failed = await projectBatch<State>(deliveriesFrom(event))(environment)();
      await finishPublishing();
      flushTelemetry();
      return { batchItemFailures: failed.map((itemIdentifier) => ({ itemIdentifier })) };
    };
  };
