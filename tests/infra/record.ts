import { vi } from "vitest";
import { type Recording, recordWhile } from "../../cli/preview/recording";

export { inputsOf, type Recorded, type Recording } from "../../cli/preview/recording";

/** The files of a worker share recordings. They are not a module's own, because modules are loaded again for each. */
const recordings = globalThis as { [recorded: `recording of ${string}`]: Promise<Recording> };

/** Evaluates the program for a stack, once in a worker, and records every resource with its inputs. */
export function record(stack: string): Promise<Recording> {
  const name = `recording of ${stack}` as const;
  recordings[name] ??= evaluate(stack);
  return recordings[name];
}

function evaluate(stack: string): Promise<Recording> {
  vi.resetModules();
  return recordWhile(stack, () => import("../../index.js"));
}
