import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import type { Envelope } from "../../core/projection/envelope";
import { type Simulated, simulatedOf } from "./simulated";
import type { Subject } from "./subject";

const isSubject = (value: unknown): value is Subject<Envelope, unknown, unknown> =>
  typeof value === "object" &&
  value !== null &&
  ["domain", "requests", "oracle", "conserved"].every((member) => member in value);

/** Loads a subject by the path of its module, which exports it as `subject`. */
export const loadSubject = async (path: string): Promise<Simulated<unknown>> => {
  const module: unknown = await import(pathToFileURL(resolve(path)).href);
  const subject = (module as { readonly subject?: unknown }).subject;
  if (!isSubject(subject)) throw new Error(`${path} exports no subject`);
  return simulatedOf(subject);
};
