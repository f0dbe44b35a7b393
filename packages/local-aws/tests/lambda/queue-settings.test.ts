import { describe, expect, it } from "vitest";
import { parseQueueSettings } from "../../src/lambda/queue-settings";

const queueArn = "arn:aws:sqs:eu-central-1:000000000000:orders.fifo";
const least = { eventSourceArn: queueArn, functionName: "consumer" };

describe("the inputs of a mapping on a queue", () => {
  it("have AWS's defaults", () => {
    expect(parseQueueSettings(least)).toEqual({
      queueArn,
      enabled: true,
      batchSize: 10,
      reportsItemFailures: false,
      maximumConcurrency: undefined,
      countsEvents: false,
    });
    const counting = parseQueueSettings({ ...least, metricsConfig: { metrics: ["EventCount"] } });
    expect(counting.countsEvents).toBe(true);
  });

  it("set the size of batches, their number at once, and what a response says", () => {
    const settings = parseQueueSettings({
      ...least,
      batchSize: 1,
      enabled: false,
      functionResponseTypes: ["ReportBatchItemFailures"],
      scalingConfig: { maximumConcurrency: 2 },
      metricsConfig: { metrics: ["EventCount"] },
      maximumBatchingWindowInSeconds: 0,
    });
    expect(settings).toMatchObject({
      enabled: false,
      batchSize: 1,
      reportsItemFailures: true,
      maximumConcurrency: 2,
    });
  });

  it.each([
    [{ startingPosition: "LATEST" }, "StartingPosition"],
    [{ bisectBatchOnFunctionError: true }, "BisectBatchOnFunctionError"],
    [{ maximumRetryAttempts: 3 }, "MaximumRetryAttempts"],
    [{ maximumRecordAgeInSeconds: 60 }, "MaximumRecordAgeInSeconds"],
    [{ destinationConfig: { onFailure: {} } }, "DestinationConfig"],
    [{ parallelizationFactor: 2 }, "ParallelizationFactor"],
    [{ tumblingWindowInSeconds: 5 }, "TumblingWindowInSeconds"],
  ])("are refused where they are for streams: %j", (input, parameter) => {
    expect(() => parseQueueSettings({ ...least, ...input })).toThrow(
      `InvalidParameterValueException: ${parameter} is not valid for SQS event sources.`,
    );
  });

  it("are refused for a batching window, or a batch that needs one", () => {
    const window = { maximumBatchingWindowInSeconds: 5 };
    expect(() => parseQueueSettings({ ...least, ...window })).toThrow(
      "InvalidParameterValueException: Batching window is not supported for FIFO queues",
    );
    const standard = { ...least, eventSourceArn: "arn:aws:sqs:eu-central-1:000000000000:orders" };
    expect(() => parseQueueSettings({ ...standard, ...window })).toThrow("not supported locally");
    for (const each of [least, standard]) {
      expect(() => parseQueueSettings({ ...each, batchSize: 11 })).toThrow(
        "InvalidParameterValueException: Maximum batch window in seconds must be greater than 0 if maximum batch size is greater than 10",
      );
    }
  });

  it.each<[object]>([
    [{ batchSize: 0 }],
    [{ scalingConfig: { maximumConcurrency: 1 } }],
    [{ scalingConfig: { maximumConcurrency: 1001 } }],
    [{ functionResponseTypes: ["Other"] }],
    [{ filterCriteria: { filters: [] } }],
    [{ provisionedPollerConfig: {} }],
  ])("are rejected by name if not supported: %j", (input) => {
    expect(() => parseQueueSettings({ ...least, ...input })).toThrow(Object.keys(input)[0]);
  });
});
