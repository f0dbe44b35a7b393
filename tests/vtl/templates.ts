import {
  compileTemplate,
  type Rendered,
  renderTemplate,
  type Template,
  type TemplateContext,
} from "local-aws";
import { filledText } from "../../infra/templates";
import { wiring } from "../../vtl/wiring";

/** The deployment's value for {{readModelTable}}. */
export const readModelTable = "read-model";

const compiled = new Map<string, Template>();

/** The values of a resolver, beside those of the wiring. */
export type ResolverValues = Readonly<Record<string, string>>;

/** The wiring's values for the templates of a mutation's resolver. */
export function valuesOf(mutation: string): ResolverValues {
  const { values = {} } = wiring.resolvers.Mutation[mutation] ?? {};
  return values as ResolverValues;
}

/** A template by its name in the wiring with its role, such as `shared/append.request`. */
export function template(name: string, values: ResolverValues = {}): Template {
  const key = `${name} ${JSON.stringify(values)}`;
  const known = compiled.get(key);
  if (known !== undefined) {
    return known;
  }
  const all = { readModelTable, ...wiring.values, ...values };
  const made = compileTemplate(name, filledText(`${name}.vtl`, wiring.folders, all));
  compiled.set(key, made);
  return made;
}

export const render = (
  name: string,
  context: TemplateContext,
  values: ResolverValues = {},
): Rendered => renderTemplate(template(name, values), context);

/** The error that ended a template, as the client sees it; undefined where there was none. */
export function refusalOf(rendered: Rendered) {
  if (!("error" in rendered)) return undefined;
  const { message, errorType, data, errorInfo } = rendered.error;
  return { message, errorType, data, errorInfo };
}

/** An error that names the argument at fault. */
export const refusal = (errorType: string, field: string, message: string) => ({
  message,
  errorType,
  data: {},
  errorInfo: { field },
});

/** The error that reveals nothing. */
export const unauthorized = (field: string, type: string) => ({
  message: `Not Authorized to access ${field} on type ${type}`,
  errorType: "Unauthorized",
  data: null,
  errorInfo: null,
});

/** A table that could not be reached: the error in $ctx.error, and below it the client's. */
export const throttled = {
  type: "DynamoDB:ProvisionedThroughputExceededException",
  message: "The level of configured provisioned throughput for the table was exceeded.",
};
export const unavailable = (message: string) => ({
  message,
  errorType: "Unavailable",
  data: {},
  errorInfo: { cause: throttled.type },
});

/** $ctx.identity of a user of the pool; the claim is missing where the user is in no group. */
const user = (sub: string, ...groups: string[]) => ({
  sub,
  username: sub,
  claims: { sub, ...(groups.length > 0 ? { "cognito:groups": groups } : {}) },
});

/** The callers: alice owns the account in question. */
export const callers = {
  owner: user("alice"),
  operator: user("olga", "staff", "operators"),
  stranger: user("mallory", "operators-of-something-else"),
  "user without groups": user("norman"),
} as const;

export type CallerName = keyof typeof callers;
