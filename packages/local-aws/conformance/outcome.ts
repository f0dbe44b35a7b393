/** What comes of a template: here, and in Velocity. */
import { isDeepStrictEqual } from "node:util";
import { type ErrorDetails, ResolverError } from "../src/appsync/errors";
import { type JavaMap, toJava } from "../src/appsync/java-values";
import { toJson } from "../src/appsync/util-encoding";
import { compileTemplate, evaluateInContext, type TemplateContext } from "../src/appsync/vtl";
import { EvaluationError } from "../src/appsync/vtl-evaluate";

/** One of text, returned, error (of $util.error and the like) and failed, and the side effects. */
export interface Outcome {
  readonly text?: string;
  readonly returned?: unknown;
  readonly error?: unknown;
  /** Velocity could not parse or evaluate the template; here: it is refused. */
  readonly failed?: string;
  readonly stash?: unknown;
  readonly appended?: unknown;
}

/** $ctx as JSON; omitted members are null. */
export type Context = Omit<TemplateContext, "stash" | "outErrors"> & { readonly stash?: JavaMap };

/** The members that a template of AppSync can read, as they are sent to Velocity. */
export function contextData(context: Context): Record<string, unknown> {
  const { arguments: args = {}, stash = {}, info = {}, ...rest } = context;
  const data = { identity: null, source: null, result: null, error: null, prev: null, ...rest };
  return { ...data, arguments: args, stash, info };
}

export function renderHere(template: string, context: Context): Outcome {
  const stash = toJava(context.stash ?? {}) as JavaMap;
  const outErrors: ErrorDetails[] = [];
  const found = evaluate(template, { ...context, stash, outErrors });
  return { ...found, stash: plain(stash), appended: outErrors.map(details) };
}

function evaluate(template: string, context: TemplateContext): Outcome {
  try {
    return evaluateInContext(compileTemplate("template", template), context);
  } catch (error) {
    if (error instanceof ResolverError) {
      return { error: details(error) };
    }
    if (error instanceof EvaluationError || String(error).includes("is not a template")) {
      return { failed: String(error) };
    }
    throw error;
  }
}

function details({ message, errorType, data, errorInfo }: ErrorDetails): unknown {
  return { message, errorType, data, errorInfo };
}

function plain(value: unknown): unknown {
  try {
    return JSON.parse(toJson(value));
  } catch {
    return "unwritable";
  }
}

/** Whether both are the same, apart from the reasons of a failure. */
export function isSame(here: Outcome, velocity: Outcome): boolean {
  return (
    (here.failed === undefined) === (velocity.failed === undefined) &&
    here.text === velocity.text &&
    (["returned", "error", "stash", "appended"] as const).every((member) =>
      isDeepStrictEqual(json(here[member]), json(velocity[member])),
    )
  );
}

function json(value: unknown): unknown {
  return value === undefined ? undefined : JSON.parse(JSON.stringify(value));
}
