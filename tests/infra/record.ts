import { vi } from "vitest";
import { type Recording, recordWhile } from "./recording";

export { inputsOf, type Recorded, type Recording } from "./recording";

/** Evaluates the program for a stack, and records every resource with its inputs. */
export function record(stack: string): Promise<Recording> {
  vi.resetModules();
  return recordWhile(stack, () => import("../../index.js"));
}
