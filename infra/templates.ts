import { readFileSync } from "node:fs";
import * as pulumi from "@pulumi/pulumi";

// Pulumi runs the program in the project's folder, so plain relative paths find the files.
const folder = "vtl";

/**
 * The GraphQL schema: each part stands beside the templates that serve it. Its descriptions are `#` comments, which
 * AppSync takes for them: it does not parse descriptions in quotes.
 */
export function schema(): string {
  return ["command", "query", "subscription"]
    .map((part) => readFileSync(`${folder}/${part}/schema.graphql`, "utf8"))
    .join("\n");
}

/** What only the deployment knows, by the name that a template gives it between double braces. */
export type TemplateValues = Readonly<Record<string, pulumi.Input<string>>>;

const gaps = /\{\{(\w+)\}\}/g;

/**
 * The text of one template, such as `shared/append.request`, with each `{{name}}` replaced by its value.
 * AppSync's own way to hand such values to VTL, environment variables, is not in the AWS provider.
 */
export function template(name: string, values: TemplateValues): pulumi.Input<string> {
  const file = `${folder}/${name}.vtl`;
  const text = readFileSync(file, "utf8");
  const asked = [...text.matchAll(gaps)].map(([, gap]) => String(gap));
  const unknown = asked.find((gap) => !(gap in values));
  if (unknown !== undefined) {
    const known = Object.keys(values).join(", ");
    throw new pulumi.RunError(`${file} asks for {{${unknown}}}; what it can have: ${known}`);
  }
  return asked.length === 0
    ? text
    : pulumi.all(values).apply((all) => text.replace(gaps, (_, gap) => String(all[gap])));
}
