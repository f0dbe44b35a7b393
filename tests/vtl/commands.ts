import { unmarshall } from "@aws-sdk/util-dynamodb";
import { newMap, type Rendered, type TemplateContext } from "local-aws";
import type { AccountEventType } from "../../core/ledger/events";
import { recorders, wiring } from "../../vtl/wiring";
import { type CallerName, callers, refusalOf, render, valuesOf } from "./templates";

/** Every type of event, with the mutation that records it. */
export const eventTypes = Object.keys(recorders) as AccountEventType[];

/** Renders the first template of a command's pipeline, as the wiring has it. */
export function renderBefore(command: string, context: TemplateContext): Rendered {
  const wired = wiring.resolvers.Mutation[command];
  if (wired === undefined || !("functions" in wired)) {
    throw new Error(`${command} is not a pipeline`);
  }
  return render(`${wired.before}.before`, context, valuesOf(command));
}

/** The arguments of all commands together; each template reads its own. */
export type Input = Readonly<Record<string, unknown>> & { readonly expectedVersion: number };

export type Outcome =
  /** The item that would be put, as plain values. */
  | { readonly appended: Readonly<Record<string, unknown>> }
  | { readonly rejected: { readonly errorType: string | null; readonly field: unknown } };

/** Runs a command's templates up to the append, on a stream whose event `expectedVersion` is there and alice's, the owner's. */
export function sendCommand(command: string, input: Input, caller: CallerName = "owner"): Outcome {
  const context: TemplateContext = {
    arguments: { input },
    identity: callers[caller],
    info: { fieldName: command, parentTypeName: "Mutation" },
    stash: newMap(),
  };
  const reading = () => render("shared/loadPreviousEvent.request", context);
  const read = () =>
    render("shared/loadPreviousEvent.response", { ...context, result: { owner: "alice" } });
  const rendered =
    firstRefusal(() => renderBefore(command, context), reading) ??
    // Nothing is read, and no response is rendered, before the first event.
    (input.expectedVersion === 0 ? undefined : firstRefusal(read)) ??
    render("shared/append.request", context);
  return outcomeOf(rendered);
}

function firstRefusal(...templates: readonly (() => Rendered)[]): Rendered | undefined {
  for (const run of templates) {
    const rendered = run();
    if ("error" in rendered) return rendered;
  }
  return undefined;
}

function outcomeOf(rendered: Rendered): Outcome {
  const rejection = refusalOf(rendered);
  if (rejection !== undefined) {
    const { field } = (rejection.errorInfo ?? {}) as { readonly field?: unknown };
    return { rejected: { errorType: rejection.errorType, field } };
  }
  if (!("json" in rendered)) throw new Error("the command was dropped without a word");
  const { key, attributeValues } = rendered.json as Record<"key" | "attributeValues", never>;
  return { appended: unmarshall({ ...(key as object), ...(attributeValues as object) }) };
}
