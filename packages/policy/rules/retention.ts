import { isFunction, isLogGroup, refers, resourceRule, stackRule } from "../rule";

export const retention = resourceRule(
  "retention",
  "Every log group says how long it keeps what is written.",
  (resource) =>
    isLogGroup(resource) && !(resource.props.retentionInDays > 0)
      ? ["The log group has no retentionInDays: it would keep everything for ever."]
      : [],
);

export const functionLogs = stackRule(
  "function-logs",
  "Every function writes to a log group of the stack: one that Lambda makes has no retention.",
  (resources) => {
    const groups = resources.filter(isLogGroup);
    return resources
      .filter(isFunction)
      .filter((each) => !groups.some((group) => refers(each, "loggingConfig", group, ["name"])))
      .map((each) => [each, "Its loggingConfig names no log group of the stack."] as const);
  },
);
