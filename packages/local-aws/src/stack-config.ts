import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";

export interface StackConfig {
  readonly project: string;
  /** Every setting as the Pulumi CLI hands it to the program: `namespace:key`, and its value as text. */
  readonly values: Readonly<Record<string, string>>;
}

interface ProjectFile {
  readonly name?: unknown;
  readonly config?: Readonly<Record<string, { readonly default?: unknown } | null>>;
}

interface StackFile {
  readonly config?: Readonly<Record<string, unknown>>;
}

/**
 * Reads a stack's configuration: the project's defaults, and over them the stack's own values.
 * @param folder the program's
 */
export function readStackConfig(stack: string, folder = process.cwd()): StackConfig {
  const project = readYaml<ProjectFile>(folder, "Pulumi.yaml");
  if (typeof project.name !== "string") {
    throw new Error("Pulumi.yaml: the project has no name");
  }
  const namespace = project.name;
  const defaults = Object.entries(project.config ?? {})
    .filter(([, setting]) => setting?.default !== undefined)
    .map(([key, setting]) => [`${namespace}:${key}`, text(setting?.default)]);
  const file = `Pulumi.${stack}.yaml`;
  if (!existsSync(join(folder, file))) {
    throw new Error(`there is no stack ${stack}: its settings would be in ${file}`);
  }
  const values = Object.entries(readYaml<StackFile>(folder, file).config ?? {}).map(
    ([key, value]) => {
      if (!key.includes(":")) {
        throw new Error(`${file}: ${key}: a setting's name has a namespace, ${namespace}:${key}`);
      }
      if (typeof value === "object" && value !== null && "secure" in value) {
        throw new Error(`${file}: ${key}: encrypted settings are not supported locally`);
      }
      return [key, text(value)];
    },
  );
  return { project: namespace, values: Object.fromEntries([...defaults, ...values]) };
}

function readYaml<File extends object>(folder: string, file: string): File {
  try {
    const content: unknown = parse(readFileSync(join(folder, file), "utf8"));
    if (typeof content !== "object" || content === null || Array.isArray(content)) {
      throw new Error("expected settings, `key: value`");
    }
    return content as File;
  } catch (error) {
    const [reason] = (error instanceof Error ? error.message : String(error)).split("\n");
    throw new Error(`${file}: ${reason?.replace(/:$/, "")}`);
  }
}

function text(value: unknown): string {
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}
