import { isFunction, resourceRule } from "../rule";

/** AWS gives no date for their end, or one that is years ahead: docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html */
const supported = ["nodejs22.x", "nodejs24.x"];

export const functionLimits = resourceRule(
  "function-limits",
  "Every function says how long it may run, and in how much memory.",
  (resource) =>
    isFunction(resource)
      ? ["timeout", "memorySize"]
          .filter((limit) => !(resource.props[limit] > 0))
          .map((limit) => `The function has no ${limit}: Lambda's own is 3 seconds, 128 MB.`)
      : [],
);

export const functionConcurrency = resourceRule(
  "function-concurrency",
  "Every function has a reserved concurrency, so that none takes the account's from the others.",
  (resource) =>
    isFunction(resource) && !(resource.props.reservedConcurrentExecutions > 0)
      ? ["The function has no reservedConcurrentExecutions."]
      : [],
);

export const functionRuntime = resourceRule(
  "function-runtime",
  "Every function runs on a runtime that AWS supports.",
  (resource) =>
    isFunction(resource) && !supported.includes(resource.props.runtime)
      ? [`The function's runtime is ${resource.props.runtime}; supported: ${supported.join(", ")}.`]
      : [],
);
