import { Logger } from "@aws-lambda-powertools/logger";
import { Metrics, MetricUnit } from "@aws-lambda-powertools/metrics";
import type { IO } from "fp-ts/IO";
import type { Telemetry } from "../../core/projection/ports";
import type { Change } from "../../core/projection/summary";

// Service, namespace and log level come from the POWERTOOLS_* variables that the program sets.
const logger = new Logger();
const metrics = new Metrics();

const count = (metric: string, value = 1): void => {
  metrics.addMetric(metric, MetricUnit.Count, value);
};

const errorOf = (cause: unknown) => (cause instanceof Error ? cause : { cause });

/** Structured logs and metrics in CloudWatch's embedded format. Amounts and memos stay out of both. */
export const powertoolsTelemetry: Telemetry = {
  folded: (streamId, events) => () => {
    count("EventsFolded", events);
    // Work that goes well says so: without a 0, an alarm on failures would never be told that they are over.
    count("StreamsFailed", 0);
    count("PublishesFailed", 0);
    logger.debug("folded", { streamId, events });
  },
  // The detail may quote the event. It is stored with the stream's row in the list of suspended streams.
  suspended:
    (streamId, { version, reason }) =>
    () => {
      count("StreamsSuspended");
      logger.error("stream suspended", { streamId, version, reason });
      // At once: an invocation that is killed later writes nothing any more, and an alarm has to ring.
      flushTelemetry();
    },
  // Its fault may quote the row, which has amounts: `verify` shows it.
  summaryUnreadable: (streamId) => () => {
    count("SummariesUnreadable");
    logger.error("summary unreadable, to be rebuilt", { streamId });
  },
  streamOfLaterRelease: (streamId) => () => {
    count("StreamsOfLaterRelease");
    logger.warn("stream left alone, a later release has written its rows", { streamId });
  },
  rebuildBegun: (streamId) => () => {
    count("RebuildsBegun");
    logger.info("rebuild begun", { streamId });
  },
  rebuilt: (streamId) => () => {
    count("StreamsRebuilt");
    count("StreamsFailed", 0);
    logger.info("rebuilt", { streamId });
  },
  streamFailed: (streamId, cause) => () => {
    count("StreamsFailed");
    logger.warn("stream failed, to be delivered again", { streamId, error: errorOf(cause) });
  },
};

/** Reports a publication that did not succeed. Subscribers have missed a change; the read model has not. */
export const publishFailed =
  ({ streamId, version }: Change, cause: unknown): IO<void> =>
  () => {
    count("PublishesFailed");
    logger.warn("publish failed", { streamId, version, error: errorOf(cause) });
  };

/** Writes out the metrics, once an invocation. */
export const flushTelemetry = (): void => {
  if (metrics.hasStoredMetrics()) metrics.publishStoredMetrics();
};
