import { unmarshall } from "@aws-sdk/util-dynamodb";
import { newMap, type Rendered, type TemplateContext } from "local-aws";
import { wiring } from "../../vtl/wiring";
import { callers, refusalOf, render, valuesOf } from "./templates";

export const commandNames = ["openAccount", "deposit", "withdraw", "closeAccount"] as const;
export type CommandName = (typeof commandNames)[number];

/** Renders the first template of a command's pipeline, as the wiring has it. */
export function renderBefore(command: CommandName, context: TemplateContext): Rendered {
  const wired = wiring.resolvers.Mutation[command];
  if (wired === undefined || !("functions" in wired)) {
    throw new Error(`${command} is not a pipeline`);
  }
  return render(`${wired.before}.before`, context, valuesOf(command));
}

/** What a command carries: the arguments of any of them, of which the templates read their own. */
export type Input = Readonly<Record<string, unknown>> & { readonly expectedVersion: number };

export type Outcome =
  /** The item that would be put, as plain values. */
  | { readonly appended: Readonly<Record<string, unknown>> }
  | { readonly refused: { readonly errorType: string | null; readonly field: unknown } };

/** Runs a command's templates up to the append, on a stream whose event `expectedVersion` is there and the caller's. */
export function sendCommand(command: CommandName, input: Input): Outcome {
  const context: TemplateContext = {
    arguments: { input },
    identity: callers.owner,
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
  const refused = refusalOf(rendered);
  if (refused !== undefined) {
    const { field } = (refused.errorInfo ?? {}) as { readonly field?: unknown };
    return { refused: { errorType: refused.errorType, field } };
  }
  if (!("json" in rendered)) throw new Error("the command was dropped without a word");
  const { key, attributeValues } = rendered.json as Record<"key" | "attributeValues", never>;
  return { appended: unmarshall({ ...(key as object), ...(attributeValues as object) }) };
}
