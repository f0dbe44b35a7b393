import type { InvocationResult } from "./function";

// What mappings of all event sources have in common.

export interface EventSourceMapping {
  readonly uuid: string;
  /** Stops immediately: a batch in flight counts as not handled. */
  stop(): Promise<void>;
}

/** What a mapping logs of an invocation that failed or reported failures. */
export function describeFailure(result: InvocationResult): string {
  return "error" in result
    ? `${result.error.errorType}: ${result.error.errorMessage}`
    : `the function reported failures: ${JSON.stringify(result.result)}`;
}

export function rejectOnAbort<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => reject(signal.reason);
    signal.addEventListener("abort", onAbort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener("abort", onAbort));
  });
}
