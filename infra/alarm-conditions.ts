import type * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import { ownerIndex } from "../lambda/adapters/keys";
import { metricsNamespace } from "./bundled-function";

export interface Watched {
  projector: aws.lambda.Function;
  projectorMapping: aws.lambda.EventSourceMapping;
  /** The queue of what the projector gave up. */
  failureQueue: aws.sqs.Queue;
  rebuilder: aws.lambda.Function;
  rebuilderMapping: aws.lambda.EventSourceMapping;
  /** The queue of what the rebuilder has not managed to do. */
  rebuildFailureQueue: aws.sqs.Queue;
  resumer: aws.lambda.Function;
  /** Event table ①. */
  events: aws.dynamodb.Table;
  /** Read model ②. */
  readModel: aws.dynamodb.Table;
  graphqlApi: aws.appsync.GraphQLApi;
}

type Metric = Pick<
  aws.cloudwatch.MetricAlarmArgs,
  "namespace" | "metricName" | "dimensions" | "statistic" | "extendedStatistic" | "threshold"
>;

/** When an alarm rings, what that means, and what to do. */
export interface Condition extends Partial<aws.cloudwatch.MetricAlarmArgs> {
  meaning: string;
  /** The page of docs/runbook. */
  page: string;
}

/** Rings where it was bad for most of five minutes: a single failure is made good by itself. */
const lasting = { evaluationPeriods: 5, datapointsToAlarm: 3 };

/** Rings where nothing is reported: a mapping that reads reports each minute, be it that it has found nothing. */
const silence = {
  statistic: "SampleCount",
  comparisonOperator: "LessThanThreshold",
  threshold: 1,
  evaluationPeriods: 5,
  treatMissingData: "breaching",
  // A new mapping takes its time to begin.
  warmUpConfiguration: { warmUpPeriodDurationInMinutes: 15 },
};

/** Every alarm, by its name. */
export function conditions(watched: Watched): Readonly<Record<string, Condition>> {
  const { events, readModel, projectorMapping, rebuilderMapping } = watched;
  const index = { TableName: readModel.name, GlobalSecondaryIndexName: ownerIndex };
  const api = { GraphQLAPIId: watched.graphqlApi.id };
  return {
    // What the functions count themselves.
    suspended: {
      meaning: "A stream is suspended: one of its events cannot be folded.",
      page: "suspended-stream.md",
      ...counted("StreamsSuspended", "projector"),
    },
    // The projector counts such a stream as well, but only when its next event comes.
    suspendedInRebuild: {
      meaning: "The rebuilder has suspended a stream: one of its events cannot be folded any more.",
      page: "suspended-stream.md",
      ...counted("StreamsSuspended", "rebuilder"),
    },
    unreadable: {
      meaning: "A summary cannot be read: its stream is not folded until it is rebuilt.",
      page: "unreadable.md",
      ...counted("SummariesUnreadable", "projector"),
    },
    laterRelease: {
      meaning: "Streams were left alone, because a later release has written their rows.",
      page: "later-release.md",
      ...counted("StreamsOfLaterRelease", "projector"),
    },
    streamsFailing: {
      meaning: "Events could not be folded for minutes, and are tried again.",
      page: "streams-failing.md",
      ...counted("StreamsFailed", "projector"),
      ...lasting,
    },
    rebuildsFailing: {
      meaning: "Streams could not be brought up to date for minutes, and are tried again.",
      page: "streams-failing.md",
      ...counted("StreamsFailed", "rebuilder"),
      ...lasting,
    },
    publishing: {
      meaning: "Changes were not published: subscribers have missed them.",
      page: "publishing.md",
      ...counted("PublishesFailed", "projector"),
    },
    // Where the work arrives, and where it is given up.
    projectorStopped: {
      meaning: "Nothing reads the event table's stream: new events are not folded.",
      page: "stopped.md",
      ...ofMapping(projectorMapping, "PolledEventCount"),
      ...silence,
    },
    rebuilderStopped: {
      meaning: "Nothing reads the rebuild queue: streams that wait in it stand still.",
      page: "stopped.md",
      ...ofMapping(rebuilderMapping, "PolledEventCount"),
      ...silence,
    },
    lag: {
      meaning: "The read model is a minute or more behind the event table.",
      page: "lag.md",
      ...ofFunction(watched.projector, "IteratorAge", "Maximum", 60_000),
    },
    failures: {
      meaning: "Records have left the projector's retries for the failure queue.",
      page: "failure-queue.md",
      ...depthOf(watched.failureQueue),
    },
    dropped: {
      meaning:
        "Records have left the projector's retries, and the failure queue did not take them.",
      page: "dropped.md",
      ...ofMapping(projectorMapping, "DroppedEventCount"),
    },
    rebuilds: {
      meaning: "A stream was not brought up to date, after many attempts of the rebuilder.",
      page: "rebuilder.md",
      ...depthOf(watched.rebuildFailureQueue),
    },
    // Each function.
    ...ofEachFunction("projector", watched.projector, 60),
    ...ofEachFunction("rebuilder", watched.rebuilder, 30),
    ...ofEachFunction("resumer", watched.resumer, 29),
    // What clients meet.
    apiErrors: {
      meaning: "The API has answered with an internal error.",
      page: "api.md",
      namespace: "AWS/AppSync",
      metricName: "5XXError",
      dimensions: api,
      statistic: "Sum",
      threshold: 1,
    },
    apiSlow: {
      meaning: "One in ten answers of the API takes two seconds or longer.",
      page: "api.md",
      namespace: "AWS/AppSync",
      metricName: "Latency",
      dimensions: api,
      extendedStatistic: "p90",
      threshold: 2_000,
      ...lasting,
    },
    // The tables.
    ...ofTable("events", "The event table", { TableName: events.name }),
    ...ofTable("readModel", "The read model", { TableName: readModel.name }),
    ...ofTable("ownerIndex", "The read model's index of owners", index),
  };
}

