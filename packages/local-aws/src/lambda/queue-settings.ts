import * as t from "io-ts";
import {
  decodeInputs,
  type Inputs,
  inputsOf,
  oneOf,
  resourceInputs,
  textLike,
  wholeNumber,
} from "../inputs";
import { metricsConfig } from "./stream-settings";

/** The settings of a mapping on a queue, decoded from the inputs of Pulumi's aws.lambda.EventSourceMapping. */
export interface QueueMappingSettings {
  readonly queueArn: string;
  readonly enabled: boolean;
  readonly batchSize: number;
  readonly reportsItemFailures: boolean;
  /** The number of batches at once; if undefined, as many as the function handles at once. */
  readonly maximumConcurrency: number | undefined;
  readonly countsEvents: boolean;
}

/** For streams alone; Lambda knows them by these names with a capital. */
const streamInputs = [
  "startingPosition",
  "startingPositionTimestamp",
  "bisectBatchOnFunctionError",
  "maximumRetryAttempts",
  "maximumRecordAgeInSeconds",
  "destinationConfig",
  "parallelizationFactor",
  "tumblingWindowInSeconds",
] as const;

export const queueMappingInputs = resourceInputs(
  { eventSourceArn: textLike("the ARN of an SQS queue", /^arn:aws:sqs:/) },
  {
    enabled: t.boolean,
    batchSize: wholeNumber(1, 10_000),
    maximumBatchingWindowInSeconds: wholeNumber(0, 300),
    functionResponseTypes: t.array(oneOf("ReportBatchItemFailures")),
    scalingConfig: inputsOf({}, { maximumConcurrency: wholeNumber(2, 1000) }),
    metricsConfig,
  },
  // The function is given to the mapping itself.
  ["functionName"],
);

/**
 * Decodes the inputs, with the ranges and defaults of "Event source parameters for Amazon SQS" in AWS's Lambda Developer
 * Guide. Throws an Error that names an unsupported input, with Lambda's code and words where Lambda refuses it.
 */
export function parseQueueSettings(inputs: Inputs): QueueMappingSettings {
  const forStreams = streamInputs.find((name) => inputs[name] !== undefined);
  if (forStreams !== undefined) {
    const parameter = forStreams.charAt(0).toUpperCase() + forStreams.slice(1);
    throw invalidParameter(`${parameter} is not valid for SQS event sources.`);
  }
  const given = decodeInputs(queueMappingInputs, inputs, "event source mapping");
  const batchSize = given.batchSize ?? 10;
  const window = given.maximumBatchingWindowInSeconds ?? 0;
  if (window > 0 && given.eventSourceArn.endsWith(".fifo")) {
    throw invalidParameter("Batching window is not supported for FIFO queues");
  }
  if (window > 0) {
    throw new Error(
      'event source mapping: the input "maximumBatchingWindowInSeconds" is not supported locally on a queue',
    );
  }
  if (batchSize > 10) {
    throw invalidParameter(
      "Maximum batch window in seconds must be greater than 0 if maximum batch size is greater than 10",
    );
  }
  return {
    queueArn: given.eventSourceArn,
    enabled: given.enabled ?? true,
    batchSize,
    reportsItemFailures: (given.functionResponseTypes ?? []).length > 0,
    maximumConcurrency: given.scalingConfig?.maximumConcurrency,
    countsEvents: (given.metricsConfig?.metrics ?? []).length > 0,
  };
}

/** Lambda's error where it refuses a mapping. */
export function invalidParameter(message: string): Error {
  return new Error(`InvalidParameterValueException: ${message}`);
}
