/**
 * Evaluates IAM identity policies: an explicit Deny wins, then any Allow, otherwise the action is denied.
 * A policy with an unsupported element is rejected when it is read, because a silently ignored condition would allow
 * more than AWS does.
 */

export interface Statement {
  readonly effect: "Allow" | "Deny";
  readonly actions: readonly string[];
  readonly resources: readonly string[];
}

/** A statement of a role's trust policy, reduced to `sts:AssumeRole` by AWS services. */
export interface TrustStatement {
  readonly effect: "Allow" | "Deny";
  readonly services: readonly string[];
}

/** Reads an identity policy (an object or its JSON text). `where` names the policy in error messages. */
export function parsePolicy(document: unknown, where: string): readonly Statement[] {
  return statementsOf(document, where).map((statement) => {
    requireKnownKeys(statement, ["Sid", "Effect", "Action", "Resource"], where);
    return {
      effect: effectOf(statement, where),
      actions: stringsOf(statement.Action, `Action in ${where}`),
      resources: stringsOf(statement.Resource, `Resource in ${where}`).map((resource) => {
        if (resource.includes("${")) {
          throw new Error(
            `${where}: policy variables are not supported locally, found "${resource}"`,
          );
        }
        return resource;
      }),
    };
  });
}

/** Reads a role's trust policy (an object or its JSON text). */
export function parseTrustPolicy(document: unknown, where: string): readonly TrustStatement[] {
  return statementsOf(document, where).map((statement) => {
    requireKnownKeys(statement, ["Sid", "Effect", "Action", "Principal"], where);
    const actions = stringsOf(statement.Action, `Action in ${where}`);
    if (actions.some((action) => action !== "sts:AssumeRole")) {
      throw new Error(
        `${where}: only sts:AssumeRole is supported locally, found ${actions.join(", ")}`,
      );
    }
    const principal = recordOf(statement.Principal, `Principal in ${where}`);
    requireKnownKeys(principal, ["Service"], `Principal in ${where}`);
    return {
      effect: effectOf(statement, where),
      services: stringsOf(principal.Service, `Principal.Service in ${where}`),
    };
  });
}

export function evaluate(
  statements: readonly Statement[],
  action: string,
  resource: string,
): boolean {
  const matching = statements.filter(
    (statement) =>
      // Action names are case-insensitive in IAM, resources are not.
      statement.actions.some((pattern) => matches(pattern.toLowerCase(), action.toLowerCase())) &&
      statement.resources.some((pattern) => matches(pattern, resource)),
  );
  return matching.length > 0 && matching.every((statement) => statement.effect === "Allow");
}

export function trusts(statements: readonly TrustStatement[], service: string): boolean {
  const matching = statements.filter((statement) => statement.services.includes(service));
  return matching.length > 0 && matching.every((statement) => statement.effect === "Allow");
}

/** IAM's wildcards: `*` matches any characters, `?` exactly one; both match `:` and `/`. */
function matches(pattern: string, value: string): boolean {
  const expression = pattern
    .replace(/[.+^${}()|[\]\\]/g, "\\$&")
    .replaceAll("*", ".*")
    .replaceAll("?", ".");
  return new RegExp(`^${expression}$`, "s").test(value);
}

function statementsOf(document: unknown, where: string): readonly Record<string, unknown>[] {
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

function effectOf(statement: Record<string, unknown>, where: string): "Allow" | "Deny" {
  if (statement.Effect !== "Allow" && statement.Effect !== "Deny") {
    throw new Error(`${where}: Effect must be Allow or Deny, found ${show(statement.Effect)}`);
  }
  return statement.Effect;
}

function requireKnownKeys(
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

function stringsOf(value: unknown, where: string): readonly string[] {
  const list: readonly unknown[] = Array.isArray(value) ? value : [value];
  if (list.length === 0 || !list.every((entry) => typeof entry === "string")) {
    throw new Error(`${where} must be a string or a list of strings, found ${show(value)}`);
  }
  return list as readonly string[];
}

function recordOf(value: unknown, where: string): Record<string, unknown> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new Error(`${where} must be an object, found ${show(value)}`);
  }
  return value as Record<string, unknown>;
}

function show(value: unknown): string {
  return JSON.stringify(value) ?? "nothing";
}
