import { readFileSync } from "node:fs";
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

/** Reads a stack's configuration: the project's defaults, and over them the stack's own values. */
export function readStackConfig(stack: string): StackConfig {
  const project = readYaml<ProjectFile>("Pulumi.yaml");
  if (typeof project.name !== "string") {
    throw new Error("Pulumi.yaml: the project has no name");
  }
  const namespace = project.name;
  const defaults = Object.entries(project.config ?? {})
    .filter(([, setting]) => setting?.default !== undefined)
    .map(([key, setting]) => [`${namespace}:${key}`, text(setting?.default)]);
  const own = readYaml<StackFile>(`Pulumi.${stack}.yaml`);
  const values = Object.entries(own.config ?? {}).map(([key, value]) => [key, text(value)]);
  return { project: namespace, values: Object.fromEntries([...defaults, ...values]) };
}

function readYaml<File extends object>(file: string): File {
  try {
    const content: unknown = parse(readFileSync(file, "utf8"));
    if (typeof content !== "object" || content === null || Array.isArray(content)) {
      throw new Error("expected settings, `key: value`");
    }
    return content as File;
  } catch (error) {
    const [reason] = (error instanceof Error ? error.message : String(error)).split("\n");
    throw new Error(`${file}: ${reason}`);
  }
}

function text(value: unknown): string {
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}
