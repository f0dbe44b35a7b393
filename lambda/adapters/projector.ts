import type { Domain } from "../../core/projection/domain";
import type { Envelope } from "../../core/projection/envelope";
import { projectBatch } from "../../core/projection/project-batch";
import { type BatchResponse, failuresOf } from "./batch-response";
import { compose, type Deadline } from "./composition";
import { deliveriesFrom } from "./stream-records";
import { flushTelemetry } from "./telemetry";

/** The function behind the event table's stream: folds a batch, and asks again for the events of failed streams. */
export const projectorOf =
  <Request extends Envelope, State, Movement>(domain: Domain<Request, State, Movement>) =>
  (settings: unknown) => {
    const invoke = compose(domain, settings);
    return async (event: unknown, deadline: Deadline): Promise<BatchResponse> => {
      const { environment, finishPublishing } = invoke(deadline);
      const failed = await projectBatch<State>(deliveriesFrom(event))(environment)();
      await finishPublishing();
      flushTelemetry();
      return failuresOf(failed);
    };
  };
