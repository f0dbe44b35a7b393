/**
 * Renders one template as AppSync does. Tests of single templates start here.
 *
 *     const template = compileTemplate("getItem.request.vtl", text);
 *     const outcome = renderTemplate(template, { arguments: { id: "a" }, identity: { sub: "u" } });
 *     // { json: … } | { returned: … } | { error: { message, errorType, data, errorInfo } }
 *
 * The template changes the context's `stash` in place; its other changes have no effect outside.
 */
import { type ErrorDetails, mappingTemplateError, ResolverError } from "./errors";
import { type JavaMap, newMap, toJava, withoutOrder } from "./java-values";
import { parseJsonLeniently } from "./lenient-json";
import { createUtil } from "./util";
import { type Evaluated, EvaluationError, evaluateTemplate } from "./vtl-evaluate";
import { parseTemplate, TemplateSyntaxError } from "./vtl-parser";
import type { Statement } from "./vtl-syntax";

/** AppSync's quota for one template. */
const maxTemplateBytes = 64 * 1024;

export interface Template {
  /** Its name in error messages. */
  readonly name: string;
  readonly statements: readonly Statement[];
}

/** The content of $ctx. Omitted members are null in the template, omitted maps empty. */
export interface TemplateContext {
  readonly arguments?: unknown;
  readonly identity?: unknown;
  readonly source?: unknown;
  /** Changed in place, so that later templates read the changes. */
  readonly stash?: JavaMap;
  readonly result?: unknown;
  readonly error?: { readonly message: string; readonly type: string } | null;
  readonly prev?: { readonly result: unknown } | null;
  readonly info?: Partial<FieldInfo>;
  readonly request?: { readonly headers: Readonly<Record<string, string>> };
  /** Errors of $util.appendError in this template and those before it. */
  readonly outErrors?: ErrorDetails[];
  readonly authType?: string;
}

export interface FieldInfo {
  readonly fieldName: string;
  readonly parentTypeName: string;
  readonly variables: unknown;
  /** Paths such as "items/id". */
  readonly selectionSetList: readonly string[];
  readonly selectionSetGraphQL: string;
}

export type Rendered =
  | { readonly json: unknown }
  /** The template ended with #return, which skips the rest of the resolver or function. */
  | { readonly returned: unknown }
  | { readonly error: ErrorDetails };

/** Throws an Error that names the template if it is too long or not valid VTL. */
export function compileTemplate(name: string, text: string): Template {
  const bytes = Buffer.byteLength(text);
  if (bytes > maxTemplateBytes) {
    throw new Error(`${name} has ${bytes} bytes: AppSync takes ${maxTemplateBytes} at most`);
  }
  try {
    return { name, statements: parseTemplate(text) };
  } catch (error) {
    if (error instanceof TemplateSyntaxError) {
      throw new Error(`${name} is not a template: ${error.message}`);
    }
    if (error instanceof RangeError) {
      throw new Error(`${name} is not a template: it is nested too deeply`);
    }
    throw error;
  }
}

export function renderTemplate(template: Template, context: TemplateContext): Rendered {
  try {
    const outcome = evaluateInContext(template, context);
    return "text" in outcome ? { json: parseOutput(outcome.text) } : outcome;
  } catch (error) {
    if (error instanceof ResolverError) {
      return { error };
    }
    if (error instanceof EvaluationError) {
      return { error: mappingTemplateError(`${template.name}: ${error.message}`) };
    }
    throw error;
  }
}

/** Throws ResolverError for $util.error and the like, and EvaluationError for what is refused here. */
export function evaluateInContext(template: Template, context: TemplateContext): Evaluated {
  const outErrors = context.outErrors ?? [];
  const util = createUtil({
    fieldName: context.info?.fieldName ?? "",
    parentTypeName: context.info?.parentTypeName ?? "",
    authType: context.authType ?? "User Pool Authorization",
    appendError: (error) => outErrors.push(error),
  });
  const ctx = toContextMap(context, outErrors);
  const roots = new Map<string, unknown>([
    ["ctx", ctx],
    ["context", ctx],
    ["util", util],
    ["utils", util],
  ]);
  return evaluateTemplate(template.statements, roots);
}

/** The members of AppSync's $ctx; a template that reads any other one is wrong. */
function toContextMap(context: TemplateContext, outErrors: readonly ErrorDetails[]): JavaMap {
  const args = toJava(context.arguments ?? {});
  const members: [string, unknown][] = [
    ["arguments", args],
    ["args", args],
    ["identity", toJava(context.identity)],
    ["source", toJava(context.source)],
    ["stash", context.stash ?? newMap()],
    ["result", toJava(context.result)],
    ["error", toJava(context.error)],
    ["prev", toJava(context.prev)],
    ["info", toJava(context.info ?? {})],
    ["request", toJava({ domainName: null, headers: context.request?.headers ?? {} })],
    [
      "outErrors",
      toJava(outErrors.map(({ message, errorType }) => ({ message, type: errorType }))),
    ],
  ];
  return withoutOrder(newMap(members));
}

function parseOutput(text: string): unknown {
  if (text.trim() === "") {
    throw mappingTemplateError("Template transformation yielded an empty response.");
  }
  try {
    return parseJsonLeniently(text);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw mappingTemplateError(`Unable to parse the JSON document: '${reason}'`);
  }
}
