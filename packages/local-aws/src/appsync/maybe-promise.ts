/** Values that may be promises: what needs no waiting stays synchronous, so that deliveries keep their order. */

export type MaybePromise<T> = T | Promise<T>;

function isPromise(value: unknown): value is Promise<unknown> {
  return value instanceof Promise;
}

export function andThen<T, R>(
  value: MaybePromise<T>,
  use: (value: T) => MaybePromise<R>,
): MaybePromise<R> {
  return isPromise(value) ? value.then(use as never) : use(value as T);
}

export function all(
  values: readonly MaybePromise<unknown>[],
  use: (values: readonly unknown[]) => unknown,
): MaybePromise<unknown> {
  return values.some(isPromise) ? Promise.all(values).then(use) : use(values);
}

/** Turns what is thrown or rejected into a value. */
export function attempt(
  run: () => MaybePromise<unknown>,
  failed: (error: unknown) => unknown,
): MaybePromise<unknown> {
  try {
    const value = run();
    return isPromise(value) ? value.catch(failed) : value;
  } catch (error) {
    return failed(error);
  }
}
