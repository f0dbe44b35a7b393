// What policy documents are read with. A fault is an error that names the policy and the element.

/** IAM's wildcards: `*` matches any characters, `?` exactly one; both match `:` and `/`. */
export function matches(pattern: string, value: string): boolean {
  const expression = pattern
    .replace(/[.+^${}()|[\]\\]/g, "\\$&")
    .replaceAll("*", ".*")
    .replaceAll("?", ".");
  return new RegExp(`^${expression}$`, "s").test(value);
}

export function statementsOf(document: unknown, where: string): readonly Record<string, unknown>[] {
  const policy = recordOf(
    typeof document === "string" ? parseJson(document, where) : document,
    where,
  );
  requireKnownKeys(policy, ["Version", "Id", "Statement"], where);
  if (policy.Version !== "2012-10-17") {
    throw new Error(`${where}: Version must be "2012-10-17", found ${show(policy.Version)}`);
  }
  const statements = Array.isArray(policy.Statement) ? policy.Statement : [policy.Statement];
  return statements.map((statement) => recordOf(statement, `Statement in ${where}`));
}

function parseJson(text: string, where: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Error(`${where} is not JSON: ${text}`);
  }
}

export function effectOf(statement: Record<string, unknown>, where: string): "Allow" | "Deny" {
  if (statement.Effect !== "Allow" && statement.Effect !== "Deny") {
    throw new Error(`${where}: Effect must be Allow or Deny, found ${show(statement.Effect)}`);
  }
  return statement.Effect;
}

export function requireKnownKeys(
  value: Record<string, unknown>,
  known: readonly string[],
  where: string,
): void {
  for (const [key, content] of Object.entries(value)) {
    if (content !== undefined && !known.includes(key)) {
      throw new Error(`${where}: "${key}" is not supported locally`);
    }
  }
}

export function stringsOf(value: unknown, where: string): readonly string[] {
  const list: readonly unknown[] = Array.isArray(value) ? value : [value];
  if (list.length === 0 || !list.every((entry) => typeof entry === "string")) {
    throw new Error(`${where} must be a string or a list of strings, found ${show(value)}`);
  }
  return list as readonly string[];
}

export function recordOf(value: unknown, where: string): Record<string, unknown> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new Error(`${where} must be an object, found ${show(value)}`);
  }
  return value as Record<string, unknown>;
}

export function show(value: unknown): string {
  return JSON.stringify(value) ?? "nothing";
}
