/** Resolvers: unit resolvers with one data source, and pipelines of functions. */
import { trace } from "../trace";
import { type TemplateVersion, templateVersions } from "./api-definition";
import type { Caller } from "./authorization";
import type { DataSource } from "./data-source";
import type { DataSourceAnswer } from "./dynamodb-table";
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
  /** Of BatchInvoke; AppSync's default if 0 or left out. */
  readonly maxBatchSize?: number;
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
    ? await runStage(resolver.stage, context, "UNIT")
    : await runPipeline(resolver, context);
}

async function runPipeline(
  pipeline: Extract<Resolver, { kind: "PIPELINE" }>,
  context: TemplateContext,
): Promise<unknown> {
  const before = render(pipeline.before, context);
  if ("returned" in before) {
    // #return in a resolver's own template ends the resolver, in a function's template only the function.
    return before.returned;
  }
  let result = before.json;
  for (const stage of pipeline.functions) {
    result = await runStage(stage, { ...context, prev: { result } }, "PIPELINE");
  }
  return respond(pipeline.after, { ...context, result, prev: { result } });
}

async function runStage(
  stage: Stage,
  context: TemplateContext,
  kind: Resolver["kind"],
): Promise<unknown> {
  const request = render(stage.request, context);
  if ("returned" in request) {
    return request.returned;
  }
  const document = new RequestDocument(request.json);
  const version = readVersion(document, kind);
  const resolver = `${context.info?.parentTypeName}.${context.info?.fieldName}/${stage.name}`;
  const answer = await stage.dataSource.invoke(document, {
    resolver,
    version,
    request: context.request?.headers ?? {},
    maxBatchSize: stage.maxBatchSize ?? 0,
  });
  return version === "2017-02-28"
    ? respondAsBefore(stage.response, context, answer)
    : respond(stage.response, { ...context, ...answer });
}

/** A unit resolver's document says it. A function has it as an input, which overrides what its document says. */
function readVersion(document: RequestDocument, kind: Resolver["kind"]): TemplateVersion {
  if (kind === "PIPELINE") {
    document.any("version");
    return templateVersions[0];
  }
  const found = document.string("version");
  const version = templateVersions.find((known) => known === found);
  if (version === undefined) {
    throw mappingTemplateError(
      `Unsupported template version '${found}': supported are ${templateVersions.join(" and ")}.`,
    );
  }
  return version;
}

function respond(template: Template, context: TemplateContext): unknown {
  return resultOf(render(template, context));
}

/**
 * As in 2017-02-28, which does not render the response template for null, and fails with the data source's error:
 * what the template renders is that error's data then.
 */
function respondAsBefore(
  template: Template,
  context: TemplateContext,
  { result, error }: DataSourceAnswer,
): unknown {
  const rendered = result === null ? null : respond(template, { ...context, result });
  if (error !== undefined) {
    throw new ResolverError({ message: error.message, errorType: error.type, data: rendered });
  }
  return rendered;
}

type Succeeded = Exclude<Rendered, { error: unknown }>;

/** Throws the template's own error. */
function render(template: Template, context: TemplateContext): Succeeded {
  const rendered = renderTemplate(template, context);
  trace(() => `  ${template.name} ${describeRendered(rendered)}`);
  if ("error" in rendered) {
    throw new ResolverError(rendered.error);
  }
  return rendered;
}

function describeRendered(rendered: Rendered): string {
  if ("error" in rendered) {
    return `fails: ${rendered.error.errorType}: ${rendered.error.message}`;
  }
  return "json" in rendered
    ? `renders ${JSON.stringify(rendered.json)}`
    : `returns ${JSON.stringify(rendered.returned)}`;
}

function resultOf(rendered: Succeeded): unknown {
  return "json" in rendered ? rendered.json : rendered.returned;
}
