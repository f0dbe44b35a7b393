import { AsyncLocalStorage } from "node:async_hooks";

/** Gets the lines of a trace, in the order in which things happen. */
export type TraceSink = (line: string) => void;

const traced = new AsyncLocalStorage<TraceSink>();

/**
 * Does work of which the parts below it tell the sink, by `trace`: they need not be handed it. Without a sink nothing is
 * told.
 */
export function tracing<A>(sink: TraceSink | undefined, work: () => A): A {
  return sink === undefined ? work() : traced.run(sink, work);
}

/** Tells what happens to whoever traces this work. The line is made only where somebody does. */
export function trace(line: () => string): void {
  traced.getStore()?.(line());
}
