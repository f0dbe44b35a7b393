import type { RetryPolicy } from "./batch";
import { type Filter, parseFilter } from "./filter";

/** An event source mapping's settings, decoded from the inputs of Pulumi's aws.lambda.EventSourceMapping. */
export interface MappingSettings {
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
  /** The ARN of an SQS queue. */
  readonly failureDestination: string | undefined;
}

type Inputs = Readonly<Record<string, unknown>>;

/** Metrics and tags have no effect on one machine; the mapping receives the function separately. */
const withoutLocalMeaning = ["functionName", "metricsConfig", "tags"];

const supportedInputs = [
  "eventSourceArn",
  "startingPosition",
  "enabled",
  "batchSize",
  "maximumBatchingWindowInSeconds",
  "parallelizationFactor",
  "filterCriteria",
  "functionResponseTypes",
  "bisectBatchOnFunctionError",
  "maximumRetryAttempts",
  "maximumRecordAgeInSeconds",
  "destinationConfig",
];

/**
 * Decodes the inputs, with the ranges and defaults of "Event source parameters for DynamoDB" in AWS's Lambda Developer
 * Guide. Throws an Error that names an unsupported input.
 */
export function parseSettings(inputs: Inputs): MappingSettings {
  for (const [name, value] of Object.entries(inputs)) {
    if (value !== undefined && ![...supportedInputs, ...withoutLocalMeaning].includes(name)) {
      throw invalid(name, "is not supported locally");
    }
  }
  return {
    streamArn: streamArn(inputs),
    startingPosition: startingPosition(inputs),
    enabled: flag(inputs, "enabled") ?? true,
    batchSize: integer(inputs, "batchSize", 1, 10_000) ?? 100,
    batchingWindowSeconds: integer(inputs, "maximumBatchingWindowInSeconds", 0, 300) ?? 0,
    parallelizationFactor: integer(inputs, "parallelizationFactor", 1, 10) ?? 1,
    filter: parseFilter(patterns(inputs)),
    reportsItemFailures: reportsItemFailures(inputs),
    retryPolicy: {
      bisect: flag(inputs, "bisectBatchOnFunctionError") ?? false,
      maximumRetryAttempts: infiniteToUndefined(
        integer(inputs, "maximumRetryAttempts", -1, 10_000),
      ),
    },
    maximumRecordAgeSeconds: recordAge(inputs),
    failureDestination: failureDestination(inputs),
  };
}

function streamArn({ eventSourceArn }: Inputs): string {
  if (
    typeof eventSourceArn !== "string" ||
    !/^arn:aws:dynamodb:.+\/stream\//.test(eventSourceArn)
  ) {
    throw invalid(
      "eventSourceArn",
      `must be the ARN of a DynamoDB stream, found ${eventSourceArn}`,
    );
  }
  return eventSourceArn;
}

function startingPosition({ startingPosition: position }: Inputs): "TRIM_HORIZON" | "LATEST" {
  if (position !== "TRIM_HORIZON" && position !== "LATEST") {
    throw invalid("startingPosition", `must be TRIM_HORIZON or LATEST, found ${position}`);
  }
  return position;
}

function patterns({ filterCriteria }: Inputs): readonly string[] {
  const { filters = [] } = (filterCriteria ?? {}) as { filters?: { pattern?: unknown }[] };
  return filters.map(({ pattern }) => {
    if (typeof pattern !== "string") {
      throw invalid("filterCriteria", "each filter needs a pattern");
    }
    return pattern;
  });
}

function reportsItemFailures({ functionResponseTypes = [] }: Inputs): boolean {
  const types = functionResponseTypes as readonly unknown[];
  if (types.some((type) => type !== "ReportBatchItemFailures")) {
    throw invalid("functionResponseTypes", `must be ReportBatchItemFailures, found ${types}`);
  }
  return types.length > 0;
}

function recordAge(inputs: Inputs): number | undefined {
  const age = infiniteToUndefined(integer(inputs, "maximumRecordAgeInSeconds", -1, 604_800));
  if (age !== undefined && age < 60) {
    throw invalid("maximumRecordAgeInSeconds", `must be -1 or at least 60, found ${age}`);
  }
  return age;
}

function failureDestination({ destinationConfig }: Inputs): string | undefined {
  if (destinationConfig === undefined) {
    return undefined;
  }
  const { onFailure, ...others } = destinationConfig as {
    onFailure?: { destinationArn?: unknown };
  };
  const arn = onFailure?.destinationArn;
  if (
    Object.keys(others).length > 0 ||
    typeof arn !== "string" ||
    !arn.startsWith("arn:aws:sqs:")
  ) {
    throw invalid("destinationConfig", "only onFailure with the ARN of an SQS queue is supported");
  }
  return arn;
}

function flag(inputs: Inputs, name: string): boolean | undefined {
  const value = inputs[name];
  if (value !== undefined && typeof value !== "boolean") {
    throw invalid(name, `must be true or false, found ${value}`);
  }
  return value;
}

function integer(inputs: Inputs, name: string, least: number, most: number): number | undefined {
  const value = inputs[name];
  if (value === undefined) {
    return undefined;
  }
  if (typeof value !== "number" || !Number.isInteger(value) || value < least || value > most) {
    throw invalid(name, `must be a whole number from ${least} to ${most}, found ${value}`);
  }
  return value;
}

const infiniteToUndefined = (value: number | undefined): number | undefined =>
  value === -1 ? undefined : value;

const invalid = (name: string, problem: string): Error =>
  new Error(`event source mapping: ${name} ${problem}`);