const counted = (metricName: string, service: string): Metric => ({
  namespace: metricsNamespace(),
  metricName,
  dimensions: { service },
  statistic: "Sum",
  threshold: 1,
});

const ofMapping = ({ uuid }: aws.lambda.EventSourceMapping, metricName: string): Metric => ({
  namespace: "AWS/Lambda",
  metricName,
  dimensions: { EventSourceMappingUUID: uuid },
  statistic: "Sum",
  threshold: 1,
});

const ofFunction = (
  { name }: aws.lambda.Function,
  metricName: string,
  statistic: string,
  threshold: number,
): Metric => ({
  namespace: "AWS/Lambda",
  metricName,
  dimensions: { FunctionName: name },
  statistic,
  threshold,
});

/** A function's alarms. Its time limit is in seconds. */
const ofEachFunction = (
  name: string,
  fn: aws.lambda.Function,
  timeout: number,
): Record<string, Condition> => ({
  [`${name}Errors`]: {
    meaning: `The ${name} ended in an error or ran out of time.`,
    page: "errors.md",
    ...ofFunction(fn, "Errors", "Sum", 1),
  },
  [`${name}Throttles`]: {
    meaning: `Lambda has no room to run the ${name}.`,
    page: "throttles.md",
    ...ofFunction(fn, "Throttles", "Sum", 1),
  },
  [`${name}Slow`]: {
    meaning: `The ${name} needs nine tenths of its time limit or more.`,
    page: "slow.md",
    ...ofFunction(fn, "Duration", "Maximum", timeout * 900),
  },
});

const depthOf = ({ name }: aws.sqs.Queue): Metric => ({
  namespace: "AWS/SQS",
  metricName: "ApproximateNumberOfMessagesVisible",
  dimensions: { QueueName: name },
  statistic: "Maximum",
  threshold: 1,
});

const ofTable = (
  name: string,
  what: string,
  dimensions: Record<string, pulumi.Input<string>>,
): Record<string, Condition> =>
  Object.fromEntries(
    (["Read", "Write"] as const).map((kind) => [
      `${name}${kind}Throttled`,
      {
        meaning: `${what} had no capacity for ${kind.toLowerCase()}s.`,
        page: "tables-throttled.md",
        namespace: "AWS/DynamoDB",
        metricName: `${kind}ThrottleEvents`,
        dimensions,
        statistic: "Sum",
        threshold: 1,
      },
    ]),
  );
