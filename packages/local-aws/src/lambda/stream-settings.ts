import * as t from "io-ts";
import {
  decodeInputs,
  type Inputs,
  inputsOf,
  oneOf,
  only,
  resourceInputs,
  textLike,
  wholeNumber,
} from "../inputs";
import type { RetryPolicy } from "./batch";
import { type Filter, parseFilter } from "./filter";

/** The settings of a mapping on a stream, decoded from the inputs of Pulumi's aws.lambda.EventSourceMapping. */
export interface StreamSettings {
  readonly streamArn: string;
  readonly startingPosition: "TRIM_HORIZON" | "LATEST";
  readonly enabled: boolean;
  readonly batchSize: number;
  readonly batchingWindowSeconds: number;
  readonly parallelizationFactor: number;
  readonly filter: Filter;
  readonly reportsItemFailures: boolean;
  readonly retryPolicy: RetryPolicy;
  /** If undefined, records never become too old. */
  readonly maximumRecordAgeSeconds: number | undefined;
  /** The ARN of a standard SQS queue. */
  readonly failureDestination: string | undefined;
  readonly countsEvents: boolean;
}

const recordAge = only(
  "-1 or a whole number from 60 to 604800",
  (value): value is number => value === -1 || wholeNumber(60, 604_800).is(value),
);

/** Which metrics a mapping on a stream or a queue has. */
export const metricsConfig = inputsOf({ metrics: t.array(oneOf("EventCount")) }, {});

export const streamMappingInputs = resourceInputs(
  {
    eventSourceArn: textLike("the ARN of a DynamoDB stream", /^arn:aws:dynamodb:.+\/stream\//),
    startingPosition: oneOf("TRIM_HORIZON", "LATEST"),
  },
  {
    enabled: t.boolean,
    batchSize: wholeNumber(1, 10_000),
    maximumBatchingWindowInSeconds: wholeNumber(0, 300),
    parallelizationFactor: wholeNumber(1, 10),
    filterCriteria: inputsOf({}, { filters: t.array(inputsOf({ pattern: t.string }, {})) }),
    functionResponseTypes: t.array(oneOf("ReportBatchItemFailures")),
    bisectBatchOnFunctionError: t.boolean,
    maximumRetryAttempts: wholeNumber(-1, 10_000),
    maximumRecordAgeInSeconds: recordAge,
    metricsConfig,
    destinationConfig: inputsOf(
      {
        onFailure: inputsOf(
          {
            destinationArn: textLike(
              "the ARN of a standard SQS queue",
              /^arn:aws:sqs:.*(?<!\.fifo)$/,
            ),
          },
          {},
        ),
      },
      {},
    ),
  },
  // The function is given to the mapping itself.
  ["functionName"],
);

/**
 * Decodes the inputs, with the ranges and defaults of "Event source parameters for DynamoDB" in AWS's Lambda Developer
 * Guide. Throws an Error that names an unsupported input.
 */
export function parseStreamSettings(inputs: Inputs): StreamSettings {
  const given = decodeInputs(streamMappingInputs, inputs, "event source mapping");
  return {
    streamArn: given.eventSourceArn,
    startingPosition: given.startingPosition,
    enabled: given.enabled ?? true,
    batchSize: given.batchSize ?? 100,
    batchingWindowSeconds: given.maximumBatchingWindowInSeconds ?? 0,
    parallelizationFactor: given.parallelizationFactor ?? 1,
    filter: parseFilter((given.filterCriteria?.filters ?? []).map(({ pattern }) => pattern)),
    reportsItemFailures: (given.functionResponseTypes ?? []).length > 0,
    retryPolicy: {
      bisect: given.bisectBatchOnFunctionError ?? false,
      maximumRetryAttempts: unlessInfinite(given.maximumRetryAttempts),
    },
    maximumRecordAgeSeconds: unlessInfinite(given.maximumRecordAgeInSeconds),
    failureDestination: given.destinationConfig?.onFailure.destinationArn,
    countsEvents: (given.metricsConfig?.metrics ?? []).length > 0,
  };
}

function unlessInfinite(value: number | undefined): number | undefined {
  return value === -1 ? undefined : value;
}
