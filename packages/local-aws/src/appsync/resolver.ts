/** Resolvers: unit resolvers with one data source, and pipelines of functions. */
import { templateVersion } from "./api-definition";
import type { Caller } from "./authorization";
import type { DataSource } from "./data-sources";
import { type ErrorDetails, mappingTemplateError, ResolverError } from "./errors";
import { type JavaMap, newMap } from "./java-values";
import { RequestDocument } from "./request-document";
import {
  type FieldInfo,
  type Rendered,
  renderTemplate,
  type Template,
  type TemplateContext,
} from "./vtl";

/** The two templates around one call of a data source. */
export interface Stage {
  readonly name: string;
  readonly dataSource: DataSource;
  readonly request: Template;
  readonly response: Template;
}

export type Resolver =
  | { readonly kind: "UNIT"; readonly stage: Stage }
  | {
      readonly kind: "PIPELINE";
      readonly before: Template;
      readonly functions: readonly Stage[];
      readonly after: Template;
    };

export interface FieldRequest {
  readonly caller: Caller;
  readonly headers: Readonly<Record<string, string>>;
  readonly args: unknown;
  readonly source: unknown;
  readonly info: FieldInfo;
  /** Collects the errors of $util.appendError. */
  readonly outErrors: ErrorDetails[];
}

/** Returns the field's value. Throws ResolverError. */
export async function resolveField(resolver: Resolver, field: FieldRequest): Promise<unknown> {
  const context: TemplateContext = {
    arguments: field.args,
    authType: field.caller.authType,
    identity: field.caller.identity,
    info: field.info,
    outErrors: field.outErrors,
    request: { headers: field.headers },
    source: field.source,
    stash: newMap() as JavaMap,
  };
  return resolver.kind === "UNIT"
    ? await runStage(resolver.stage, context, true)
    : await runPipeline(resolver, context);
}

async function runPipeline(
  pipeline: Extract<Resolver, { kind: "PIPELINE" }>,
  context: TemplateContext,
): Promise<unknown> {
  const before = requireSuccess(renderTemplate(pipeline.before, context));
  if ("returned" in before) {
    // #return in a resolver's own template ends the resolver, in a function's template only the function.
    return before.returned;
  }
  let result = before.json;
  for (const stage of pipeline.functions) {
    result = await runStage(stage, { ...context, prev: { result } }, false);
  }
  return resultOf(
    requireSuccess(renderTemplate(pipeline.after, { ...context, result, prev: { result } })),
  );
}

/** @param needsVersion true for a unit resolver, whose document contains the version; a function has it as an input */
async function runStage(
  stage: Stage,
  context: TemplateContext,
  needsVersion: boolean,
): Promise<unknown> {
  const request = requireSuccess(renderTemplate(stage.request, context));
  if ("returned" in request) {
    return request.returned;
  }
  const document = new RequestDocument(request.json);
  checkVersion(document, needsVersion);
  const place = `${context.info?.parentTypeName}.${context.info?.fieldName}/${stage.name}`;
  const { result, error = null } = await stage.dataSource.invoke(document, place);
  return resultOf(requireSuccess(renderTemplate(stage.response, { ...context, result, error })));
}

function checkVersion(document: RequestDocument, needed: boolean): void {
  const version = needed ? document.string("version") : document.optionalString("version");
  if (version !== undefined && version !== templateVersion) {
    throw mappingTemplateError(
      `Unsupported template version '${version}': only ${templateVersion} is supported.`,
    );
  }
}

type Succeeded = Exclude<Rendered, { error: unknown }>;

function requireSuccess(rendered: Rendered): Succeeded {
  if ("error" in rendered) {
    throw new ResolverError(rendered.error);
  }
  return rendered;
}

function resultOf(rendered: Succeeded): unknown {
  return "json" in rendered ? rendered.json : rendered.returned;
}
