import type { PolicyResource } from "@pulumi/policy";
import { isFunction, isMapping, isQueue, known, ofType, refers, stackRule } from "../rule";

const isAlarm = ofType("aws:cloudwatch/metricAlarm:MetricAlarm");
const isApi = ofType("aws:appsync/graphQLApi:GraphQLApi");

/** Whether one of the alarms watches a metric of the resource, and tells somebody. */
const alarmOn =
  (
    resources: readonly PolicyResource[],
    namespace: string,
    metric: string,
    outputs: readonly string[],
  ) =>
  (resource: PolicyResource): boolean =>
    resources
      .filter(isAlarm)
      .filter(({ props }) => props.namespace === namespace && props.metricName === metric)
      .filter(({ props }) => props.actionsEnabled !== false)
      .filter((alarm) => known(() => alarm.props.alarmActions?.length > 0) ?? true)
      .some((alarm) => refers(alarm, "dimensions", resource, outputs));

/** Every resource that is to be watched has an alarm on the metric. */
const alarmRule = (
  name: string,
  description: string,
  { namespace, metric, outputs }: { namespace: string; metric: string; outputs: readonly string[] },
  watched: (resources: readonly PolicyResource[]) => readonly PolicyResource[],
) =>
  stackRule(name, description, (resources) =>
    watched(resources)
      .filter((each) => !alarmOn(resources, namespace, metric, outputs)(each))
      .map((each) => [each, `No alarm on ${namespace}'s ${metric} of it tells anybody.`] as const),
  );

const ofFunction = (metric: string) => ({ namespace: "AWS/Lambda", metric, outputs: ["name"] });
const ofQueue = (metric: string) => ({ namespace: "AWS/SQS", metric, outputs: ["name"] });

export const errorAlarms = alarmRule(
  "alarm-on-errors",
  "An alarm tells of every function that ends in an error.",
  ofFunction("Errors"),
  (resources) => resources.filter(isFunction),
);

export const throttleAlarms = alarmRule(
  "alarm-on-throttles",
  "An alarm tells of every function that Lambda has no room for.",
  ofFunction("Throttles"),
  (resources) => resources.filter(isFunction),
);

export const deadLetterAlarms = alarmRule(
  "alarm-on-dead-letters",
  "An alarm tells of every message in a queue for what was given up.",
  ofQueue("ApproximateNumberOfMessagesVisible"),
  (resources) =>
    resources
      .filter(isQueue)
      .filter((queue) =>
        resources.some(
          (each) =>
            (isQueue(each) && refers(each, "redrivePolicy", queue, ["arn"])) ||
            (isMapping(each) && refers(each, "destinationConfig", queue, ["arn"])) ||
            (isFunction(each) && refers(each, "deadLetterConfig", queue, ["arn"])),
        ),
      ),
);

const sourceOf = (mapping: PolicyResource, resources: readonly PolicyResource[]) =>
  resources.find((each) => isQueue(each) && refers(mapping, "eventSourceArn", each, ["arn"]));

export const streamLagAlarms = alarmRule(
  "alarm-on-stream-lag",
  "An alarm tells of every function that falls behind the stream that feeds it.",
  ofFunction("IteratorAge"),
  (resources) => {
    const ofStreams = resources.filter(isMapping).filter((each) => !sourceOf(each, resources));
    return resources
      .filter(isFunction)
      .filter((each) =>
        ofStreams.some((mapping) => refers(mapping, "functionName", each, ["arn", "name"])),
      );
  },
);

export const queueLagAlarms = alarmRule(
  "alarm-on-queue-lag",
  "An alarm tells of every queue whose messages wait too long for the function that takes them.",
  ofQueue("ApproximateAgeOfOldestMessage"),
  (resources) =>
    resources.filter(isMapping).flatMap((mapping) => sourceOf(mapping, resources) ?? []),
);

export const apiAlarms = alarmRule(
  "alarm-on-api-errors",
  "An alarm tells of every API that answers with errors of its own.",
  { namespace: "AWS/AppSync", metric: "5XXError", outputs: ["id"] },
  (resources) => resources.filter(isApi),
);
