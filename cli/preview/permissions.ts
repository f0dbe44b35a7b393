import type { Recorded } from "./recording";

/** One statement of a policy, with the program's names in place of ARNs. */
export interface Grant {
  /** Who may: a role of the program, or whom a resource's own policy names. */
  readonly who: string;
  readonly allowed: boolean;
  /** The statement's name in words; empty where it has none. */
  readonly purpose: string;
  readonly actions: readonly string[];
  readonly resources: readonly string[];
  /** In words; empty where the statement holds always. */
  readonly condition: string;
}

/** A role, with everything that it is granted. */
export interface Role {
  readonly name: string;
  /** Who assumes it. */
  readonly trusted: string;
  readonly grants: readonly Grant[];
  /** Policies that AWS or somebody else wrote. */
  readonly managed: readonly string[];
}

interface Statement {
  readonly Sid?: string;
  readonly Effect: "Allow" | "Deny";
  readonly Principal?: string | Readonly<Record<string, string | readonly string[]>>;
  readonly Action?: string | readonly string[];
  readonly NotAction?: string | readonly string[];
  readonly Resource?: string | readonly string[];
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

type Resources = readonly Recorded[];

const ofType = (resources: Resources, type: string): Resources =>
  resources.filter((resource) => resource.type === type);

const byName = (a: { readonly name: string }, b: { readonly name: string }): number =>
  a.name.localeCompare(b.name);

export function rolesOf(resources: Resources): readonly Role[] {
  return [...ofType(resources, "aws:iam/role:Role")].sort(byName).map((role) => {
    const its = ({ inputs }: Recorded) => inputs.role === role.outputs.name;
    const attached = ofType(resources, "aws:iam/rolePolicyAttachment:RolePolicyAttachment");
    return {
      name: role.name,
      trusted: statementsOf(role.inputs.assumeRolePolicy).map(principal).join(", "),
      grants: ofType(resources, "aws:iam/rolePolicy:RolePolicy")
        .filter(its)
        .flatMap(({ inputs }) => statementsOf(inputs.policy))
        .map((statement) => grant(role.name, statement, resources)),
      managed: [
        ...listOf(role.inputs.managedPolicyArns),
        ...attached.filter(its).map(({ inputs }) => String(inputs.policyArn)),
      ].map((arn) => nameOf(arn, resources)),
    };
  });
}

/** What the resources' own policies grant, such as a queue's or a key's. */
export function grantsOfResources(resources: Resources): readonly Grant[] {
  return [...resources]
    .sort(byName)
    .filter(({ type, inputs }) => !type.startsWith("aws:iam/") && isPolicy(inputs.policy))
    .flatMap(({ inputs }) => statementsOf(inputs.policy))
    .map((statement) => grant(principal(statement), statement, resources));
}

/** A grant as a sentence: "ledger-resumer-role may read events: dynamodb Query on ledger-events". */
export const sentence = (grant: Grant): string => `${grant.who} ${predicate(grant)}`;

/** A sentence without its subject. */
function predicate({ allowed, purpose, actions, resources, condition }: Grant): string {
  const verb = allowed ? "may" : "must not";
  const what = purpose === "" ? "" : ` ${purpose}:`;
  const on = resources.length === 0 ? "" : ` on ${resources.join(", ")}`;
  const when = condition === "" ? "" : `, when ${condition}`;
  return `${verb}${what} ${byService(actions)}${on}${when}`;
}

/** The actions, each service named once: "sqs DeleteMessage, ReceiveMessage". */
function byService(actions: readonly string[]): string {
  const services = new Map<string, string[]>();
  for (const action of actions) {
    const [service = "", name = service] = action.split(":");
    services.set(service, [...(services.get(service) ?? []), name]);
  }
  return [...services]
    .map(([service, names]) => (service === "*" ? "anything" : `${service} ${names.join(", ")}`))
    .join("; ");
}

/** Every permission of a stack as sentences, each of which can stand alone. */
export function sentences(resources: Resources): readonly string[] {
  return [
    ...rolesOf(resources).flatMap((role) => [
      `${role.name} is assumed by ${role.trusted}`,
      ...role.grants.map(sentence),
      ...role.managed.map((policy) => `${role.name} has the managed policy ${policy}`),
    ]),
    ...grantsOfResources(resources).map(sentence),
  ];
}

/** The same, with what a role may do below its name. */
export function paragraphs(resources: Resources): readonly string[] {
  return [
    ...rolesOf(resources).flatMap((role) => [
      `${role.name}, assumed by ${role.trusted}`,
      ...role.grants.map((one) => `    ${predicate(one)}`),
      ...role.managed.map((policy) => `    has the managed policy ${policy}`),
    ]),
    ...grantsOfResources(resources).map(sentence),
  ];
}

function grant(who: string, statement: Statement, resources: Resources): Grant {
  return {
    who,
    allowed: statement.Effect === "Allow",
    purpose: inWords(statement.Sid ?? ""),
    actions: [
      ...listOf(statement.Action),
      ...listOf(statement.NotAction).map((action) => `everything but ${action}`),
    ],
    resources: listOf(statement.Resource).map((arn) => nameOf(arn, resources)),
    condition: conditionOf(statement, resources),
  };
}

function conditionOf({ Condition = {} }: Statement, resources: Resources): string {
  return Object.entries(Condition)
    .flatMap(([operator, keys]) =>
      Object.entries(keys).map(([key, value]) => {
        const values = listOf(value).map((one) => nameOf(one, resources));
        return operator === "Bool"
          ? `${key} is ${values.join(" or ")}`
          : `${key} ${operator} ${values.join(" or ")}`;
      }),
    )
    .join(" and ");
}

function principal({ Principal }: Statement): string {
  if (Principal === undefined) return "nobody";
  if (typeof Principal === "string") return Principal === "*" ? "anybody" : Principal;
  return Object.values(Principal)
    .flatMap(listOf)
    .map((who) => (who === "*" ? "anybody" : who))
    .join(", ");
}

const listOf = (value: unknown): readonly string[] =>
  value === undefined ? [] : Array.isArray(value) ? value.map(String) : [String(value)];

/** Whether an input is the document of a policy. */
export function isPolicy(value: unknown): value is string {
  return typeof value === "string" && /^\s*\{/.test(value) && value.includes('"Statement"');
}

function statementsOf(policy: unknown): readonly Statement[] {
  const { Statement } = JSON.parse(String(policy)) as { Statement: Statement | Statement[] };
  return Array.isArray(Statement) ? Statement : [Statement];
}

/** `AppendEvents` is "append events". */
function inWords(name: string): string {
  return name.replace(/(?!^)[A-Z]/g, (letter) => ` ${letter}`).toLowerCase();
}

/** A resource's name in the program, and what follows it in the ARN; what is not the program's keeps its ARN. */
function nameOf(arn: string, resources: Resources): string {
  const names = resources.flatMap(({ name, outputs }): [known: string, name: string][] => [
    [String(outputs.streamArn), `${name}/stream`],
    [String(outputs.arn), name],
  ]);
  // The ARN of a table's stream begins with the table's: the longest one that fits is the resource's.
  const [found] = names
    .filter(([known]) => arn.startsWith(known))
    .sort(([a], [b]) => b.length - a.length);
  return found === undefined ? arn : found[1] + arn.slice(found[0].length);
}
