import { existsSync, readFileSync } from "node:fs";
import { extname, join, relative } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import type { Folders, Values, Wiring } from "./wiring";

// Templates and schema files have gaps between double braces, which are filled when the program is deployed:
//
// - `{{idName}}` is a value. AppSync's own way to hand values to VTL, environment variables, is not in the AWS provider.
// - `{{shared/isOperator}}`, with a slash, is a fragment: the text of another file of the same kind, whose gaps are
//   filled as well. `shared/` leads to the folder of shared files, any other path begins in the domain's own folder.

/** The text of one template, such as `shared/append.request`. */
export function template(name: string, folders: Folders, values: Values): pulumi.Output<string> {
  const text = textOf(`${name}.vtl`, folders, Object.keys(values));
  return pulumi.all(values).apply((known) => fill(text, known));
}

/** The GraphQL schema. Its descriptions are `#` comments: AppSync does not parse descriptions in quotes. */
export function schema({ schema, folders, values }: Wiring): string {
  return schema.map((name) => filledText(`${name}.graphql`, folders, values)).join("\n");
}

/** The text of a file, such as `query/schema.graphql`, where all values are known already. */
export function filledText(
  name: string,
  folders: Folders,
  values: Readonly<Record<string, string>>,
): string {
  return fill(textOf(name, folders, Object.keys(values)), values);
}

const gaps = /\{\{([^{}\n]*)\}\}/g;

/** A file's text with its fragments. Ends the program when a gap is neither a fragment nor one of the known values. */
function textOf(name: string, folders: Folders, known: readonly string[]): string {
  const file = pathOf(name, folders);
  if (!existsSync(file)) {
    throw new pulumi.RunError(`The wiring names ${shown(file)}, and there is no such file.`);
  }
  const text = readFileSync(file, "utf8");
  return text.replace(gaps, (gap: string, asked: string, at: number) => {
    if (!asked.includes("/")) {
      if (known.includes(asked)) {
        return gap;
      }
      throw new pulumi.RunError(
        `${shown(file)} asks for ${gap}; the values that it can have: ${known.join(", ")}`,
      );
    }
    const fragment = `${asked}${extname(name)}`;
    if (!existsSync(pathOf(fragment, folders))) {
      const missing = shown(pathOf(fragment, folders));
      throw new pulumi.RunError(`${shown(file)} asks for ${gap}, and there is no file ${missing}.`);
    }
    const indentation = /(?:^|\n)([ \t]*)$/.exec(text.slice(0, at))?.[1] ?? "";
    return textOf(fragment, folders, known).trimEnd().replaceAll("\n", `\n${indentation}`);
  });
}

/** The text with its values in place. */
function fill(text: string, values: Readonly<Record<string, string>>): string {
  return text.replace(gaps, (_, name: string) => String(values[name]));
}

function pathOf(name: string, folders: Folders): string {
  return name.startsWith("shared/")
    ? join(folders.shared, name.slice("shared/".length))
    : join(folders.own, name);
}

/** A path as a person reads it: from the folder of the program. */
function shown(file: string): string {
  return relative(process.cwd(), file);
}
