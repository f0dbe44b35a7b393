/** The policy documents that aws.iam.getPolicyDocument renders. */
import { crc32 } from "node:zlib";
import * as t from "io-ts";
import { inputsOf, oneOf, resourceInputs, textLike } from "../inputs";

const strings = t.array(t.string);

const principal = inputsOf({ type: t.string, identifiers: strings }, {});
const condition = inputsOf({ test: t.string, variable: t.string, values: strings }, {});

const statement = inputsOf(
  {},
  {
    sid: textLike("letters and digits", /^[A-Za-z0-9]*$/),
    effect: oneOf("Allow", "Deny"),
    actions: strings,
    notActions: strings,
    resources: strings,
    notResources: strings,
    principals: t.array(principal),
    notPrincipals: t.array(principal),
    conditions: t.array(condition),
  },
);

export const policyDocumentInputs = resourceInputs(
  {},
  {
    version: oneOf("2012-10-17", "2008-10-17"),
    policyId: t.string,
    statements: t.array(statement),
    sourcePolicyDocuments: strings,
    overridePolicyDocuments: strings,
  },
);

/** A statement as it is rendered. */
type Rendered = Readonly<Record<string, unknown>> & { readonly Sid?: string };

interface Document {
  readonly Version?: string;
  readonly Id?: string;
  readonly Statement: readonly Rendered[];
}

export function renderPolicyDocument(inputs: t.TypeOf<typeof policyDocumentInputs>) {
  const { version = "2012-10-17", policyId, statements = [] } = inputs;
  const sources = (inputs.sourcePolicyDocuments ?? []).map(parseDocument);
  refuseSameSid(sources.flatMap(({ Statement }) => Statement));
  const own = statements.map((each) => renderStatement(each, version));
  refuseSameSid(own);
  const documents = [
    ...sources,
    { Version: version, ...(policyId && { Id: policyId }), Statement: own },
    ...(inputs.overridePolicyDocuments ?? []).map(parseDocument),
  ];
  const { Version, Id, Statement } = documents.reduce(merge);
  const merged = {
    Version,
    ...(Id && { Id }),
    ...(Statement.length > 0 && { Statement }),
  };
  const json = escaped(JSON.stringify(merged, null, 2));
  return { json, minifiedJson: escaped(JSON.stringify(merged)), id: String(crc32(json)) };
}

/** The later document's statements take the places of those with the same ids. */
function merge(one: Document, other: Document): Document {
  const places = [...one.Statement];
  for (const each of other.Statement) {
    const place = places.findIndex(({ Sid }) => Sid && Sid === each.Sid);
    places.splice(place < 0 ? places.length : place, place < 0 ? 0 : 1, each);
  }
  const [Version = ""] = [one.Version ?? "", other.Version ?? ""].sort().reverse();
  return { Version, Id: other.Id || (one.Id ?? ""), Statement: places };
}

function renderStatement(each: t.TypeOf<typeof statement>, version: string): Rendered {
  const resolve = (text: string): string => {
    if (version === "2008-10-17" && text.includes("&{")) {
      throw new Error(`policy document: "${text}": version 2008-10-17 has no variables`);
    }
    return text.replaceAll("&{", "$${");
  };
  const list = (name: string, values: readonly string[] = [], map = (text: string) => text) =>
    values.length > 0 ? { [name]: oneOrSorted(values).map(map) } : {};
  return tidy({
    ...(each.sid && { Sid: each.sid }),
    Effect: each.effect ?? "Allow",
    ...list("Action", each.actions),
    ...list("NotAction", each.notActions),
    ...list("Resource", each.resources, resolve),
    ...list("NotResource", each.notResources, resolve),
    ...principalsOf("Principal", each.principals, resolve),
    ...principalsOf("NotPrincipal", each.notPrincipals, resolve),
    ...conditionsOf(each.conditions, resolve),
  });
}

function principalsOf(
  name: string,
  principals: readonly t.TypeOf<typeof principal>[] = [],
  resolve: (text: string) => string,
) {
  const [first, ...others] = principals;
  if (first === undefined) {
    return {};
  }
  const everybody = first.type === "*" && first.identifiers.join() === "*";
  if (everybody && others.length === 0) {
    return { [name]: "*" };
  }
  const types = [...new Set(principals.map(({ type }) => type))].sort();
  const identifiersOf = (type: string) =>
    principals
      .filter((each) => each.type === type)
      .flatMap(({ identifiers }) => oneOrSorted(identifiers).map(resolve));
  return { [name]: Object.fromEntries(types.map((type) => [type, identifiersOf(type)])) };
}

function conditionsOf(
  conditions: readonly t.TypeOf<typeof condition>[] = [],
  resolve: (text: string) => string,
) {
  const tests = new Map<string, Map<string, string[]>>();
  for (const { test, variable, values } of conditions) {
    const variables = tests.get(test) ?? new Map<string, string[]>();
    tests.set(test, variables);
    variables.set(variable, [...(variables.get(variable) ?? []), ...values.map(resolve)]);
  }
  return tests.size === 0 ? {} : { Condition: byKey(tests, (variables) => byKey(variables)) };
}

function byKey<A>(map: ReadonlyMap<string, A>, value: (content: A) => unknown = (same) => same) {
  const entries = [...map].sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, content]) => [key, value(content)]));
}

/** The provider sorts lists from the last to the first. */
function oneOrSorted(values: readonly string[]): string[] {
  return [...new Set(values)].sort().reverse();
}

/** A list of one text is rendered as that text. */
function tidy<A>(value: A): A {
  return JSON.parse(JSON.stringify(value), (_, member: unknown) =>
    Array.isArray(member) && member.length === 1 ? member[0] : member,
  ) as A;
}

function parseDocument(text: string): Document {
  const { Version, Id, Statement = [] } = JSON.parse(text) as Partial<Document>;
  if (!Array.isArray(Statement)) {
    throw new Error("policy document: Statement must be a list");
  }
  return { ...(Version && { Version }), ...(Id && { Id }), Statement };
}

function refuseSameSid(statements: readonly Rendered[]): void {
  const ids = statements.flatMap(({ Sid }) => (Sid ? [Sid] : []));
  const twice = ids.find((id, index) => ids.indexOf(id) < index);
  if (twice !== undefined) {
    throw new Error(`policy document: duplicate Sid (${twice})`);
  }
}

/** As Go writes JSON. */
function escaped(json: string): string {
  return json.replace(
    /[<>&\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
