/**
 * Evaluates IAM policies: an explicit Deny wins, then any Allow, otherwise nothing is said.
 * A policy with an unsupported element is rejected when it is read, because a silently ignored element would allow
 * something else than AWS does.
 */
import { type Condition, parseCondition, type RequestContext } from "./conditions";
import {
  effectOf,
  matches,
  recordOf,
  requireKnownKeys,
  show,
  statementsOf,
  stringsOf,
} from "./policy-elements";

export type { RequestContext } from "./conditions";

export interface Statement {
  readonly effect: "Allow" | "Deny";
  readonly actions: readonly string[];
  readonly resources: readonly string[];
  readonly condition: Condition;
}

/** A statement of a role's trust policy, reduced to `sts:AssumeRole` by AWS services. */
export interface TrustStatement {
  readonly effect: "Allow" | "Deny";
  readonly services: readonly string[];
  readonly condition: Condition;
}

/** Reads an identity policy (an object or its JSON text). `where` names the policy in error messages. */
export function parsePolicy(document: unknown, where: string): readonly Statement[] {
  return statementsOf(document, where).map((statement) => {
    requireKnownKeys(statement, ["Sid", "Effect", "Action", "Resource", "Condition"], where);
    return {
      effect: effectOf(statement, where),
      ...targetOf(statement, where),
      condition: parseCondition(statement.Condition, where),
    };
  });
}

/** Reads a policy of a resource (an object or its JSON text): it says of whom it speaks. */
export function parseResourcePolicy(document: unknown, where: string): readonly Statement[] {
  return statementsOf(document, where).map((statement) => {
    const known = ["Sid", "Effect", "Principal", "Action", "Resource", "Condition"];
    requireKnownKeys(statement, known, where);
    const effect = effectOf(statement, where);
    const isMeant = parsePrincipal(statement.Principal, effect, where);
    const condition = parseCondition(statement.Condition, where);
    return {
      effect,
      ...targetOf(statement, where),
      condition: (request) => isMeant(request) && condition(request),
    };
  });
}

/** Reads a role's trust policy (an object or its JSON text). */
export function parseTrustPolicy(document: unknown, where: string): readonly TrustStatement[] {
  return statementsOf(document, where).map((statement) => {
    requireKnownKeys(statement, ["Sid", "Effect", "Action", "Principal", "Condition"], where);
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
      condition: parseCondition(statement.Condition, where),
    };
  });
}

/** What the statements say of an action on a resource; undefined where they say nothing. */
export function evaluate(
  statements: readonly Statement[],
  action: string,
  resource: string,
  request: RequestContext,
): Statement["effect"] | undefined {
  return decide(
    statements.filter(
      (statement) =>
        // Action names are case-insensitive in IAM, resources are not.
        statement.actions.some((pattern) => matches(pattern.toLowerCase(), action.toLowerCase())) &&
        statement.resources.some((pattern) => matches(pattern, resource)) &&
        statement.condition(request),
    ),
  );
}

export function trusts(
  statements: readonly TrustStatement[],
  service: string,
  request: RequestContext,
): boolean {
  const matching = statements.filter(
    (statement) => statement.services.includes(service) && statement.condition(request),
  );
  return decide(matching) === "Allow";
}

function decide(matching: readonly Pick<Statement, "effect">[]): Statement["effect"] | undefined {
  return matching.some(({ effect }) => effect === "Deny") ? "Deny" : matching[0]?.effect;
}

function targetOf(statement: Readonly<Record<string, unknown>>, where: string) {
  const resources = stringsOf(statement.Resource, `Resource in ${where}`);
  const variable = resources.find((resource) => resource.includes("${"));
  if (variable !== undefined) {
    throw new Error(`${where}: policy variables are not supported locally, found "${variable}"`);
  }
  return { actions: stringsOf(statement.Action, `Action in ${where}`), resources };
}

/** Whether a resource's policy means the caller. AWS services call as roles here: none is a caller itself. */
function parsePrincipal(principal: unknown, effect: Statement["effect"], where: string): Condition {
  if (principal === "*") {
    return () => true;
  }
  const named = recordOf(principal, `Principal in ${where}`);
  requireKnownKeys(named, ["AWS", "Service"], `Principal in ${where}`);
  const all = named.AWS === undefined ? [] : stringsOf(named.AWS, `Principal.AWS in ${where}`);
  for (const each of all) {
    if (!/^(\*|\d{12}|arn:aws:iam::\d{12}:(root|role\/.+|user\/.+))$/.test(each)) {
      throw new Error(`${where}: the principal ${show(each)} is not supported locally`);
    }
  }
  return (request) =>
    all.some((each) => {
      const [account] = /^\d{12}$|(?<=^arn:aws:iam::)\d{12}(?=:root$)/.exec(each) ?? [];
      return account === undefined
        ? each === "*" || each === request["aws:principalarn"]
        : // An account that is allowed something may allow it to its identities; one that is denied it may not.
          effect === "Deny" && account === request["aws:principalaccount"];
    });
}
